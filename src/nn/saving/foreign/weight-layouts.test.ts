import { expect, test } from 'vitest';
import { ndarray, type NDArray } from '../../../base/ndarray.js';
import { sizeOf, type Shape } from '../../../base/shape.js';
import { permute } from './weight-layouts.js';

/** One element after the other, by its indices. */
function permutedByIndices({ shape, data }: NDArray, axes: readonly number[]): number[] {
  const result = axes.map((axis) => shape[axis]!);
  return Array.from({ length: data.length }, (_, place) => {
    const indices: number[] = [];
    result.reduceRight((rest, size, i) => {
      indices[axes[i]!] = rest % size;
      return Math.floor(rest / size);
    }, place);
    return data[shape.reduce((at, size, axis) => at * size + indices[axis]!, 0)]!;
  });
}

// Beyond what is moved at once, with rests in both directions.
test.each<[Shape, number[]]>([
  [
    [75, 301],
    [1, 0],
  ],
  [
    [301, 75],
    [1, 0],
  ],
  [
    [1, 5],
    [1, 0],
  ],
  [
    [0, 5],
    [1, 0],
  ],
  [
    [67, 5, 8, 8],
    [2, 3, 1, 0],
  ],
  [
    [9, 2, 3],
    [2, 1, 0],
  ],
  [
    [10, 3, 2, 4],
    [2, 3, 0, 1],
  ],
])('%j, its axes in the order %j', (shape, axes) => {
  const array = ndarray(
    Float32Array.from({ length: sizeOf(shape) }, (_, index) => index),
    shape,
  );
  const moved = permute(array, axes);
  expect(moved.shape).toEqual(axes.map((axis) => shape[axis]));
  expect([...moved.data]).toEqual(permutedByIndices(array, axes));
});
