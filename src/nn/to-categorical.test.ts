import { describe, expect, test } from 'vitest';
import { useBackend } from '../../tests/support/engine.js';
import { arange, tensor } from '../tensor/creation.js';
import { toCategorical } from './to-categorical.js';

useBackend();

describe('toCategorical', () => {
  test('makes a row for each label, of as many classes as there are or as asked', async () => {
    const labels = toCategorical([0, 2, 1]);
    expect([labels.dtype, labels.shape]).toEqual(['float32', [3, 3]]);
    expect(await labels.array()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ]);
    expect(await toCategorical(Uint8Array.of(1), 4).array()).toEqual([[0, 1, 0, 0]]);
    expect(await toCategorical(tensor([[1], [0]]), 2).array()).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  test('takes labels that are not computed yet, with the number of classes', async () => {
    expect(await toCategorical(arange(4).mod(2), 2).array()).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(() => toCategorical(arange(4).mod(2))).toThrow(/expected numClasses for labels that are not computed yet/);
  });

  test('refuses labels outside the classes, with their index', () => {
    expect(() => toCategorical([0, 3, 1], 3)).toThrow(
      'toCategorical: expected class numbers from 0 to 2, received 3 at 1.',
    );
    expect(() => toCategorical([0, -1])).toThrow(/received -1 at 1/);
    expect(() => toCategorical([0, 0.5])).toThrow(
      'toCategorical: expected class numbers from 0 to 0, received 0.5 at 1.',
    );
    expect(() => toCategorical([0, 1], 0)).toThrow(/numClasses: expected a whole number of at least 1, received 0/);
    expect(() => toCategorical('digits' as never)).toThrow(/labels: expected a tensor.*received string/);
  });
});
