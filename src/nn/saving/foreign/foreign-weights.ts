// Finds the weights of a model in a file of another program: by names that the user gives, or by the shapes of layers
// where these leave no doubt.
import { DataError, messageOf, ValueError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { formatShape, sameShape, type Shape } from '../../../base/shape.js';
import { show } from '../../check.js';
import type { FoundWeights, LayerOutline, MatchOptions, NamedArrays, WeightOutline } from '../format.js';
import { layoutNames, layoutOf, nameInPyTorch, type FileLayout, type WeightLayout } from './weight-layouts.js';

/** How the weights of a file of another program are found. */
export interface ForeignOptions {
  /**
   * The names that the file has: for a weight of the model (`{ 'dense/kernel': 'fc1.weight' }`) or for all of a layer's
   * (`{ dense: 'fc1' }`); or a function of a weight's path.
   */
  readonly names?: Readonly<Record<string, string>> | ((path: string) => string) | undefined;
  /** The order of the axes in the file; told by the shapes unless given, where these leave no doubt. */
  readonly layout?: WeightLayout | undefined;
}

/** Counters that PyTorch keeps beside the weights. */
const isCounter = (name: string): boolean => name.endsWith('num_batches_tracked');

interface Place {
  readonly layer: LayerOutline;
  readonly weight: WeightOutline;
}

/** A place in the model and the array of the file for it. */
interface Match extends Place {
  readonly name: string;
  readonly array: NDArray;
}

/**
 * @param flattened by the names of dense layers, the shapes [..., C] that were flattened into their inputs
 * @param place what errors call the file
 * @throws DataError where shapes or names leave it open which weight belongs where
 */
export function matchForeign(
  outline: readonly LayerOutline[],
  file: NamedArrays,
  { names, layout, skipMismatch = false }: ForeignOptions & Pick<MatchOptions, 'skipMismatch'>,
  flattened: ReadonlyMap<string, Shape>,
  place: string,
): FoundWeights {
  if (layout !== undefined && !layoutNames.includes(layout))
    throw new ValueError(`loadWeights: expected layout to be 'pytorch' or 'keras', received ${show(layout)}.`);
  // Callers in JavaScript may give anything.
  if (names !== undefined && typeof names !== 'function' && ((names as unknown) === null || typeof names !== 'object'))
    throw new ValueError(
      `loadWeights: expected names to be an object such as { dense: 'fc1' }, or a function, received ${show(names)}.`,
    );
  const layers = outline.flatMap(withWeights);
  const arrays = new Map([...file].filter(([name]) => !isCounter(name)));
  try {
    const matches =
      names === undefined
        ? matchShapes(layers, arrays, layout, flattened)
        : matchNames(layers, arrays, names, layout, flattened, skipMismatch);
    const leftOver = new Map(arrays);
    for (const { name } of matches.values()) leftOver.delete(name);
    return { found: matches, leftOver };
  } catch (error) {
    if (error instanceof ValueError) throw error;
    throw new DataError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

function withWeights(layer: LayerOutline): LayerOutline[] {
  return [...(layer.weights.length > 0 ? [layer] : []), ...layer.layers.flatMap(withWeights)];
}

const layoutIn = ({ layer, weight }: Place, layout: WeightLayout, flattened: ReadonlyMap<string, Shape>): FileLayout =>
  layoutOf(layer, weight, layout, flattened.get(layer.name));

/** The arrays in Keras's order of axes, in `layout` or in the only one that their shapes fit. */
function converted(
  matches: readonly Match[],
  layout: WeightLayout | undefined,
  flattened: ReadonlyMap<string, Shape>,
): FoundWeights['found'] {
  const fits = (candidate: WeightLayout): boolean =>
    matches.every((match) => {
      try {
        return sameShape(layoutIn(match, candidate, flattened).shape, match.array.shape);
      } catch {
        return false;
      }
    });
  const isMoved = (match: Match): boolean => layoutIn(match, 'pytorch', flattened).toKeras !== undefined;
  const fitting = layout === undefined ? layoutNames.filter(fits) : [layout];
  if (fitting.length > 1 && matches.some(isMoved)) throw doubtfulLayout(matches.filter(isMoved));
  const chosen = fitting[0];
  return new Map(
    matches.map((match) => {
      const { name, array, weight } = match;
      const described = chosen && layoutIn(match, chosen, flattened);
      // What does not fit is told with all else that does not.
      const isFitting = described && sameShape(described.shape, array.shape);
      // In another order than was said, it would be taken as it lies.
      if (described && !isFitting && sameShape(weight.shape, array.shape))
        throw new DataError(
          `'${name}' has shape ${formatShape(array.shape)}, and the model's '${weight.path}' ${formatShape(described.shape)} in ${chosen === 'pytorch' ? "PyTorch's" : "Keras's"} order of axes.`,
        );
      return [weight.path, { name, array: isFitting && described.toKeras ? described.toKeras(array) : array }];
    }),
  );
}

function doubtfulLayout(matches: readonly Match[]): DataError {
  const listed = matches.map(({ name, array }) => `'${name}' ${formatShape(array.shape)}`).join(', ');
  return new DataError(
    `its shapes fit PyTorch's order of axes and Keras's alike (${listed}). Say which it is: layout: 'pytorch' or layout: 'keras'.`,
  );
}

function matchNames(
  layers: readonly LayerOutline[],
  arrays: NamedArrays,
  names: NonNullable<ForeignOptions['names']>,
  layout: WeightLayout | undefined,
  flattened: ReadonlyMap<string, Shape>,
  skipMismatch: boolean,
): FoundWeights['found'] {
  const places = layers.flatMap((layer) => layer.weights.map((weight): Place => ({ layer, weight })));
  if (typeof names === 'object') checkKeys(names, layers);
  const nameOf = ({ layer, weight }: Place): string => {
    if (typeof names === 'function') return names(weight.path);
    if (Object.hasOwn(names, weight.path)) return names[weight.path]!;
    if (!Object.hasOwn(names, layer.name)) return weight.path;
    const module = names[layer.name]!;
    const candidates = [
      `${module}.${nameInPyTorch(weight.name)}`,
      `${module}.${weight.name}`,
      `${module}/${weight.name}`,
    ];
    return candidates.find((name) => arrays.has(name)) ?? candidates[0]!;
  };
  const matches: Match[] = [];
  for (const place of places) {
    const name = nameOf(place);
    const array = arrays.get(name);
    if (!array)
      throw new DataError(`there is no '${name}' for the model's '${place.weight.path}'. It has ${listed(arrays)}.`);
    matches.push({ ...place, name, array });
  }
  if (skipMismatch && layout === undefined)
    throw new ValueError(
      "loadWeights: expected layout: 'pytorch' or 'keras' beside skipMismatch, since shapes that differ do not tell it.",
    );
  return converted(matches, layout, flattened);
}

function checkKeys(names: Readonly<Record<string, string>>, layers: readonly LayerOutline[]): void {
  const known = new Set(layers.flatMap(({ name, weights }) => [name, ...weights.map(({ path }) => path)]));
  for (const [key, value] of Object.entries(names)) {
    if (!known.has(key))
      throw new ValueError(
        `loadWeights: names has '${key}', which is no layer with weights and no weight of the model. Known: ${[...known].join(', ')}.`,
      );
    // Callers in JavaScript may give anything.
    if (typeof (value as unknown) !== 'string')
      throw new ValueError(`loadWeights: expected names['${key}'] to be a name in the file, received ${show(value)}.`);
  }
}

function listed(arrays: NamedArrays): string {
  const shown = [...arrays].slice(0, 40).map(([name, { shape }]) => `'${name}' ${formatShape(shape)}`);
  return shown.join(', ') + (arrays.size > shown.length ? `, and ${arrays.size - shown.length} more` : '');
}

/** The arrays of one layer of the other program. */
interface Module {
  readonly name: string;
  /** By PyTorch's names: weight, bias, running_mean. */
  readonly arrays: ReadonlyMap<string, { readonly name: string; readonly array: NDArray }>;
}

function modulesOf(arrays: NamedArrays): Module[] {
  const modules = new Map<string, Map<string, { name: string; array: NDArray }>>();
  for (const [name, array] of arrays) {
    const end = Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'));
    const module = name.slice(0, Math.max(0, end));
    const inModule = modules.get(module) ?? new Map<string, { name: string; array: NDArray }>();
    modules.set(module, inModule);
    inModule.set(nameInPyTorch(name.slice(end + 1)), { name, array });
  }
  return [...modules].map(([name, inModule]) => ({ name, arrays: inModule }));
}

/** Names and shapes of all that a layer or a module has, as one text. */
const signatureOf = (entries: readonly (readonly [string, Shape])[]): string =>
  entries
    .map(([name, shape]) => `${name} ${formatShape(shape)}`)
    .sort()
    .join(', ');

function layerSignature(layer: LayerOutline, layout: WeightLayout, flattened: ReadonlyMap<string, Shape>): string {
  return signatureOf(
    layer.weights.map((weight) => [nameInPyTorch(weight.name), layoutIn({ layer, weight }, layout, flattened).shape]),
  );
}

/** By shapes alone; among layers of the same shapes by the numbers in the names of the file's. */
function matchShapes(
  layers: readonly LayerOutline[],
  arrays: NamedArrays,
  layout: WeightLayout | undefined,
  flattened: ReadonlyMap<string, Shape>,
): FoundWeights['found'] {
  const modules = modulesOf(arrays);
  const bySignature = groups(modules, ({ arrays: inModule }) =>
    signatureOf([...inModule].map(([name, { array }]) => [name, array.shape])),
  );
  const tried = layout === undefined ? layoutNames : [layout];
  const fitting = tried.flatMap((candidate) => {
    try {
      const wanted = groups(layers, (layer) => layerSignature(layer, candidate, flattened));
      const fits =
        wanted.size === bySignature.size &&
        [...wanted].every(([signature, group]) => bySignature.get(signature)?.length === group.length);
      return fits ? [{ candidate, wanted }] : [];
    } catch (error) {
      if (layout !== undefined) throw error;
      return [];
    }
  });
  if (fitting.length === 0) throw doesNotFit(layers, modules, tried, flattened);
  const [{ candidate, wanted }] = fitting as [(typeof fitting)[number]];
  const matches = [...wanted].flatMap(([signature, group]) => {
    const ordered = inOrder(bySignature.get(signature)!, group);
    return group.flatMap((layer, index) =>
      layer.weights.map((weight): Match => {
        const { name, array } = ordered[index]!.arrays.get(nameInPyTorch(weight.name))!;
        return { layer, weight, name, array };
      }),
    );
  });
  const moved = matches.filter((match) => layoutIn(match, candidate, flattened).toKeras !== undefined);
  if (fitting.length > 1 && moved.length > 0) throw doubtfulLayout(moved);
  return converted(matches, candidate, flattened);
}

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}

/** Modules of the same shapes in the order that the numbers in their names say. @throws DataError where nothing does */
function inOrder(modules: readonly Module[], layers: readonly LayerOutline[]): Module[] {
  const stems = new Set(modules.map(({ name }) => name.replace(/\d+/g, '#')));
  if (modules.length > 1 && stems.size > 1)
    throw new DataError(
      `the layers ${quoted(modules)} have the same shapes, so that it cannot be told which of them is which of the model's ${quoted(layers)}. Say it: names: { '${layers[0]!.name}': '${modules[0]!.name}', ... }.`,
    );
  return [...modules].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

const quoted = (items: readonly { readonly name: string }[]): string => items.map(({ name }) => `'${name}'`).join(', ');

function doesNotFit(
  layers: readonly LayerOutline[],
  modules: readonly Module[],
  layouts: readonly WeightLayout[],
  flattened: ReadonlyMap<string, Shape>,
): DataError {
  const describe = (layer: LayerOutline): string => {
    try {
      return `'${layer.name}' (${layerSignature(layer, layouts[0]!, flattened)})`;
    } catch (error) {
      return `'${layer.name}' (${messageOf(error)})`;
    }
  };
  const inFile = modules.map(
    ({ name, arrays }) => `'${name}' (${signatureOf([...arrays].map(([each, { array }]) => [each, array.shape]))})`,
  );
  return new DataError(
    `its weights are not those of the model. It has ${inFile.join(', ')}. The model needs, in ${layouts[0] === 'pytorch' ? "PyTorch's" : "Keras's"} order of axes, ${layers.map(describe).join(', ')}.`,
  );
}
