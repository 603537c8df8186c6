// What is fuzzed of models: for each format the files of small models.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { strToU8 } from 'fflate';
import type { RandomStream } from '../../src/base/random.js';
import { memoryFiles } from '../../src/base/files.js';
import { setFiles } from '../../src/nn/files.js';
import { layers, loadModel, sequential, setRandomSeed, type Sequential } from '../../src/node.js';
import { damagedEntry, damageOne, textOf, type Damage, type FuzzedFiles, type FuzzedFormat } from './fuzzed-format.js';
import { damagedBytes, damagedJson } from './mutate.js';

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
async function filesOf(model: Sequential, name: string, weightsOnly: boolean): Promise<FuzzedFiles> {
  const files = memoryFiles();
  setFiles(files);
  await (weightsOnly ? model.saveWeights(`saved/${name}`) : model.save(`saved/${name}`));
  const saved = new Map<string, Uint8Array>();
  const others = ((await files.list('saved')) ?? []).map((entry) => entry.name).filter((other) => other !== name);
  for (const each of [name, ...others]) saved.set(each, (await files.read(`saved/${each}`))!);
  return saved;
}

async function savedAll(models: readonly Sequential[], name: string, weightsOnly: boolean): Promise<FuzzedFiles[]> {
  const all: FuzzedFiles[] = [];
  for (const model of models) all.push(await filesOf(model, name, weightsOnly));
  return all;
}

async function written(files: FuzzedFiles): Promise<string> {
  const memory = memoryFiles();
  for (const [name, bytes] of files) await memory.write(`saved/${name}`, bytes);
  setFiles(memory);
  return `saved/${[...files.keys()][0]!}`;
}

const readModel = async (files: FuzzedFiles): Promise<unknown> => loadModel(await written(files));

/** The header's JSON, and that within its texts, behind the right length. */
function damagedHeader(bytes: Uint8Array, stream: RandomStream): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = 8 + Number(view.getBigUint64(0, true));
  const header = strToU8(damagedJson(textOf(bytes.subarray(8, end)), stream));
  const result = new Uint8Array(8 + header.length + bytes.length - end);
  new DataView(result.buffer).setBigUint64(0, BigInt(header.length), true);
  result.set(header, 8);
  result.set(bytes.subarray(end), 8 + header.length);
  return result;
}

/** JSON within its tree; the bytes beside it anywhere. */
const damagedModelJson: Damage = (bytes, stream, name) =>
  name.endsWith('.json') ? strToU8(damagedJson(textOf(bytes), stream)) : damagedBytes(bytes, stream);

const golden = 'tests/golden/files';

/** Files of Keras's own: chains, images, models within models. */
const legacyFiles = (): FuzzedFiles[] =>
  ['keras2-chain-sgd', 'keras2-images-adam', 'keras3-chain-adamw', 'keras3-nested'].map(
    (name) => new Map([['model.h5', new Uint8Array(gunzipSync(readFileSync(`${golden}/legacy/${name}.h5.gz`)))]]),
  );

/** Files of TensorFlow.js's own. */
const tfjsFiles = (): FuzzedFiles[] =>
  ['cnn-uint8', 'dense-float16', 'functional', 'nested', 'keras2-dense'].map((name) => {
    const folder = `${golden}/tfjs/${name}`;
    const others = readdirSync(folder).filter((other) => other !== 'model.json');
    return new Map(['model.json', ...others].map((each) => [each, new Uint8Array(readFileSync(`${folder}/${each}`))]));
  });

const modelFormat = (
  name: string,
  ending: string,
  within?: Damage,
  others: () => FuzzedFiles[] = () => [],
): FuzzedFormat => ({
  name,
  seeds: async () => [...(await savedAll(smallModels(), `model${ending}`, false)), ...others()],
  damage: (files, stream) => damageOne(files, stream, within),
  read: readModel,
});

const weightsFormat = (name: string, ending: string, within?: Damage): FuzzedFormat => ({
  name,
  seeds: () => savedAll(smallModels().slice(0, 1), `weights${ending}`, true),
  damage: (files, stream) => damageOne(files, stream, within),
  read: async (files) => smallModels()[0]!.loadWeights(await written(files)),
});

export const modelFormats: readonly FuzzedFormat[] = [
  modelFormat('safetensors', '.safetensors', damagedHeader),
  weightsFormat('weights in safetensors', '.safetensors', damagedHeader),
  modelFormat('keras', '.keras', damagedEntry),
  weightsFormat('weights.h5', '.weights.h5'),
  modelFormat('h5', '.h5', undefined, legacyFiles),
  modelFormat('tfjs', '.json', damagedModelJson, tfjsFiles),
  modelFormat('model in npz', '.npz', damagedEntry),
  modelFormat('onnx', '.onnx'),
];
