import { describe, expect, test } from 'vitest';
import { ndarray } from '../base/ndarray.js';
import { findNonFinite, minMax } from './arrays.js';

describe('findNonFinite', () => {
  test('is -1 for finite numbers, the largest and the smallest included', () => {
    expect(findNonFinite(ndarray(Float32Array.of(0, -0, 3.4028234663852886e38, -3.4028234663852886e38, 1e-45)))).toBe(
      -1,
    );
    expect(findNonFinite(ndarray(Float64Array.of(Number.MAX_VALUE, -Number.MAX_VALUE)))).toBe(-1);
    expect(findNonFinite(ndarray(new Float32Array(0)))).toBe(-1);
    expect(findNonFinite(ndarray(Int32Array.of(-(2 ** 31))))).toBe(-1);
    expect(findNonFinite(ndarray(Uint8Array.of(255)))).toBe(-1);
  });

  test('is the index of the first, in whichever block it lies', () => {
    for (const length of [1, 5, 4096, 4097, 10_000]) {
      for (const value of [NaN, Infinity, -Infinity]) {
        for (const index of new Set([0, Math.floor(length / 2), length - 1])) {
          const data = new Float32Array(length).fill(1);
          data[length - 1] = NaN;
          data[index] = value;
          expect(findNonFinite(ndarray(data))).toBe(index);
        }
      }
    }
  });

  test('finds infinities of opposite sign that would cancel in a sum', () => {
    expect(findNonFinite(ndarray(Float64Array.of(1, Infinity, -Infinity)))).toBe(1);
  });
});

describe('minMax', () => {
  test('spans the elements', () => {
    expect(minMax(ndarray(Float32Array.of(2, -1.5, 7)))).toEqual({ min: -1.5, max: 7 });
    expect(minMax(ndarray(Int32Array.of(-5)))).toEqual({ min: -5, max: -5 });
  });

  test('reads every block of bytes until both ends are reached', () => {
    const data = new Uint8Array(10_000).fill(100);
    data[9_999] = 200;
    data[5_000] = 3;
    expect(minMax(ndarray(data))).toEqual({ min: 3, max: 200 });
    data[0] = 0;
    data[1] = 255;
    expect(minMax(ndarray(data))).toEqual({ min: 0, max: 255 });
  });

  test('leaves NaN out and has nothing to say of an empty array', () => {
    expect(minMax(ndarray(Float32Array.of(NaN, 3, NaN)))).toEqual({ min: 3, max: 3 });
    expect(minMax(ndarray(new Float32Array(0)))).toEqual({ min: Infinity, max: -Infinity });
  });
});
