// Leaves layers out whose weights are not those of the file, as Keras's skip_mismatch does, and says which.
import { formatShape, sameShape } from '../../base/shape.js';
import type { FoundWeight, FoundWeights, LayerOutline, WeightOutline } from './format.js';

/**
 * What of `weights` is for layers that all of it fits, and what there is to say of the others: undefined if all fits.
 * `isPartial` takes it that the file has nothing for some layers.
 */
export function fittingLayers(
  layers: readonly LayerOutline[],
  { found, leftOver }: FoundWeights,
  place: string,
  isPartial = false,
): { readonly weights: FoundWeights; readonly skipped: string | undefined } {
  const fitting = new Map<string, FoundWeight>();
  const skipped: string[] = [];
  const problemOf = ({ name, path, shape }: WeightOutline): string[] => {
    const source = found.get(path);
    if (!source) return [`${name} ${formatShape(shape)} is missing`];
    if (sameShape(source.array.shape, shape)) return [];
    return [`${name} ${formatShape(shape)} is ${formatShape(source.array.shape)} in the file ('${source.name}')`];
  };
  const visit = ({ name, weights, layers: within }: LayerOutline): void => {
    const isThere = !isPartial || weights.some(({ path }) => found.has(path));
    const problems = isThere ? weights.flatMap(problemOf) : [];
    if (problems.length > 0) skipped.push(`layer '${name}': ${problems.join(', ')}`);
    else
      for (const { path } of weights) {
        const source = found.get(path);
        if (source) fitting.set(path, source);
      }
    within.forEach(visit);
  };
  layers.forEach(visit);
  const unused = isPartial ? [] : Array.from(leftOver, ([name, { shape }]) => `'${name}' ${formatShape(shape)}`);
  const notes = [
    ...(skipped.length > 0 ? [`These layers keep the weights they had: ${skipped.join('; ')}.`] : []),
    ...(unused.length > 0 ? [`The model has no place for ${unused.join(', ')}.`] : []),
  ];
  return {
    weights: { found: fitting, leftOver: new Map() },
    skipped: notes.length > 0 ? `${place}: not all of its weights were taken. ${notes.join(' ')}` : undefined,
  };
}
