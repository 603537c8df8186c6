// The numbers of a model as named arrays: its weights, and what its optimizer keeps.
import type { NDArray } from '../../base/ndarray.js';
import type { Variable } from '../../tensor/variable.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { NamedArrays } from './format.js';

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
