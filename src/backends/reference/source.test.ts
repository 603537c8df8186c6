import { describe, expect, test } from 'vitest';
import { nodeOf, valuesOf } from '../../../tests/support/graph-values.js';
import { InternalError } from '../../base/errors.js';
import { threefry2x32, uniformOfBits } from '../../base/random.js';
import { constant, iota, pendingData, random } from '../../ir/build.js';

describe('sources', () => {
  test('constant fills, rounded to the dtype', () => {
    expect(valuesOf(constant(0.1, [2], 'float32'))).toEqual([Math.fround(0.1), Math.fround(0.1)]);
    expect(valuesOf(constant(-1, [1], 'uint8'))).toEqual([255]);
    expect(valuesOf(constant(7, [0, 3], 'int32'))).toEqual([]);
  });

  test.each([
    { axis: 0, expected: [0, 0, 0, 1, 1, 1] },
    { axis: 1, expected: [0, 1, 2, 0, 1, 2] },
  ])('iota counts along axis $axis', ({ axis, expected }) => {
    expect(valuesOf(iota([2, 3], axis))).toEqual(expected);
    expect(valuesOf(iota([2, 3], axis, 'float32'))).toEqual(expected);
    expect(valuesOf(iota([0, 3], axis))).toEqual([]);
  });

  test('random is Threefry of the key (seed, stream) at (element, counter)', () => {
    const words = [0, 0];
    const expected = Array.from({ length: 6 }, (_, i) => {
      threefry2x32(-7, 3, i, 12, words);
      return uniformOfBits(words[0]!);
    });
    expect(valuesOf(random([2, 3], -7, 3, nodeOf('int32', [], [12])))).toEqual(expected);
    expect(new Set(expected).size).toBe(6);
  });

  test('values that have not arrived cannot be read', () => {
    const source = { array: Promise.resolve({ dtype: 'float32' as const, shape: [1], data: Float32Array.of(1) }) };
    expect(() => valuesOf(pendingData(source, [1], 'float32'))).toThrow(InternalError);
  });
});
