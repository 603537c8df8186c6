// Checks the plain array: what it accepts, and the way to nested lists and back.
import { describe, expect, test } from 'vitest';
import { DTypeError, ShapeError } from './errors.js';
import { fromNested, ndarray, toNested, type NestedArray } from './ndarray.js';

describe('ndarray', () => {
  test('takes shape and dtype from the data, and does not copy it', () => {
    const data = Float32Array.of(1, 2, 3);
    const array = ndarray(data);
    expect(array).toEqual({ dtype: 'float32', shape: [3], data });
    expect(array.data).toBe(data);
  });

  test.each([
    [new Float32Array(2), 'float32'],
    [new Float64Array(2), 'float64'],
    [new Int32Array(2), 'int32'],
    [new Uint8Array(2), 'uint8'],
  ] as const)('of %s is %s', (data, dtype) => {
    expect(ndarray(data).dtype).toBe(dtype);
  });

  test('holds scalars, empty arrays and bool over bytes', () => {
    expect(ndarray(Int32Array.of(7), []).shape).toEqual([]);
    expect(ndarray(new Float32Array(0), [3, 0]).shape).toEqual([3, 0]);
    expect(ndarray(Uint8Array.of(0, 1), [2], 'bool').dtype).toBe('bool');
  });

  test('keeps a copy of the shape', () => {
    const shape = [2, 2];
    const array = ndarray(new Float32Array(4), shape);
    shape[0] = 4;
    expect(array.shape).toEqual([2, 2]);
  });

  test('rejects a length that is not that of the shape', () => {
    expect(() => ndarray(new Float32Array(5), [2, 3])).toThrow(ShapeError);
    expect(() => ndarray(new Float32Array(5), [2, 3])).toThrow('Expected 6 elements for shape [2, 3], received 5.');
    expect(() => ndarray(new Float32Array(0), [])).toThrow('Expected 1 elements for shape [], received 0.');
  });

  test('rejects data of another dtype', () => {
    expect(() => ndarray(new Float32Array(2), [2], 'int32')).toThrow(
      'Expected data of dtype int32, received a Float32Array.',
    );
    expect(() => ndarray(new Int32Array(2), [2], 'bool')).toThrow(DTypeError);
    // What JavaScript passes where types are not checked.
    expect(() => ndarray(new Int16Array(2) as unknown as Int32Array)).toThrow(DTypeError);
  });
});

describe('fromNested', () => {
  test.each<[NestedArray, number[], number[]]>([
    [5, [], [5]],
    [[1, 2, 3], [3], [1, 2, 3]],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [3, 2],
      [1, 2, 3, 4, 5, 6],
    ],
    [[[[1], [2]]], [1, 2, 1], [1, 2]],
    [[], [0], []],
    [[[], []], [2, 0], []],
  ])('%j', (value, shape, data) => {
    const array = fromNested(value);
    expect(array.dtype).toBe('float32');
    expect(array.shape).toEqual(shape);
    expect([...array.data]).toEqual(data);
  });

  test('booleans become bool, and bytes 0 and 1', () => {
    expect(fromNested([[true], [false]])).toEqual({ dtype: 'bool', shape: [2, 1], data: Uint8Array.of(1, 0) });
    expect(fromNested(true)).toEqual({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
  });

  test('a dtype may be asked for', () => {
    expect(fromNested([1, 2], 'int32').data).toEqual(Int32Array.of(1, 2));
    expect(fromNested([0.1], 'float64').data).toEqual(Float64Array.of(0.1));
    expect(fromNested([0, 7, Number.NaN], 'bool').data).toEqual(Uint8Array.of(0, 1, 0));
    expect(fromNested([true, false], 'float32').data).toEqual(Float32Array.of(1, 0));
  });

  test('keeps what is special in float32', () => {
    const data = fromNested([Number.NaN, -0, Infinity, 0.1]).data;
    expect([...data]).toEqual([Number.NaN, -0, Infinity, Math.fround(0.1)]);
  });

  test.each<[string, NestedArray, string]>([
    ['lists of different lengths', [[1, 2], [3]], 'Expected lists of 2 items at depth 1'],
    ['a number beside a list', [[1], 2], 'Expected lists of 1 items at depth 1'],
    ['a list beside a number', [1, [2]], 'Expected numbers at depth 1'],
    ['an empty list first', [[], [1]], 'Expected lists of 0 items at depth 1'],
    ['an empty list last', [[1], []], 'Expected lists of 1 items at depth 1'],
  ])('rejects %s', (_, value, message) => {
    expect(() => fromNested(value)).toThrow(ShapeError);
    expect(() => fromNested(value)).toThrow(message);
  });

  test.each([['text'], [null], [undefined]])('rejects %j among numbers', (item) => {
    const value = [1, item] as unknown as NestedArray;
    expect(() => fromNested(value)).toThrow(ShapeError);
    expect(() => fromNested(value)).toThrow(`received ${typeof item} ${String(item)}`);
  });
});

describe('toNested', () => {
  test.each<[NestedArray]>([
    [3.5],
    [[1, 2, 3]],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [[]],
    [[[], [], []]],
    [[[[true, false]], [[false, false]]]],
  ])('gives back %j', (value) => {
    expect(toNested(fromNested(value))).toEqual(value);
  });

  test('bool gives booleans, bytes give numbers', () => {
    const bytes = Uint8Array.of(0, 1);
    expect(toNested(ndarray(bytes, [2], 'bool'))).toEqual([false, true]);
    expect(toNested(ndarray(bytes))).toEqual([0, 1]);
    expect(toNested(ndarray(Uint8Array.of(1), [], 'bool'))).toBe(true);
  });
});
