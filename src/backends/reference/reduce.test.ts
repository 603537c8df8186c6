import { describe, expect, test } from 'vitest';
import { elementAt, indicesOf, nodeOf, randomArray, valuesOf } from '../../../tests/support/graph-values.js';
import type { NDArray } from '../../base/ndarray.js';
import { RandomStream } from '../../base/random.js';
import { argMax, data, reduce } from '../../ir/build.js';

/** The elements that make each element of the result, in row-major order. */
function groupsOf(array: NDArray, axes: readonly number[]): number[][] {
  const kept = array.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const reduced = array.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  return indicesOf(kept).map((start) =>
    indicesOf(reduced).map((offset) =>
      elementAt(
        array,
        start.map((i, axis) => i + offset[axis]!),
      ),
    ),
  );
}

const cases: readonly { shape: number[]; axes: number[] }[] = [
  { shape: [7], axes: [0] },
  { shape: [1], axes: [0] },
  { shape: [3, 5], axes: [0] },
  { shape: [3, 5], axes: [1] },
  { shape: [3, 5], axes: [0, 1] },
  { shape: [2, 3, 4, 5], axes: [1, 3] },
  { shape: [2, 3, 4, 5], axes: [0, 2] },
  { shape: [2, 3, 4, 5], axes: [3, 0, 1] },
  { shape: [2, 1, 4, 1], axes: [1, 2] },
];

describe('reduce', () => {
  test.each(cases)('of $shape over $axes agrees with the definition', ({ shape, axes }) => {
    const random = new RandomStream(1);
    const floats = randomArray(random, 'float32', shape);
    const groups = groupsOf(floats, axes);
    const expectReduced = (kind: 'sum' | 'prod' | 'max' | 'min', expected: (group: number[]) => number): void =>
      expect(valuesOf(reduce(kind, data(floats), axes))).toEqual(groups.map((group) => Math.fround(expected(group))));
    expectReduced('sum', (group) => group.reduce((a, b) => a + b, 0));
    expectReduced('prod', (group) => group.reduce((a, b) => a * b, 1));
    expectReduced('max', (group) => Math.max(...group));
    expectReduced('min', (group) => Math.min(...group));

    const integers = randomArray(random, 'int32', shape);
    const sums = groupsOf(integers, axes).map((group) => group.reduce((a, b) => a + b, 0));
    expect(valuesOf(reduce('sum', data(integers), axes))).toEqual(sums);
  });

  test('reduced axes stay with size 1', () => {
    expect(reduce('sum', nodeOf('float32', [2, 3], [1, 2, 3, 4, 5, 6]), [1]).shape).toEqual([2, 1]);
  });

  test('the sum and product of nothing are 0 and 1', () => {
    expect(valuesOf(reduce('sum', nodeOf('float32', [2, 0], []), [1]))).toEqual([0, 0]);
    expect(valuesOf(reduce('prod', nodeOf('int32', [0], []), [0]))).toEqual([1]);
    expect(valuesOf(reduce('max', nodeOf('float32', [0, 2], []), [1]))).toEqual([]);
  });

  test('a float32 sum is rounded once, at its end', () => {
    // In float32 arithmetic the ones would be lost one by one.
    const x = nodeOf('float32', [17], [16777216, ...new Array<number>(16).fill(1)]);
    expect(valuesOf(reduce('sum', x, [0]))).toEqual([16777232]);
  });

  test('int32 sums and products wrap', () => {
    expect(valuesOf(reduce('sum', nodeOf('int32', [3], [2147483647, 1, 1]), [0]))).toEqual([-2147483647]);
    expect(valuesOf(reduce('prod', nodeOf('int32', [3], [65537, 65537, 3]), [0]))).toEqual([393219]);
  });

  test('bytes and booleans are counted as int32', () => {
    expect(valuesOf(reduce('sum', nodeOf('uint8', [3], [200, 200, 200]), [0]))).toEqual([600]);
    expect(valuesOf(reduce('sum', nodeOf('bool', [3], [1, 0, 1]), [0]))).toEqual([2]);
  });

  test('max and min give NaN where there is one', () => {
    const x = nodeOf('float32', [2, 2], [NaN, 1, 2, 3]);
    expect(valuesOf(reduce('max', x, [1]))).toEqual([NaN, 3]);
    expect(valuesOf(reduce('min', x, [1]))).toEqual([NaN, 2]);
  });
});

describe('argMax', () => {
  test.each(cases)('of $shape over $axes is the first position of the largest', ({ shape, axes }) => {
    // Few different values, so that ties are common.
    const array = randomArray(new RandomStream(2), 'bool', shape);
    const expected = groupsOf(array, axes).map((group) => group.indexOf(Math.max(...group)));
    expect(valuesOf(argMax(data(array), axes))).toEqual(expected);
  });

  test('the first NaN counts as the largest', () => {
    const x = nodeOf('float32', [4, 4], [1, NaN, 9, NaN, NaN, 1, 2, 3, 1, 2, Infinity, NaN, 4, 4, 3, 2]);
    expect(valuesOf(argMax(x, [1]))).toEqual([1, 0, 3, 0]);
  });

  test('negative infinities alone give the first position', () => {
    expect(valuesOf(argMax(nodeOf('float32', [2], [-Infinity, -Infinity]), [0]))).toEqual([0]);
  });
});
