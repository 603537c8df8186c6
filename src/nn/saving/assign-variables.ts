// Gives the variables of a model the values that a file has.
import { DataError } from '../../base/errors.js';
import { formatShape, sameShape } from '../../base/shape.js';
import { fromNDArray } from '../../tensor/creation.js';
import type { FoundWeights } from './format.js';
import type { NamedVariables } from './state.js';

/**
 * Gives the variables the values that a file has for them. Nothing is assigned unless all fits, or, with `isPartial`,
 * unless what there is of both fits.
 * @throws DataError that lists what is missing, what is left over and which shapes differ
 */
export function assignVariables(
  variables: NamedVariables,
  { found, leftOver }: FoundWeights,
  place: string,
  isPartial = false,
): void {
  const problems = [...variables].flatMap(([path, { shape }]) => {
    const source = found.get(path);
    if (!source) return isPartial ? [] : [`'${path}' ${formatShape(shape)} is missing`];
    const { name, array } = source;
    if (sameShape(array.shape, shape)) return [];
    return [`'${name}' has shape ${formatShape(array.shape)}, and the model's '${path}' ${formatShape(shape)}`];
  });
  if (!isPartial)
    for (const [name, { shape }] of leftOver) problems.push(`'${name}' ${formatShape(shape)} is not in the model`);
  if (problems.length > 0)
    throw new DataError(`${place}: its weights are not those of the model: ${problems.join('; ')}.`);
  for (const [path, variable] of variables) {
    const source = found.get(path);
    if (source) variable.assign(fromNDArray(source.array).cast(variable.dtype));
  }
}
