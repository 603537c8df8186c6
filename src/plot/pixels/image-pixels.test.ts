import { expect, test } from 'vitest';
import { ShapeError } from '../../base/errors.js';
import { ndarray } from '../../base/ndarray.js';
import { extent, imagesOf, toPixels, usualRange } from './image-pixels.js';

const floats = (shape: number[], value = (i: number): number => i) =>
  ndarray(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)),
    shape,
  );

test.each([
  [[5, 28, 28], 5, 1],
  [[5, 28, 28, 1], 5, 1],
  [[2, 8, 8, 3], 2, 3],
  [[28, 28], 1, 1],
  [[32, 32, 3], 1, 3],
  [[1, 28, 3], 1, 1],
])('%j are %d images of %d channels', (shape, count, channels) => {
  const images = imagesOf(floats(shape), 'test');
  expect(images.length).toBe(count);
  expect(images.every((image) => image.channels === channels)).toBe(true);
});

test.each([[[784]], [[2, 2, 2, 2]], [[1, 2, 3, 4, 1]], [[0, 0]]])('%j are no images', (shape) => {
  expect(() => imagesOf(floats(shape), 'showImages')).toThrow(ShapeError);
});

test('the second image begins after the first', () => {
  const [, second] = imagesOf(floats([2, 2, 2, 1]), 'test');
  expect([...toPixels(second!, [0, 255]).data]).toEqual([4, 5, 6, 7]);
});

test('the range follows from what the images hold', () => {
  expect(usualRange(ndarray(Uint8Array.of(3, 4)))).toEqual([0, 255]);
  expect(usualRange(floats([2], (i) => i / 2))).toEqual([0, 1]);
  expect(usualRange(floats([2], (i) => 200 * i))).toEqual([0, 255]);
  expect(usualRange(floats([3], (i) => i - 1))).toEqual([-1, 1]);
  expect(usualRange(floats([2], (i) => 300 * i))).toEqual([0, 300]);
});

test('values beyond the range are drawn as its ends, NaN as dark', () => {
  const image = imagesOf(
    floats([1, 2, 2], (i) => [-1, 0.5, 3, Number.NaN][i]!),
    'test',
  )[0]!;
  expect([...toPixels(image, [0, 1]).data]).toEqual([0, 128, 255, 0]);
  expect([...toPixels(image, [1, 1]).data]).toEqual([0, 0, 0, 0]);
});

test('a large image is made smaller by means', () => {
  const image = imagesOf(
    floats([1, 400, 200], (i) => i % 2),
    'test',
  )[0]!;
  const { width, height, data } = toPixels(image, [0, 1]);
  expect([width, height]).toEqual([67, 134]);
  expect(data[0]).toBe(Math.round((255 * 3) / 9));
});

test('the extent leaves out what is not finite', () => {
  expect(extent([3, Number.NaN, -1, Infinity])).toEqual([-1, 3]);
  expect(extent([Number.NaN])).toEqual([0, 1]);
});
