import { describe, expect, test } from 'vitest';
import { readGolden } from '../../tests/support/golden.js';
import { MersenneTwister } from './mersenne-twister.js';

const { shuffles } = readGolden('dataset_files') as {
  readonly shuffles: readonly { readonly seed: number; readonly orders: readonly (readonly number[])[] }[];
};

describe('MersenneTwister', () => {
  test.each(shuffles)('shuffles one after the other as NumPy does with seed $seed', ({ seed, orders }) => {
    const random = new MersenneTwister(seed);
    for (const order of orders) expect([...random.shuffled(order.length)]).toEqual(order);
    expect(orders.length).toBeGreaterThan(1);
  });

  test('gives the numbers of the reference implementation', () => {
    // The 10,000th of the default seed, by which the C++ standard tells its mt19937.
    const random = new MersenneTwister(5489);
    for (let index = 1; index < 10_000; index++) random.bits();
    expect(random.bits()).toBe(4123659995);
  });

  test('refuses seeds that NumPy refuses', () => {
    for (const seed of [-1, 2 ** 32, 1.5, NaN])
      expect(() => new MersenneTwister(seed)).toThrow('Expected a seed that is a whole number from 0 to 2^32 - 1');
  });
});
