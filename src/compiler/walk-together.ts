// Puts the work of kernels that do not depend on each other into one loop where both walk the same rows: what one has read
// of a row is in the nearest cache when the next one reads it, and while one writes past the caches the other computes.
import type { KernelStatement } from '../ir/kernel.js';
import { renameStatement, renamingVariables } from './rename.js';

type Loop = Extract<KernelStatement, { kind: 'loop' }>;

/** Loops of fewer steps are the edges of longer ones. */
const fewestRows = 8;

/**
 * The statements of both, in the order in which each has its own: the longest loop over rows that both have is one, the
 * others follow each other. All variables have different names.
 */
export function walkTogether(first: readonly KernelStatement[], second: readonly KernelStatement[]): KernelStatement[] {
  let longest: { readonly one: number; readonly other: number } | undefined;
  for (const [one, a] of first.entries())
    for (const [other, b] of second.entries()) {
      if (!isOverRows(a) || !isOverRows(b) || a.begin !== b.begin || a.end !== b.end || a.step !== b.step) continue;
      if (!longest || rowsOf(a) > rowsOf(first[longest.one] as Loop)) longest = { one, other };
    }
  if (!longest) return [...first, ...second];
  const { one, other } = longest;
  const [loop, joined] = [first[one] as Loop, second[other] as Loop];
  const rename = renamingVariables((name) => (name === joined.variable ? loop.variable : name));
  const body = [...loop.body, ...joined.body.map((statement) => renameStatement(statement, rename))];
  return [
    ...first.slice(0, one),
    ...second.slice(0, other),
    { ...loop, body },
    ...first.slice(one + 1),
    ...second.slice(other + 1),
  ];
}

const rowsOf = ({ begin, end, step }: Loop): number => Math.ceil((end - begin) / step);

/** A row is walked by loops of its own. */
function isOverRows(statement: KernelStatement): statement is Loop {
  return (
    statement.kind === 'loop' && rowsOf(statement) >= fewestRows && statement.body.some(({ kind }) => kind === 'loop')
  );
}
