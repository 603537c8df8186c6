// The numbers of a model as named arrays, and back: its weights, and what its optimizer keeps.
import { DataError, InternalError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape, sameShape } from '../../base/shape.js';
import { fromNDArray } from '../../tensor/creation.js';
import type { Variable } from '../../tensor/variable.js';
import type { Optimizer } from '../optimizers/optimizer.js';

/** Arrays under the names of the variables they are of, in their order. */
export type NamedArrays = ReadonlyMap<string, NDArray>;

/** Variables under the names that a file has for them. */
export type NamedVariables = ReadonlyMap<string, Variable>;

/** Weights under their paths: `dense/kernel`. */
export function namedWeights(weights: readonly Variable[]): NamedVariables {
  return uniquelyNamed(weights.map((variable) => [variable.name, variable]));
}

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

/** The values as they are now, all of the same moment. */
export async function readVariables(...groups: readonly NamedVariables[]): Promise<NamedArrays> {
  const values = groups.flatMap((group) => [...group].map(([name, { value }]) => [name, value] as const));
  const arrays = new Map<string, NDArray>();
  for (const [name, value] of values) {
    if (arrays.has(name)) throw new InternalError(`Two variables go by the name '${name}' in a file.`);
    arrays.set(name, await value.realize());
  }
  return arrays;
}

/**
 * Gives the variables the values that a file has for them: by name, or, where names differ (automatic ones count on from
 * model to model), one after the other in the order that the file lists. Nothing is assigned unless all fits.
 * @throws DataError that lists what is missing, what is left over and which shapes differ
 */
export function assignVariables(
  variables: NamedVariables,
  arrays: NamedArrays,
  order: readonly string[] | undefined,
  place: string,
): void {
  const names = [...variables.keys()];
  const byName = names.every((name) => arrays.has(name));
  const sources = byName || order?.length !== names.length ? names : order;
  const problems = names.flatMap((name, index) => {
    const array = arrays.get(sources[index]!);
    const { shape } = variables.get(name)!;
    if (!array) return [`'${name}' ${formatShape(shape)} is missing`];
    if (sameShape(array.shape, shape)) return [];
    return [
      `'${sources[index]!}' has shape ${formatShape(array.shape)}, and the model's '${name}' ${formatShape(shape)}`,
    ];
  });
  const used = new Set(sources);
  for (const [name, { shape }] of arrays)
    if (!used.has(name)) problems.push(`'${name}' ${formatShape(shape)} is not in the model`);
  if (problems.length > 0)
    throw new DataError(`${place}: its weights are not those of the model: ${problems.join('; ')}.`);
  names.forEach((name, index) => {
    const variable = variables.get(name)!;
    variable.assign(fromNDArray(arrays.get(sources[index]!)!).cast(variable.dtype));
  });
}
