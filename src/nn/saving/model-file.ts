// A model as one safetensors file: weights and optimizer state as arrays; configuration, names in order, and what the
// random numbers follow from as JSON in the file's metadata.
import { DataError, StateError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { version } from '../../base/version.js';
import { isRecord, parseJson, type Json } from '../../formats/json.js';
import { readSafetensors, writeSafetensors } from '../../formats/safetensors.js';
import type { Variable } from '../../tensor/variable.js';
import { activeFiles } from '../files.js';
import type { Layer } from '../layers/layer.js';
import { globalSeed } from '../naming.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { checkFileFormat } from './file-format.js';
import { namedOptimizerState, namedWeights, readVariables, type NamedArrays } from './state.js';

/** The model as files see it. */
export interface SavableModel {
  readonly name: string;
  readonly built: boolean;
  readonly layers: readonly Layer[];
  readonly weights: readonly Variable[];
  /** What makes an equal model again. */
  describe(): object;
  /** The optimizer, once it has a state. */
  readonly trainedOptimizer: Optimizer | undefined;
}

/** What a file says of a model. */
export interface ModelFile {
  /** What errors call it. */
  readonly place: string;
  /** The model's configuration; undefined in a file of weights. */
  readonly model: Record<string, Json> | undefined;
  readonly weights: NamedArrays;
  /** Their names in the model's order, where the file lists them. */
  readonly weightOrder: readonly string[] | undefined;
  readonly optimizer:
    { readonly className: string; readonly names: readonly string[]; readonly values: readonly NDArray[] } | undefined;
  readonly random: { readonly seed: number; readonly streams: readonly number[] } | undefined;
  /** Further texts, and further arrays under `extra/`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly extra: NamedArrays;
}

/** What a file contains beside the weights. */
export interface FileContents {
  readonly withConfig: boolean;
  readonly texts?: ReadonlyMap<string, string>;
  readonly extra?: NamedArrays;
}

const format = 'nacre';
const formatVersion = '1';

/** The bytes of a safetensors file. @throws StateError before the model is built */
export async function encodeModel(
  model: SavableModel,
  what: string,
  { withConfig, texts = new Map(), extra = new Map() }: FileContents,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!model.built)
    throw new StateError(
      `${what}: model "${model.name}" is not built yet, so it has no weights. Give its first layer an inputShape, or call build([null, ...]).`,
    );
  const weights = namedWeights(model.weights);
  const optimizer = model.trainedOptimizer;
  const state = optimizer ? namedOptimizerState(optimizer) : new Map<string, Variable>();
  const metadata = new Map<string, string>(texts);
  const put = (key: string, value: unknown): unknown => metadata.set(key, JSON.stringify(value));
  metadata.set('format', format);
  metadata.set('format_version', formatVersion);
  metadata.set('nacre_version', version);
  if (withConfig) put('model_config', model.describe());
  put('weights', [...weights.keys()]);
  if (optimizer) put('optimizer', { class_name: optimizer.className, variables: [...state.keys()] });
  put('random', { seed: globalSeed(), streams: model.layers.map(({ stream }) => stream) });
  const tensors = new Map(await readVariables(weights, state));
  for (const [name, array] of extra) tensors.set(`extra/${name}`, array);
  return writeSafetensors({ tensors, metadata });
}

/** Writes a file beside the one of that name, if there is one, and renames it. */
export async function writeModelFile(
  model: SavableModel,
  path: string,
  what: string,
  contents: FileContents,
): Promise<void> {
  checkFileFormat(path, what);
  await activeFiles().write(path, await encodeModel(model, what, contents));
}

/** What the bytes of a file say; `file` names it in errors. @throws DataError for a damaged or foreign file */
export function decodeModel(bytes: Uint8Array, file: string): ModelFile {
  const { tensors, metadata } = readSafetensors(bytes, file);
  const place = `'${file}'`;
  const json = (key: string): Json | undefined => {
    const text = metadata.get(key);
    return text === undefined ? undefined : parseJson(text, `${place}, metadata '${key}'`);
  };
  const fail = (key: string, expected: string): never => {
    throw new DataError(`${place}, metadata '${key}': expected ${expected}.`);
  };
  const ours = metadata.get('format') === format;
  if (ours && metadata.get('format_version') !== formatVersion)
    throw new DataError(
      `${place}: expected version ${formatVersion} of the format, received ${metadata.get('format_version')}, written by Nacre ${metadata.get('nacre_version')}. Use that version or a newer one.`,
    );

  const model = json('model_config');
  if (model !== undefined && !isRecord(model)) fail('model_config', 'an object');
  const order = json('weights');
  if (order !== undefined && !isTexts(order)) fail('weights', 'a list of names');
  const optimizer = json('optimizer');
  const optimizerState = optimizer === undefined ? undefined : optimizerOf(optimizer, tensors, fail);
  const random = json('random');
  if (random !== undefined && !isRandom(random)) fail('random', 'a seed and the streams of the layers');

  const weights = new Map<string, NDArray>();
  const extra = new Map<string, NDArray>();
  const ofOptimizer = new Set(optimizerState?.names);
  for (const [name, array] of tensors) {
    if (ofOptimizer.has(name)) continue;
    if (ours && name.startsWith('extra/') && !(order as readonly string[] | undefined)?.includes(name))
      extra.set(name.slice('extra/'.length), array);
    else weights.set(name, array);
  }
  return {
    place,
    model: model as Record<string, Json> | undefined,
    weights,
    weightOrder: order as readonly string[] | undefined,
    optimizer: optimizerState,
    random: random as ModelFile['random'],
    texts: metadata,
    extra,
  };
}

/** Reads a file. @throws DataError if there is none, or it is damaged */
export async function readModelFile(path: string, what: string): Promise<ModelFile> {
  checkFileFormat(path, what);
  const bytes = await activeFiles().read(path);
  if (!bytes) throw new DataError(`${what}: there is no file '${path}'.`);
  return decodeModel(bytes, path);
}

function optimizerOf(
  value: Json,
  tensors: ReadonlyMap<string, NDArray>,
  fail: (key: string, expected: string) => never,
): { className: string; names: readonly string[]; values: readonly NDArray[] } {
  if (!isRecord(value)) return fail('optimizer', 'an object');
  const { class_name: className, variables: names } = value;
  if (typeof className !== 'string' || !isTexts(names))
    return fail('optimizer', 'a class_name and a list of variables');
  const values = names.map((name) => tensors.get(name) ?? fail('optimizer', `the tensor '${name}' to be in the file`));
  return { className, names, values };
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isRandom(value: Json): boolean {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value.seed) &&
    Array.isArray(value.streams) &&
    value.streams.every((stream) => Number.isSafeInteger(stream))
  );
}
