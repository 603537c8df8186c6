// How far what a kernel reads and writes of a buffer reaches within one of its chunks.
import type { Affine, Kernel, KernelStatement, VariableName } from '../ir/kernel.js';
import type { KernelAccess } from './accesses.js';
import { chunkVariable } from './lower/context.js';

/** The first and the last value of each loop variable. */
export function loopRanges(kernel: Pick<Kernel, 'body'>): Map<VariableName, { first: number; last: number }> {
  const ranges = new Map<VariableName, { first: number; last: number }>();
  const visit = (statements: readonly KernelStatement[]): void => {
    for (const statement of statements) {
      if (statement.kind !== 'loop') continue;
      const { variable, begin, end, step, body } = statement;
      ranges.set(variable, { first: begin, last: begin + Math.floor((end - 1 - begin) / step) * step });
      visit(body);
    }
  };
  visit(kernel.body);
  return ranges;
}

export interface Span {
  /** From a chunk to the next. */
  readonly stride: number;
  /** Elements from where the chunk begins. */
  readonly first: number;
  readonly last: number;
}

/** What an access covers within a chunk; undefined where that is not known. */
export function spanOf(
  access: KernelAccess,
  ranges: ReadonlyMap<VariableName, { readonly first: number; readonly last: number }>,
): Span | undefined {
  if (access.gathered) return undefined;
  const { offset, terms }: Affine = access.at;
  let stride = 0;
  let [first, last] = [offset, offset];
  for (const { variable, coefficient } of terms) {
    if (variable === chunkVariable) {
      stride += coefficient;
      continue;
    }
    const range = ranges.get(variable);
    if (!range) return undefined;
    first += Math.min(coefficient * range.first, coefficient * range.last);
    last += Math.max(coefficient * range.first, coefficient * range.last);
  }
  const reach = (access.count - 1) * (access.stride ?? 1);
  return { stride, first: first + Math.min(0, reach), last: last + Math.max(0, reach) };
}
