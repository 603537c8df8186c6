// Matches the weights of a file with those of a model where the file has a name for each.
import type { NDArray } from '../../base/ndarray.js';
import type { FoundWeights, LayerOutline, MatchOptions, NamedArrays } from './format.js';

/**
 * By name, or, where names differ (automatic ones count on from model to model), one after the other in `order`, where
 * the file has one.
 */
export function matchByName(
  layers: readonly LayerOutline[],
  { byName = false }: MatchOptions,
  weights: NamedArrays,
  order: readonly string[] | undefined,
): FoundWeights {
  const paths = layers.flatMap(pathsOf);
  const inOrder = !byName && order?.length === paths.length && !paths.every((path) => weights.has(path));
  const sources = inOrder ? order : paths;
  const found = new Map<string, { name: string; array: NDArray }>();
  const leftOver = new Map(weights);
  paths.forEach((path, index) => {
    const name = sources[index]!;
    const array = weights.get(name);
    if (array) found.set(path, { name, array });
    leftOver.delete(name);
  });
  return { found, leftOver };
}

function pathsOf({ weights, layers }: LayerOutline): string[] {
  return [...weights.map(({ path }) => path), ...layers.flatMap(pathsOf)];
}
