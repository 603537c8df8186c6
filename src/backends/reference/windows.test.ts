import { describe, expect, test } from 'vitest';
import { elementAt, indicesOf, nodeOf, randomArray, valuesOf } from '../../../tests/support/graph-values.js';
import { RandomStream } from '../../base/random.js';
import { data, fold, window } from '../../ir/build.js';
import type { WindowAxis } from '../../ir/graph.js';

const cases: readonly { shape: number[]; axes: WindowAxis[] }[] = [
  { shape: [5], axes: [{ axis: 0, size: 2, stride: 1, dilation: 1 }] },
  { shape: [5], axes: [{ axis: 0, size: 5, stride: 3, dilation: 1 }] },
  { shape: [9], axes: [{ axis: 0, size: 3, stride: 2, dilation: 2 }] },
  { shape: [2, 7, 3], axes: [{ axis: 1, size: 3, stride: 2, dilation: 1 }] },
  {
    shape: [2, 7, 5, 3],
    axes: [
      { axis: 1, size: 3, stride: 1, dilation: 2 },
      { axis: 2, size: 2, stride: 3, dilation: 1 },
    ],
  },
  {
    // The windows' axes follow the last windowed one, and 1 x 1 windows are windows.
    shape: [4, 3, 5],
    axes: [
      { axis: 0, size: 2, stride: 2, dilation: 1 },
      { axis: 2, size: 1, stride: 2, dilation: 1 },
    ],
  },
];

describe('windows', () => {
  test.each(cases)('window over $shape by $axes', ({ shape, axes }) => {
    const x = randomArray(new RandomStream(4), 'float32', shape);
    const result = window(data(x), axes);
    const after = axes.at(-1)!.axis + 1;
    const expected = indicesOf(result.shape).map((index) => {
      const position = [...index.slice(0, after), ...index.slice(after + axes.length)];
      axes.forEach(
        ({ axis, stride, dilation }, i) => (position[axis] = position[axis]! * stride + index[after + i]! * dilation),
      );
      return elementAt(x, position);
    });
    expect(valuesOf(result)).toEqual(expected);
  });

  test.each(cases)('fold is the transpose of window over $shape by $axes', ({ shape, axes }) => {
    const random = new RandomStream(5);
    const x = randomArray(random, 'float64', shape);
    const windows = window(data(x), axes);
    const y = randomArray(random, 'float64', windows.shape);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
    const forward = dot(valuesOf(windows), y.data);
    const backward = dot(x.data, valuesOf(fold(data(y), axes, shape)));
    expect(backward).toBeCloseTo(forward, 10);
  });

  test('fold counts how many windows hold each element', () => {
    const ones = nodeOf('float32', [4, 2], new Array<number>(8).fill(1));
    expect(valuesOf(fold(ones, [{ axis: 0, size: 2, stride: 1, dilation: 1 }], [5]))).toEqual([1, 2, 2, 2, 1]);
  });

  test('fold wraps int32 and rounds float32 once', () => {
    const axes = [{ axis: 0, size: 2, stride: 1, dilation: 1 }];
    expect(valuesOf(fold(nodeOf('int32', [2, 2], [0, 2147483647, 2, 0]), axes, [3]))).toEqual([0, -2147483647, 0]);
    const values = nodeOf('float32', [3, 3], [0, 0, 16777216, 0, 1, 0, 1, 0, 0]);
    expect(valuesOf(fold(values, [{ axis: 0, size: 3, stride: 1, dilation: 1 }], [5]))[2]).toBe(16777218);
  });

  test('windows of an empty batch are empty', () => {
    const axes = [{ axis: 1, size: 2, stride: 1, dilation: 1 }];
    expect(valuesOf(window(nodeOf('float32', [0, 4], []), axes))).toEqual([]);
    expect(valuesOf(fold(nodeOf('float32', [0, 3, 2], []), axes, [0, 4]))).toEqual([]);
  });
});
