// The numbers of a model as named arrays, and back: its weights, and what its optimizer keeps.
import { DataError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape, sameShape } from '../../base/shape.js';
import { fromNDArray } from '../../tensor/creation.js';
import type { Variable } from '../../tensor/variable.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { FoundWeights, NamedArrays } from './format.js';

/** Variables under the names that a file has for them. */
export type NamedVariables = ReadonlyMap<string, Variable>;

/** What an optimizer keeps: `optimizer/iteration`, `optimizer/dense_kernel_momentum`. */
export function namedOptimizerState(optimizer: Optimizer): NamedVariables {
  const prefix = `${optimizer.name}/`;
  const ownName = ({ name }: Variable): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  return uniquelyNamed(optimizer.variables.map((variable) => [`optimizer/${ownName(variable)}`, variable]));
}

/** A slot's name joins a layer's and a weight's with `_`, so that two of them may be equal; the second gets a number. */
function uniquelyNamed(entries: readonly (readonly [string, Variable])[]): NamedVariables {
  const named = new Map<string, Variable>();
  for (const [name, variable] of entries) {
    let free = name;
    for (let count = 1; named.has(free); count++) free = `${name}_${count}`;
    named.set(free, variable);
  }
  return named;
}

/** The values as they are now, group by group, all of the same moment. */
export async function readVariables(...groups: readonly NamedVariables[]): Promise<NamedArrays[]> {
  const values = groups.map((group) => [...group].map(([name, { value }]) => [name, value] as const));
  const read: NamedArrays[] = [];
  for (const group of values) {
    const arrays = new Map<string, NDArray>();
    for (const [name, value] of group) arrays.set(name, await value.realize());
    read.push(arrays);
  }
  return read;
}

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
