// Weights in Keras 3's own arrangement, the tree of an HDF5 file: every object's variables by number in a group `vars`,
// objects under the path of attributes that leads to them. Layers are found by their place among those of their class,
// not by name. What Keras has no place for lies in a group that it does not look into.
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf } from '../../../base/shape.js';
import { emptyHdf5Group, type Hdf5Group } from '../../../formats/hdf5.js';
import { parseJson } from '../../../formats/json.js';
import { snakeCase } from '../../naming.js';
import type {
  FoundWeights,
  LayerOutline,
  MatchOptions,
  ModelContents,
  ModelFile,
  NamedArrays,
  RandomState,
} from '../format.js';
import { isRandom } from '../random-state.js';

/** Keras looks for paths that its own model has; nothing of it begins so. */
const ownGroup = 'nacre';

/** Keras 2.13 to 2.15 kept the layers of a model there. */
const oldLayers = '_layer_checkpoint_dependencies';

/** What groups of one class are called, one after the other: `dense`, `dense_1`. */
class GroupNames {
  readonly #counts = new Map<string, number>();

  next(className: string): string {
    // As Keras does for a class registered as `package>Name`.
    const base = snakeCase(className.slice(className.lastIndexOf('>') + 1).replace(/\W/g, ''));
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  }
}

/** The group at `path`, made where there is none. */
function groupAt(root: Hdf5Group, path: readonly string[]): Hdf5Group {
  let group = root;
  for (const name of path) {
    let child = group.groups.get(name);
    if (!child) group.groups.set(name, (child = emptyHdf5Group()));
    group = child;
  }
  return group;
}

function putVariables(at: Hdf5Group, name: string, values: readonly NDArray[]): void {
  const group = groupAt(at, ['vars']);
  group.attributes.set('name', name);
  values.forEach((value, index) => group.arrays.set(`${index}`, value));
}

/** The tree of a model's weights and its optimizer's state, with the random state, texts and arrays that are kept too. */
export function kerasTree(contents: ModelContents): Hdf5Group {
  const { name, config, layers, weights, optimizer, random, texts, extra } = contents;
  const root = emptyHdf5Group();
  putLayers(root, layers, weights);
  putVariables(root, name, []);
  if (optimizer) {
    const { names, values } = optimizer;
    // What Keras 2 called decay is described as a schedule, and a schedule is no variable.
    const kept = values.filter((_, index) => !(names?.[index] === 'optimizer/learning_rate' && hasSchedule(config)));
    putVariables(groupAt(root, ['optimizer']), snakeCase(optimizer.className ?? 'optimizer'), kept);
  }
  const own = groupAt(root, [ownGroup]);
  own.attributes.set('random', JSON.stringify(random));
  for (const [key, text] of texts) groupAt(own, ['texts']).attributes.set(key, text);
  // A name of an array may have slashes; a number stands for it.
  const names = [...extra.keys()];
  if (names.length > 0) own.attributes.set('extra', JSON.stringify(names));
  names.forEach((key, index) => groupAt(own, ['extra']).arrays.set(`${index}`, extra.get(key)!));
  return root;
}

function putLayers(at: Hdf5Group, layers: readonly LayerOutline[], weights: NamedArrays): void {
  const names = new GroupNames();
  for (const { name, className, weights: own, layers: inner } of layers) {
    const group = groupAt(at, ['layers', names.next(className)]);
    const values = own.map(({ path }) => weights.get(path)!);
    putVariables(group, name, values);
    if (inner.length > 0) putLayers(group, inner, weights);
  }
}

function hasSchedule(config: ModelContents['config']): boolean {
  const compiled = config?.compile_config as { optimizer?: { config?: { learning_rate?: unknown } } } | undefined;
  return typeof compiled?.optimizer?.config?.learning_rate === 'object';
}

/** What a tree says of a model. `place` is what errors call the file. */
export function readKerasTree(root: Hdf5Group, place: string): Omit<ModelFile, 'config'> {
  const weights = weightsOf(root);
  const own = root.groups.get(ownGroup);
  const optimizer = root.groups.get('optimizer')?.groups.get('vars');
  return {
    place,
    weightElements: [...weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    weightsFor: (layers, options) => weightsFor(root, weights, layers, options, place),
    optimizer: optimizer && { className: undefined, names: undefined, values: numbered(optimizer) },
    random: randomOf(own, place),
    texts: textsOf(own),
    extra: extraOf(own, place),
  };
}

/** Every array of the layers, by its path in the file. */
function weightsOf(root: Hdf5Group): Map<string, NDArray> {
  const found = new Map<string, NDArray>();
  const visit = (group: Hdf5Group, path: string): void => {
    for (const [name, array] of group.arrays) found.set(path + name, array);
    for (const [name, child] of group.groups) {
      if (path === '' && (name === 'optimizer' || name === ownGroup)) continue;
      visit(child, `${path}${name}/`);
    }
  };
  visit(root, '');
  return found;
}

/** The arrays `0`, `1`, `2`, ... in that order. */
function numbered(group: Hdf5Group): NDArray[] {
  const values: NDArray[] = [];
  for (let value; (value = group.arrays.get(`${values.length}`));) values.push(value);
  return values;
}

function weightsFor(
  root: Hdf5Group,
  weights: NamedArrays,
  layers: readonly LayerOutline[],
  { byName = false }: MatchOptions,
  place: string,
): FoundWeights {
  const found = new Map<string, { name: string; array: NDArray }>();
  const leftOver = new Map(weights);
  const take = (outline: LayerOutline, group: Hdf5Group | undefined, path: string): void => {
    outline.weights.forEach((weight, index) => {
      const name = `${path}/vars/${index}`;
      const array = group?.groups.get('vars')?.arrays.get(`${index}`);
      if (!array) return;
      found.set(weight.path, { name, array });
      leftOver.delete(name);
    });
    if (outline.layers.length > 0 && group) visit(outline.layers, group, `${path}/`);
  };
  const visit = (outlines: readonly LayerOutline[], group: Hdf5Group, path: string): void => {
    const listName = group.groups.has('layers') ? 'layers' : oldLayers;
    const list = group.groups.get(listName)?.groups ?? new Map<string, Hdf5Group>();
    const groupNames = byName ? undefined : new GroupNames();
    const named = byName ? groupsByName(list, place) : undefined;
    for (const outline of outlines) {
      const name = groupNames?.next(outline.className) ?? named!.get(outline.name);
      if (name !== undefined) take(outline, list.get(name), `${path}${listName}/${name}`);
    }
  };
  visit(layers, root, '');
  return { found, leftOver };
}

/** Which group has the layer of a name. */
function groupsByName(list: ReadonlyMap<string, Hdf5Group>, place: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const [groupName, group] of list) {
    const vars = group.groups.get('vars');
    const name = vars?.attributes.get('name');
    if (typeof name === 'string') names.set(name, groupName);
    else if (vars && vars.arrays.size > 0)
      throw new DataError(
        `${place}, layers/${groupName}: it does not say the name of its layer (older versions of Keras do not). Load the weights without byName.`,
      );
  }
  return names;
}

function randomOf(own: Hdf5Group | undefined, place: string): RandomState | undefined {
  const text = own?.attributes.get('random');
  if (typeof text !== 'string') return undefined;
  const random = parseJson(text, `${place}, ${ownGroup}/random`);
  if (!isRandom(random))
    throw new DataError(`${place}, ${ownGroup}/random: expected a seed and the streams of the layers.`);
  return random;
}

function textsOf(own: Hdf5Group | undefined): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, text] of own?.groups.get('texts')?.attributes ?? [])
    if (typeof text === 'string') texts.set(name, text);
  return texts;
}

function extraOf(own: Hdf5Group | undefined, place: string): Map<string, NDArray> {
  const text = own?.attributes.get('extra');
  const names = typeof text === 'string' ? parseJson(text, `${place}, ${ownGroup}/extra`) : [];
  const arrays = own?.groups.get('extra')?.arrays;
  if (!Array.isArray(names) || names.length !== (arrays?.size ?? 0))
    throw new DataError(`${place}, ${ownGroup}/extra: expected a name for each of ${arrays?.size ?? 0} arrays.`);
  return new Map(
    names.map((name, index) => {
      const array = arrays!.get(`${index}`);
      if (typeof name === 'string' && array) return [name, array];
      throw new DataError(`${place}, ${ownGroup}/extra: expected a name and an array of number ${index}.`);
    }),
  );
}
