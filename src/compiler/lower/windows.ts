// Decides where the steps of a window that slides along a tile's rows are written out one after the other: row r at step k
// reads what row r + 1 read at step k - 1, so that steps share most of their reads, and it is reads that such a tile, which
// reads both operands in vectors, waits for.
import type { Target } from '../../ir/kernel.js';
import type { TileLoop } from './contract-plan.js';

/** WebAssembly's fewer registers would have to hold all reads of all steps at once (see docs/architecture.md). */
const fewestRegisters = 16;
/** Steps written out at most: those of the usual windows. */
const mostSteps = 7;

/** How many steps of the innermost summed loop share their reads: 1 if none do. */
export function windowSteps(
  { vector, row }: { readonly vector: TileLoop; readonly row: TileLoop },
  rows: number,
  vectors: number,
  loop: TileLoop,
  { vectorRegisters }: Target,
): number {
  const isInVectors = vector.a !== 0 && vector.b !== 0;
  const slides = (['a', 'b'] as const).some(
    (which) => row[which] !== 0 && Math.abs(row[which]) === Math.abs(loop[which]),
  );
  if (!isInVectors || !slides || loop.clip || rows === 1 || vectorRegisters < fewestRegisters) return 1;
  // The sums, what the rows of a step read, and the other operand's vectors.
  if (2 * rows * vectors + vectors > vectorRegisters) return 1;
  // The long loop of the two has more steps than are worth it.
  return loop.extent <= mostSteps ? loop.extent : rows;
}
