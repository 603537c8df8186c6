// Compares arrays: exactly, or within a stated distance.
import { isFloat } from '../../src/base/dtype.js';
import type { NDArray } from '../../src/base/ndarray.js';

/** How far a float may be from what is expected: the sum of these. Nothing at all means: the same bits. */
export interface Tolerance {
  /** Units in the last place of the expected float32. */
  readonly ulps?: number;
  readonly absolute?: number;
  /** Relative to the largest finite magnitude that is expected anywhere in the array. */
  readonly ofLargest?: number;
  /** Zeros of either sign are equal. */
  readonly anyZero?: boolean;
}

/** The distance from a float32 of this size to the next one. */
export function ulpOf(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude >= 2 ** -126)) return 2 ** -149;
  let exponent = Math.floor(Math.log2(magnitude));
  // The logarithm may round across a power of two.
  if (2 ** exponent > magnitude) exponent--;
  else if (2 ** (exponent + 1) <= magnitude) exponent++;
  return 2 ** (exponent - 23);
}

/** What differs, as a sentence; undefined when nothing does. */
export function differenceOf(actual: NDArray, expected: NDArray, tolerance: Tolerance = {}): string | undefined {
  if (actual.dtype !== expected.dtype || actual.shape.join() !== expected.shape.join())
    return `expected ${expected.dtype} [${expected.shape.join(', ')}], received ${actual.dtype} [${actual.shape.join(', ')}]`;
  if (actual.data.length !== expected.data.length)
    return `expected ${expected.data.length} elements, received ${actual.data.length}`;
  const { ulps = 0, absolute = 0, ofLargest = 0, anyZero = false } = isFloat(expected.dtype) ? tolerance : {};
  let largest = 0;
  if (ofLargest > 0)
    for (const value of expected.data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  let worst = { at: -1, distance: 0 };
  let different = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const [a, e] = [actual.data[i]!, expected.data[i]!];
    if (Object.is(a, e) || (anyZero && a === e)) continue;
    const allowed = (ulps === 0 ? 0 : ulps * ulpOf(e)) + absolute + ofLargest * largest;
    const distance = Math.abs(a - e);
    if (distance <= allowed && allowed > 0) continue;
    different++;
    if (worst.at < 0 || !(distance <= worst.distance)) worst = { at: i, distance };
  }
  if (different === 0) return undefined;
  const show = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
  return `${different} of ${expected.data.length} elements differ; at ${worst.at} expected ${show(expected.data[worst.at]!)}, received ${show(actual.data[worst.at]!)}`;
}
