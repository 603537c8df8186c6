// A model as TensorFlow.js keeps it: model.json and the files of its weights. What Nacre needs to go on exactly, and
// TensorFlow.js has no place for, is kept in `userDefinedMetadata`, and believed while the rest of the file is as written.
import { DataError, ValueError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf } from '../../../base/shape.js';
import { version } from '../../../base/version.js';
import { sha256 } from '../../../data/sha256.js';
import { isRecord, type Json } from '../../../formats/json.js';
import {
  parseTfjs,
  readTfjs,
  readWeights,
  writeTfjs,
  writeWeights,
  type NameShard,
  type TfjsModel,
  type TfjsWeight,
} from '../../../formats/tfjs.js';
import { activeConsole } from '../../console.js';
import type {
  FileSource,
  LayerOutline,
  ModelConfig,
  ModelContents,
  ModelFile,
  ModelFormat,
  NamedArrays,
  OptimizerState,
  WrittenFile,
} from '../format.js';
import { fromTopology, toTopology } from './config.js';
import { matchWeights, tfjsNames } from './names.js';
import { fromTraining, toTraining } from './training.js';

/** Where Nacre's part of `userDefinedMetadata` lies. */
const ownKey = 'nacre';
const ownVersion = 1;

const ending = /\.json$/i;

/** The files of the weights are named by what they hold: a model.json never points at those of another moment. */
function shardNamer(fileName: string): NameShard {
  const stem = fileName.replace(ending, '');
  return async (bytes, index, count) => `${stem}-${index}of${count}-${(await sha256(bytes)).slice(0, 16)}.bin`;
}

const shardName = /-\d+of\d+-[0-9a-f]{16}\.bin$/;

async function write(contents: ModelContents, fileName: string): Promise<WrittenFile> {
  const { config, layers, weights, optimizer, random, texts, extra } = contents;
  const names = tfjsNames(layers);
  if (new Set(names.values()).size < names.size)
    throw new ValueError(
      `TensorFlow.js tells weights apart by the names of their layers, and two layers of model "${contents.name}" have the same name. Give them names of their own.`,
    );
  const modelWeights = [...weights].map(([path, array]): TfjsWeight => {
    if (array.dtype !== 'float64') return { name: names.get(path)!, group: undefined, array };
    throw new ValueError(
      `TensorFlow.js has no float64, and the weight '${path}' is of it. Use a format that has, such as .safetensors.`,
    );
  });
  const { topology, missing } = config ? toTopology(config) : { topology: null, missing: [] };
  if (missing.length > 0)
    activeConsole().warn(
      `'${fileName}': TensorFlow.js does not have ${missing.join(', ')}, so it cannot use the file. Nacre can.`,
    );
  const trainable = trainableIn(layers).map((path) => names.get(path)!);
  const training = toTraining(config?.compile_config, optimizer, trainable);

  const nameShard = shardNamer(fileName);
  const main = await writeWeights([...modelWeights, ...(training?.weights ?? [])], nameShard);
  const further = await writeWeights(
    [
      ...(optimizer && !training?.weights
        ? optimizer.values.map((array, index) => ({ name: optimizer.names![index]!, group: 'optimizer', array }))
        : []),
      ...[...extra].map(([name, array]) => ({ name: `extra/${name}`, group: 'extra', array })),
    ],
    nameShard,
  );
  const written: Omit<TfjsModel, 'weights' | 'metadata'> = {
    topology: topology && { ...topology, keras_version: `nacre ${version}`, backend: 'nacre' },
    trainingConfig: training?.config,
    generatedBy: `Nacre ${version}`,
    manifest: main.manifest,
  };
  const metadata = {
    [ownKey]: {
      version: ownVersion,
      of: await fingerprint(written),
      config: config ?? null,
      random: { seed: random.seed, streams: [...random.streams] },
      optimizer: optimizer ? { class_name: optimizer.className!, variables: [...optimizer.names!] } : null,
      texts: Object.fromEntries(texts),
      weights: further.shards.size === 0 ? [] : further.manifest,
    },
  };
  return { main: writeTfjs({ ...written, metadata }), beside: new Map([...main.shards, ...further.shards]) };
}

/** The paths of the weights that an optimizer changes. */
function trainableIn(layers: readonly LayerOutline[]): string[] {
  return layers.flatMap(({ weights, layers: inner }) => [
    ...weights.filter(({ trainable }) => trainable).map(({ path }) => path),
    ...trainableIn(inner),
  ]);
}

/** Of all that Nacre's own part was written for: another program that writes the file anew may change anything. */
async function fingerprint(model: Pick<TfjsModel, 'topology' | 'trainingConfig' | 'manifest'>): Promise<string> {
  const text = JSON.stringify([model.topology, model.trainingConfig ?? null, model.manifest]);
  return sha256(new TextEncoder().encode(text));
}

async function read(source: FileSource): Promise<ModelFile> {
  const { name, bytes } = source;
  const beside = (path: string): Promise<Uint8Array | undefined> => source.beside(path);
  const place = `'${name}'`;
  const model = await readTfjs(bytes, name, beside);
  const modelWeights = new Map(
    model.weights.filter(({ group }) => group !== 'optimizer').map((weight) => [weight.name, weight.array]),
  );
  const ofOptimizer = model.weights.filter(({ group }) => group === 'optimizer');
  const training = fromTraining(model.trainingConfig, ofOptimizer);
  const own = await ownPart(model, place, beside);
  return {
    place,
    config: own
      ? own.config
      : model.topology === null
        ? undefined
        : fromTopology(model.topology as ModelConfig, training?.compileConfig),
    weightElements: [...modelWeights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    weightsFor: (layers, options) => matchWeights(layers, modelWeights, options),
    optimizer: own ? own.optimizerOf(training?.optimizer) : training?.optimizer,
    random: own?.random,
    texts: own?.texts ?? new Map(),
    extra: own?.extra ?? new Map(),
  };
}

interface OwnPart {
  readonly config: ModelConfig | undefined;
  readonly random: ModelFile['random'];
  readonly texts: ReadonlyMap<string, string>;
  readonly extra: NamedArrays;
  /** The state, which lies in TensorFlow.js's part where it has such an optimizer. */
  readonly optimizerOf: (state: OptimizerState | undefined) => OptimizerState | undefined;
}

/** What Nacre keeps; undefined in files of others, and where the file was written anew by others. */
async function ownPart(model: TfjsModel, place: string, beside: FileSource['beside']): Promise<OwnPart | undefined> {
  const part = model.metadata[ownKey];
  if (!isRecord(part) || part.of !== (await fingerprint(model))) return undefined;
  const here = `${place}, userDefinedMetadata.${ownKey}`;
  const fail = (key: string, expected: string): never => {
    throw new DataError(`${here}.${key}: expected ${expected}.`);
  };
  if (part.version !== ownVersion)
    throw new DataError(
      `${here}: expected version ${ownVersion}, received ${JSON.stringify(part.version)}. Use the version of Nacre that wrote it (${model.generatedBy}), or a newer one.`,
    );
  const { config = null, random = null, texts = null, optimizer = null, weights = null } = part;
  if (config !== null && !isRecord(config)) return fail('config', 'an object');
  if (!isRandom(random)) return fail('random', 'a seed and the streams of the layers');
  if (!isRecord(texts) || !Object.values(texts).every((text) => typeof text === 'string'))
    return fail('texts', 'an object of texts');
  const names = optimizer === null ? [] : namesIn(optimizer);
  if (!names) return fail('optimizer', 'a class_name and a list of variables');
  const further = await readWeights(weights, `${here}.weights`, beside);
  const arrays = new Map(further.filter(({ group }) => group === 'optimizer').map(({ name, array }) => [name, array]));
  return {
    config: config ?? undefined,
    random,
    texts: new Map(Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    extra: new Map(
      further.filter(({ group }) => group === 'extra').map(({ name, array }) => [name.slice('extra/'.length), array]),
    ),
    optimizerOf: (state) => {
      if (optimizer === null) return undefined;
      const { class_name: className } = optimizer as { readonly class_name: string };
      const values = state?.values ?? names.map((name) => arrays.get(name) ?? missingArray(fail, name));
      if (values.length !== names.length) return fail('optimizer', `${values.length} variables`);
      return { className, names, values };
    },
  };
}

function missingArray(fail: (key: string, expected: string) => never, name: string): NDArray {
  return fail('optimizer', `the array '${name}' to be in the file`);
}

function namesIn(optimizer: Json): readonly string[] | undefined {
  if (!isRecord(optimizer) || typeof optimizer.class_name !== 'string') return undefined;
  const { variables } = optimizer;
  const isNames = Array.isArray(variables) && variables.every((name) => typeof name === 'string');
  return isNames ? variables : undefined;
}

function isRandom(value: Json): value is { readonly seed: number; readonly streams: readonly number[] } {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value.seed) &&
    Array.isArray(value.streams) &&
    value.streams.every((stream) => Number.isSafeInteger(stream))
  );
}

/** The files that a model.json of Nacre's own has beside it, which no other has. */
function ownFiles(main: Uint8Array, fileName: string): readonly string[] {
  const stem = fileName.replace(ending, '');
  const { weightsManifest, userDefinedMetadata } = parseTfjs(main, fileName);
  const part = isRecord(userDefinedMetadata) ? userDefinedMetadata[ownKey] : undefined;
  if (!isRecord(part)) return [];
  const groups = [weightsManifest, part.weights].flatMap((manifest) =>
    Array.isArray(manifest) ? (manifest as readonly Json[]) : [],
  );
  return groups
    .flatMap((group) => (isRecord(group) && Array.isArray(group.paths) ? (group.paths as readonly Json[]) : []))
    .filter((path) => typeof path === 'string')
    .filter((path) => path.startsWith(`${stem}-`) && !path.includes('/') && shardName.test(path));
}

export const tfjsFile: ModelFormat = { name: 'TensorFlow.js', write, read, ownFiles };
