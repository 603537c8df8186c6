// The arrangement of weights in Keras 1 and 2's HDF5 files, which Keras 3 still reads and writes: a group for each layer,
// with an attribute that lists its arrays in order.
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { formatShape } from '../../../base/shape.js';
import { emptyHdf5Group, type Hdf5Group } from '../../../formats/hdf5.js';
import type { FoundWeights, LayerOutline, MatchOptions, WeightOutline } from '../format.js';

/** An array of a layer, by the name that the file has for it: `dense/kernel:0`. */
export interface StoredWeight {
  readonly name: string;
  readonly array: NDArray;
}

export interface StoredLayer {
  readonly name: string;
  readonly weights: readonly StoredWeight[];
}

/** Keras splits longer lists, since HDF5 once could not hold them in an object's header. */
const longestList = 64_512;

/** A list of names that is kept in an attribute, or in several where it is long: `layer_names0`, `layer_names1`. */
export function namesIn(group: Hdf5Group, attribute: string, place: string): string[] | undefined {
  const listOf = (key: string): readonly string[] | undefined => {
    const value = group.attributes.get(key);
    if (value === undefined || Array.isArray(value)) return value as readonly string[] | undefined;
    throw new DataError(`${place}, attribute '${key}': expected a list of names.`);
  };
  const whole = listOf(attribute);
  if (whole) return [...whole];
  const parts: string[] = [];
  let chunk = 0;
  for (let part; (part = listOf(`${attribute}${chunk}`)); chunk++) parts.push(...part);
  return chunk === 0 ? undefined : parts;
}

/** Keeps a list of names, in pieces as Keras does. */
export function putNames(group: Hdf5Group, attribute: string, names: readonly string[]): void {
  // As an array of texts of equal length, which is what Keras measures.
  const width = Math.max(1, ...names.map((name) => new TextEncoder().encode(name).byteLength));
  const most = Math.max(1, Math.floor(longestList / width));
  if (names.length <= most) {
    group.attributes.set(attribute, names);
    return;
  }
  for (let begin = 0, chunk = 0; begin < names.length; begin += most, chunk++)
    group.attributes.set(`${attribute}${chunk}`, names.slice(begin, begin + most));
}

/** The arrays that a group lists, in that order. A name leads through groups: `dense/kernel:0`. */
export function arraysIn(group: Hdf5Group, place: string): StoredWeight[] {
  return (namesIn(group, 'weight_names', place) ?? []).map((name) => {
    const parts = name.split('/');
    const last = parts.pop()!;
    const array = groupAt(group, parts)?.arrays.get(last);
    if (array) return { name, array };
    throw new DataError(`${place}: it lists '${name}', and there is no such array.`);
  });
}

/** Keeps arrays with the list of their names. */
export function putArrays(group: Hdf5Group, weights: readonly StoredWeight[]): void {
  putNames(
    group,
    'weight_names',
    weights.map(({ name }) => name),
  );
  for (const { name, array } of weights) {
    const parts = name.split('/');
    const last = parts.pop()!;
    madeAt(group, parts).arrays.set(last, array);
  }
}

export function groupAt(group: Hdf5Group, path: readonly string[]): Hdf5Group | undefined {
  return path.reduce<Hdf5Group | undefined>((at, name) => at?.groups.get(name), group);
}

/** The group at `path`, made where there is none. */
export function madeAt(group: Hdf5Group, path: readonly string[]): Hdf5Group {
  return path.reduce((at, name) => {
    const child = at.groups.get(name) ?? emptyHdf5Group();
    at.groups.set(name, child);
    return child;
  }, group);
}

/** The group that lists layers: `model_weights` of a whole model, or the root of a file of weights. */
export function weightsGroup(root: Hdf5Group): Hdf5Group | undefined {
  return [root, root.groups.get('model_weights')].find(
    (group) => group?.attributes.has('layer_names') === true || group?.attributes.has('layer_names0') === true,
  );
}

/** The layers of a group, in the model's order, and what belongs to the model itself. */
export function layersIn(group: Hdf5Group, place: string): StoredLayer[] {
  const layers = (namesIn(group, 'layer_names', place) ?? []).map((name) => {
    const own = groupAt(group, name.split('/'));
    if (own) return { name, weights: arraysIn(own, `${place}, ${name}`) };
    throw new DataError(`${place}: it lists the layer '${name}', and there is no such group.`);
  });
  const top = group.groups.get(topLevel);
  return top ? [...layers, { name: topLevel, weights: arraysIn(top, `${place}, ${topLevel}`) }] : layers;
}

export const topLevel = 'top_level_model_weights';

/** A layer of the model with all weights in it. */
interface FlatLayer {
  readonly name: string;
  readonly weights: readonly FlatWeight[];
}

interface FlatWeight extends WeightOutline {
  /** `dense/kernel` */
  readonly tail: string;
}

/** The weights of a layer, those of models within it among them, as Keras lists them: trainable ones first. */
function flatten({ name, weights, layers }: LayerOutline): FlatLayer {
  const own = weights.map((weight) => ({ ...weight, tail: `${name}/${weight.name}` }));
  const all = [...own, ...layers.flatMap((layer) => flatten(layer).weights)];
  return { name, weights: [...all.filter(({ trainable }) => trainable), ...all.filter(({ trainable }) => !trainable)] };
}

/** The last two parts of a name, without the `:0` of Keras 2. */
function tailOf(name: string): string {
  return name.replace(/:\d+$/, '').split('/').slice(-2).join('/');
}

/**
 * Weights by the layers that have some: by the layers' names where they are the same, otherwise one layer after the
 * other, as Keras does. `byName` takes the layers of the same name alone,
 * `skipMismatch` leaves those out that have another number of weights.
 * @throws DataError that lists layers that do not fit
 */
export function matchLayers(
  outlines: readonly LayerOutline[],
  stored: readonly StoredLayer[],
  { byName = false, skipMismatch = false }: MatchOptions,
  place: string,
): FoundWeights {
  const layers = outlines.map(flatten).filter(({ weights }) => weights.length > 0);
  const sources = stored.filter(({ weights }) => weights.length > 0);
  const named = new Map(sources.map((source) => [source.name, source]));
  const isNamed = byName || (layers.length === sources.length && layers.every(({ name }) => named.has(name)));
  if (!isNamed && layers.length !== sources.length)
    throw new DataError(
      `${place}: expected ${layers.length} layers with weights (${listed(layers)}), received ${sources.length} (${listed(sources)}).`,
    );
  const found = new Map<string, { name: string; array: NDArray }>();
  const leftOver = new Map(
    sources.flatMap((source) => source.weights.map((weight) => [pathOf(source, weight), weight.array])),
  );
  const problems: string[] = [];
  layers.forEach((layer, index) => {
    const source = isNamed ? named.get(layer.name) : sources[index];
    if (!source) return;
    if (source.weights.length !== layer.weights.length) {
      if (skipMismatch) return;
      const shapes = (shaped: readonly { readonly shape: readonly number[] }[]): string =>
        shaped.map(({ shape }) => formatShape(shape)).join(', ');
      problems.push(
        `layer '${layer.name}' has ${layer.weights.length} weights (${shapes(layer.weights)}), and '${source.name}' of the file ${source.weights.length} (${shapes(source.weights.map(({ array }) => array))})`,
      );
      return;
    }
    const tails = new Map(source.weights.map((weight) => [tailOf(weight.name), weight]));
    const isTold = tails.size === source.weights.length && layer.weights.every(({ tail }) => tails.has(tail));
    layer.weights.forEach((weight, position) => {
      const from = isTold ? tails.get(weight.tail)! : source.weights[position]!;
      const name = pathOf(source, from);
      found.set(weight.path, { name, array: from.array });
      leftOver.delete(name);
    });
  });
  if (problems.length > 0) throw new DataError(`${place}: ${problems.join('; ')}.`);
  return { found, leftOver };
}

function pathOf({ name }: StoredLayer, weight: StoredWeight): string {
  return `${name}/${weight.name}`;
}

function listed(layers: readonly { readonly name: string }[]): string {
  const names = layers.slice(0, 10).map(({ name }) => name);
  return layers.length > 10 ? `${names.join(', ')}, ...` : names.join(', ') || 'none';
}

/** The weights of a layer as files list them, with the names that Keras 2 gives them. */
export function storedWeights(outline: LayerOutline, weights: ReadonlyMap<string, NDArray>): StoredWeight[] {
  return flatten(outline).weights.map(({ tail, path }) => ({ name: `${tail}:0`, array: weights.get(path)! }));
}
