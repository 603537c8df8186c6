import { expect, test } from 'vitest';
import { weightPictures } from './weight-pictures.js';

const ascending = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);
const sizesOf = (shape: readonly number[]): number[][] =>
  weightPictures(shape, ascending(shape.reduce((product, size) => product * size, 1))).map((picture) => [
    picture.height,
    picture.width,
  ]);

test('the smallest value is black, the largest white', () => {
  const [picture] = weightPictures([1, 5], [-2, 0, -1, 2, NaN]);
  expect([...picture!.data]).toEqual([0, 128, 64, 255, 0]);
  expect([...weightPictures([2], [3, 3])[0]!.data]).toEqual([128, 128]);
});

test('a bias is a row, a matrix lies on its longer side', () => {
  expect(sizesOf([4])).toEqual([[1, 4]]);
  expect(sizesOf([])).toEqual([[1, 1]]);
  expect(sizesOf([2, 3])).toEqual([[2, 3]]);
  expect(sizesOf([3, 2])).toEqual([[2, 3]]);
  // [[0, 1], [2, 3], [4, 5]], turned.
  expect([...weightPictures([3, 2], ascending(6))[0]!.data]).toEqual([0, 2, 4, 1, 3, 5].map((v) => Math.round(v * 51)));
});

test('of three axes, there is a picture for each of the first three along the last', () => {
  expect(sizesOf([2, 4, 5])).toEqual([
    [2, 4],
    [2, 4],
    [2, 4],
  ]);
  const [, second] = weightPictures([1, 2, 2], [0, 51, 102, 255]);
  expect([...second!.data]).toEqual([51, 255]);
});

test('the filters of a convolution are tiles of one picture', () => {
  // Two inputs, two filters of 1 x 2: tile (input, filter) at y, x is value ((y * 2 + x) * 2 + input) * 2 + filter.
  const [picture] = weightPictures([1, 2, 2, 2], ascending(8));
  expect([picture!.height, picture!.width]).toEqual([3, 5]);
  const shade = (value: number): number => Math.round((value / 7) * 255);
  expect([...picture!.data]).toEqual([
    ...[shade(0), shade(4), 0, shade(1), shade(5)],
    ...[0, 0, 0, 0, 0],
    ...[shade(2), shade(6), 0, shade(3), shade(7)],
  ]);
  // 5 filters of one input: 3 columns, 2 rows, the last tile empty.
  expect(sizesOf([3, 3, 1, 5])).toEqual([[7, 11]]);
  const filters = weightPictures([1, 1, 1, 5], ascending(5))[0]!;
  expect([...filters.data]).toEqual([0, 0, 64, 0, 128, 0, 0, 0, 0, 0, 191, 0, 255, 0, 0]);
});

test('there is no picture of what has five axes, no elements, or far too many', () => {
  expect(sizesOf([2, 2, 2, 2, 2])).toEqual([]);
  expect(sizesOf([0, 3])).toEqual([]);
  expect(weightPictures([5000, 5000], { length: 25e6 })).toEqual([]);
});
