// Looks through data before a run, so that what would spoil it is an error at once and not a loss of NaN in the end.
import { DataError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { sizeOf } from '../../base/shape.js';
import { findNonFinite } from '../../data/arrays.js';
import { keepsFinite, leafArrays } from '../../tensor/leaves.js';
import type { Tensor } from '../../tensor/tensor.js';

/** Arrays and tensors that have been found finite; they never change. */
const knownFinite = new WeakSet<Tensor | NDArray>();

function isFinite(array: NDArray): boolean {
  if (!knownFinite.has(array) && findNonFinite(array) < 0) knownFinite.add(array);
  return knownFinite.has(array);
}

/**
 * Looks at the arrays that `x` begins with, which takes no computation. Where one of them is not finite, or where what
 * is done to them could make infinities (a logarithm, a quotient), the values themselves are computed and looked at.
 * @throws DataError for a NaN or an infinity, with its sample
 */
export async function checkFinite(what: string, x: Tensor): Promise<void> {
  if (knownFinite.has(x)) return;
  const areLeavesFinite = (await leafArrays(x)).every(isFinite);
  if (!areLeavesFinite || !keepsFinite(x)) {
    const ends = await Promise.all([x.min().item(), x.max().item()]);
    if (!ends.every(Number.isFinite)) reportNonFinite(what, await x.realize());
  }
  knownFinite.add(x);
}

function reportNonFinite(what: string, array: NDArray): void {
  const index = findNonFinite(array);
  if (index < 0) return;
  const value = array.data[index]!;
  const rowSize = sizeOf(array.shape.slice(1));
  const position = array.shape.length > 1 ? `, element ${index % rowSize} of it` : '';
  throw new DataError(
    `${what}: expected finite numbers, received ${value} in sample ${Math.floor(index / rowSize)}${position}. Remove such samples or replace the value.`,
  );
}
