// A model as named arrays and texts, which safetensors and npz files hold: weights under their paths, the optimizer's state
// and further arrays under theirs; configuration, names in order, and what the random numbers follow from as JSON in the
// texts. This file reads; arrays-of-model.ts writes.
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf } from '../../../base/shape.js';
import { isRecord, parseJson, type Json } from '../../../formats/json.js';
import type { ModelConfig, ModelFile, NamedArrays, OptimizerState } from '../format.js';
import { matchByName } from '../match-by-name.js';
import { isRandom } from '../random-state.js';

/** What a file holds. */
export interface ArraysAndTexts {
  readonly arrays: NamedArrays;
  readonly texts: ReadonlyMap<string, string>;
}

export const format = 'nacre';
export const formatVersion = '1';

/** What a file says of a model; `file` is its name, and `usualOrder` that of its weights where the texts tell of none. */
export function modelOfArrays(
  { arrays: tensors, texts: metadata }: ArraysAndTexts,
  file: string,
  usualOrder?: readonly string[],
): ModelFile {
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

  const config = json('model_config');
  if (config !== undefined && !isRecord(config)) fail('model_config', 'an object');
  const order = json('weights') ?? usualOrder;
  if (order !== undefined && !isTexts(order)) fail('weights', 'a list of names');
  const described = json('optimizer');
  const optimizer = described === undefined ? undefined : optimizerOf(described, tensors, fail);
  const random = json('random');
  if (random !== undefined && !isRandom(random)) fail('random', 'a seed and the streams of the layers');

  const weights = new Map<string, NDArray>();
  const extra = new Map<string, NDArray>();
  const ofOptimizer = new Set(optimizer?.names);
  for (const [name, array] of tensors) {
    if (ofOptimizer.has(name)) continue;
    if (ours && name.startsWith('extra/') && !(order as readonly string[] | undefined)?.includes(name))
      extra.set(name.slice('extra/'.length), array);
    else weights.set(name, array);
  }
  return {
    place,
    config: config as ModelConfig | undefined,
    isOurs: ours,
    weightElements: [...weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    weightsFor: (layers, options) => matchByName(layers, options, weights, order as readonly string[] | undefined),
    optimizer,
    random: random as ModelFile['random'],
    texts: metadata,
    extra,
  };
}

function optimizerOf(
  value: Json,
  tensors: NamedArrays,
  fail: (key: string, expected: string) => never,
): OptimizerState & { readonly names: readonly string[] } {
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
