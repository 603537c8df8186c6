// Compares arrays bit by bit, as results are compared that must not differ at all.
import { expect } from 'vitest';
import type { TypedArray } from '../../src/base/dtype.js';

/** The bits of each element; one value stands for every NaN, because processors differ in which NaN they make. */
export function bitsOf(array: TypedArray): readonly number[] {
  if (!(array instanceof Float32Array)) return [...array];
  const words = new Int32Array(array.buffer, array.byteOffset, array.length);
  return Array.from(words, (word, index) => (Number.isNaN(array[index]) ? 0x7fc00000 : word));
}

export function expectSameBits(received: readonly TypedArray[], expected: readonly TypedArray[], what = ''): void {
  expect(received.map(bitsOf), what).toEqual(expected.map(bitsOf));
}
