import { describe, expect, test } from 'vitest';
import { roundHalfToEven } from './rounding.js';

describe('roundHalfToEven', () => {
  test('takes halves to the even neighbour', () => {
    expect([0.5, 1.5, 2.5, 3.5].map(roundHalfToEven)).toEqual([0, 2, 2, 4]);
    expect([-0.5, -1.5, -2.5].map(roundHalfToEven)).toEqual([-0, -2, -2]);
  });

  test('takes everything else to the nearest', () => {
    expect([0.49999999999999994, 2.51, -2.51, -0.2, -0].map(roundHalfToEven)).toEqual([0, 3, -3, -0, -0]);
  });

  test('leaves whole numbers, infinities and NaN as they are', () => {
    const same = [7, -8, 4503599627370497, 1e300, Infinity, -Infinity, NaN];
    expect(same.map(roundHalfToEven)).toEqual(same);
  });
});
