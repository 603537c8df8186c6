// What fit asks of the arrays it is given before it trains on them: is every number finite, and how large are they.
import { isFloat, type TypedArray } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';

const blockLength = 4096;

/** Index of the first NaN or infinity in row-major order, or -1 when every element is finite. */
export function findNonFinite(array: NDArray): number {
  const { data } = array;
  if (!isFloat(array.dtype)) return -1;
  for (let start = 0; start < data.length; start += blockLength) {
    const end = Math.min(start + blockLength, data.length);
    if (isBlockFinite(data, start, end)) continue;
    for (let index = start; index < end; index++) if (!Number.isFinite(data[index]!)) return index;
  }
  return -1;
}

/** x - x is 0 for a finite number and NaN for any other, so that a clean block costs no branch an element. */
function isBlockFinite(data: TypedArray, start: number, end: number): boolean {
  let sum = 0;
  for (let index = start; index < end; index++) sum += data[index]! - data[index]!;
  return sum === 0;
}

/** The least and the greatest element, NaN left out; Infinity and -Infinity when there is none. */
export function minMax(array: NDArray): { readonly min: number; readonly max: number } {
  const { data } = array;
  const found = { min: Infinity, max: -Infinity };
  for (let start = 0; start < data.length; start += blockLength) {
    widen(found, data, start, Math.min(start + blockLength, data.length));
    // Images reach both ends of a byte at once; nothing beyond can be found.
    if (array.dtype === 'uint8' && found.min === 0 && found.max === 255) break;
  }
  return found;
}

/** A function of its own: many short calls are compiled to fast code sooner than one long loop. */
function widen(found: { min: number; max: number }, data: TypedArray, start: number, end: number): void {
  let { min, max } = found;
  for (let index = start; index < end; index++) {
    const value = data[index]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  found.min = min;
  found.max = max;
}
