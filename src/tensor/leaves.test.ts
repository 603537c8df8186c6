import { describe, expect, test } from 'vitest';
import { useBackend } from '../../tests/support/engine.js';
import type { NDArray } from '../base/ndarray.js';
import { fromNDArray, tensor, where } from './creation.js';
import { keepsFinite, leafArrays, rangeOf, valuesAtHand } from './leaves.js';
import type { Tensor } from './tensor.js';

useBackend();

const pixels = (): Tensor => fromNDArray({ dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(0, 10, 255, 3) });
const ends = ({ data }: NDArray): { min: number; max: number } => ({ min: Math.min(...data), max: Math.max(...data) });

test('leafArrays gives each array once, and what has been computed in place of what it was computed from', async () => {
  const x = pixels();
  const y = tensor([1, 2]);
  expect(await leafArrays(x.div(255).add(x).mul(y))).toHaveLength(2);
  const computed = x.add(y);
  await computed.realize();
  const arrays = await leafArrays(computed.mul(2));
  expect(arrays.map((array) => Array.from(array.data))).toEqual([[1, 12, 256, 5]]);
});

describe('keepsFinite', () => {
  test.each<[string, Tensor]>([
    ['scaling', pixels().div(255).sub(0.5).mul(2)],
    ['moving', pixels().reshape([4]).slice([1, 3]).tile([2]).cast('float32')],
    ['whole numbers', pixels().floorDiv(0)],
  ])('trusts %s', (_, x) => expect(keepsFinite(x)).toBe(true));

  test.each<[string, Tensor]>([
    ['a division by 0', pixels().div(0)],
    ['a division by data', pixels().div(tensor([1, 2]))],
    ['a logarithm', pixels().log()],
    ['an infinite constant', pixels().add(Infinity)],
    ['what replaces values', where(tensor([true, false]), pixels().cast('float32'), 0)],
  ])('does not trust %s', (_, x) => expect(keepsFinite(x)).toBe(false));
});

describe('rangeOf', () => {
  test.each<[string, Tensor, number, number]>([
    ['an array', pixels(), 0, 255],
    ['scaled', pixels().div(255), 0, 1],
    ['turned over', pixels().mul(-2).add(1), -509, 1],
    ['views', pixels().reshape([4, 1]).transpose().cast('float32'), 0, 255],
  ])('follows %s', async (_, x, min, max) => expect(await rangeOf(x, ends)).toEqual({ min, max }));

  test('does not guess', async () => {
    expect(await rangeOf(pixels().sqrt(), ends)).toBeUndefined();
    expect(await rangeOf(pixels().add(tensor([1, 2])), ends)).toBeUndefined();
  });
});

describe('valuesAtHand', () => {
  const table = (): Tensor => tensor(Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), [4, 3]);

  test.each<[string, Tensor, number[], number[]]>([
    ['an array', table(), [4, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    [
      'another dtype and shape',
      table().cast('float32').reshape([2, 6]),
      [2, 6],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    ],
    ['rows after each other', table().slice([1, 4]).slice([1, 3]), [2, 3], [6, 7, 8, 9, 10, 11]],
    ['rows of other rows', table().reshape([6, 2]).slice([1, 3]).reshape([4]), [4], [2, 3, 4, 5]],
  ])('gives %s', async (_, x, shape, values) => {
    const array = await valuesAtHand(x);
    expect(array?.shape).toEqual(shape);
    expect(Array.from(array!.data)).toEqual(values);
  });

  test('gives what has been computed, and computes nothing', async () => {
    const double = table().mul(2);
    expect(await valuesAtHand(double)).toBeUndefined();
    await double.realize();
    expect((await valuesAtHand(double))?.data[11]).toBe(22);
  });

  test.each<[string, Tensor]>([
    ['columns', table().slice(null, [1, 2])],
    ['every other row', table().slice([0, 4, 2])],
    ['turned values', table().transpose()],
  ])('does not follow %s', async (_, x) => expect(await valuesAtHand(x)).toBeUndefined());
});
