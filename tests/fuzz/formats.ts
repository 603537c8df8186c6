// What is fuzzed: for each format the files of a small model, ways to damage them that know the format, and a reader.
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { RandomStream } from '../../src/base/random.js';
import { memoryFiles } from '../../src/base/files.js';
import { setFiles } from '../../src/nn/files.js';
import { layers, loadModel, sequential, setRandomSeed, type Sequential } from '../../src/node.js';
import { damagedBytes, damagedJson } from './mutate.js';

/** The files of a model by their names; the first is the one that is named when it is loaded. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

export interface FuzzedFormat {
  readonly name: string;
  readonly seeds: () => Promise<readonly ModelFiles[]>;
  readonly damage: (files: ModelFiles, stream: RandomStream) => ModelFiles;
  readonly read: (files: ModelFiles) => Promise<unknown>;
}

function smallModels(): Sequential[] {
  setRandomSeed(1);
  const dense = sequential({
    name: 'fuzzed',
    layers: [
      layers.dense({ units: 3, activation: 'relu', inputShape: [4], kernelRegularizer: 'l2', name: 'first' }),
      layers.dropout({ rate: 0.5, name: 'dropout' }),
      layers.dense({ units: 2, activation: 'softmax', name: 'last' }),
    ],
  });
  dense.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const cnn = sequential({
    name: 'fuzzed_cnn',
    layers: [
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1], name: 'conv' }),
      layers.maxPooling2d({ poolSize: 2, name: 'pooling' }),
      layers.flatten({ name: 'flatten' }),
      layers.dense({ units: 2, name: 'dense' }),
    ],
  });
  return [dense, cnn];
}

/** The files that a model is saved as. */
async function filesOf(model: Sequential, name: string, weightsOnly: boolean): Promise<ModelFiles> {
  const files = memoryFiles();
  setFiles(files);
  await (weightsOnly ? model.saveWeights(`saved/${name}`) : model.save(`saved/${name}`));
  const saved = new Map<string, Uint8Array>();
  const others = ((await files.list('saved')) ?? []).map((entry) => entry.name).filter((other) => other !== name);
  for (const each of [name, ...others]) saved.set(each, (await files.read(`saved/${each}`))!);
  return saved;
}

async function savedAll(models: readonly Sequential[], name: string, weightsOnly: boolean): Promise<ModelFiles[]> {
  const all: ModelFiles[] = [];
  for (const model of models) all.push(await filesOf(model, name, weightsOnly));
  return all;
}

async function written(files: ModelFiles): Promise<string> {
  const memory = memoryFiles();
  for (const [name, bytes] of files) await memory.write(`saved/${name}`, bytes);
  setFiles(memory);
  return `saved/${[...files.keys()][0]!}`;
}

const readModel = async (files: ModelFiles): Promise<unknown> => loadModel(await written(files));

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** One of the files, damaged anywhere or as `within` does. */
function damageOne(
  files: ModelFiles,
  stream: RandomStream,
  within?: (bytes: Uint8Array, stream: RandomStream, name: string) => Uint8Array,
): ModelFiles {
  const names = [...files.keys()];
  const name = names[stream.below(names.length)]!;
  const bytes = files.get(name)!;
  const damaged = within && stream.below(3) > 0 ? within(bytes, stream, name) : damagedBytes(bytes, stream);
  return new Map([...files].map(([each, content]) => [each, each === name ? damaged : content]));
}

/** The header's JSON, and that within its texts, behind the right length. */
function damagedHeader(bytes: Uint8Array, stream: RandomStream): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = 8 + Number(view.getBigUint64(0, true));
  const header = strToU8(damagedJson(text(bytes.subarray(8, end)), stream));
  const result = new Uint8Array(8 + header.length + bytes.length - end);
  new DataView(result.buffer).setBigUint64(0, BigInt(header.length), true);
  result.set(header, 8);
  result.set(bytes.subarray(end), 8 + header.length);
  return result;
}

/** An entry of the archive, in a new one whose checksums are right. */
function damagedEntry(bytes: Uint8Array, stream: RandomStream): Uint8Array {
  const entries = unzipSync(bytes);
  const names = Object.keys(entries);
  const name = names[stream.below(names.length)]!;
  const entry = entries[name]!;
  if (stream.below(12) === 0) Reflect.deleteProperty(entries, name);
  else if (name.endsWith('.json')) entries[name] = strToU8(damagedJson(text(entry), stream));
  else entries[name] = damagedBytes(entry, stream);
  return zipSync(entries, { level: stream.below(2) === 0 ? 0 : 6, mtime: '2020-01-01' });
}

const modelFormat = (
  name: string,
  ending: string,
  within?: (bytes: Uint8Array, stream: RandomStream, name: string) => Uint8Array,
): FuzzedFormat => ({
  name,
  seeds: () => savedAll(smallModels(), `model${ending}`, false),
  damage: (files, stream) => damageOne(files, stream, within),
  read: readModel,
});

const weightsFormat = (
  name: string,
  ending: string,
  within?: (bytes: Uint8Array, stream: RandomStream, name: string) => Uint8Array,
): FuzzedFormat => ({
  name,
  seeds: () => savedAll(smallModels().slice(0, 1), `weights${ending}`, true),
  damage: (files, stream) => damageOne(files, stream, within),
  read: async (files) => smallModels()[0]!.loadWeights(await written(files)),
});

export const fuzzedFormats: readonly FuzzedFormat[] = [
  modelFormat('safetensors', '.safetensors', damagedHeader),
  weightsFormat('weights in safetensors', '.safetensors', damagedHeader),
  modelFormat('keras', '.keras', damagedEntry),
  weightsFormat('weights.h5', '.weights.h5'),
  modelFormat('onnx', '.onnx'),
];
