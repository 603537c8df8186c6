// Checks the random numbers against recorded words, and their distributions by moments with fixed seeds.
import { describe, expect, test } from 'vitest';
import { readGolden } from '../../tests/support/golden.js';
import { RandomStream, threefry2x32, uniformOfBits } from './random.js';

interface RecordedWords {
  readonly key: readonly [number, number];
  readonly counter: readonly [number, number];
  readonly words: readonly [number, number];
}

const recorded = (readGolden('random') as { cases: RecordedWords[] }).cases;

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

/** The mean of value ** power. */
function moment(values: readonly number[], power: number): number {
  return values.reduce((sum, value) => sum + value ** power, 0) / values.length;
}

describe('threefry2x32', () => {
  test('gives the recorded words', () => {
    expect(recorded.length).toBeGreaterThan(30);
    const out = [0, 0];
    for (const { key, counter, words } of recorded) {
      threefry2x32(key[0], key[1], counter[0], counter[1], out);
      expect({ key, counter, words: out.map((word) => word >>> 0) }).toEqual({ key, counter, words });
    }
  });

  test('takes signed and unsigned words alike, and writes to an Int32Array', () => {
    const signed = new Int32Array(2);
    const unsigned = new Int32Array(2);
    threefry2x32(-1, -2147483648, -7, 5, signed);
    threefry2x32(0xffffffff, 2147483648, 2 ** 32 - 7, 5, unsigned);
    expect([...signed]).toEqual([...unsigned]);
  });

  test('a bit of the counter changes about half of the bits', () => {
    const bitsOf = (word: number): number => draw(32, () => 0).reduce((sum, _, bit) => sum + ((word >>> bit) & 1), 0);
    const [before, after] = [
      [0, 0],
      [0, 0],
    ];
    let changed = 0;
    for (let counter = 0; counter < 1000; counter++) {
      threefry2x32(1, 2, counter, 0, before);
      threefry2x32(1, 2, counter ^ (1 << (counter % 20)), 0, after);
      changed += bitsOf(before[0]! ^ after[0]!) + bitsOf(before[1]! ^ after[1]!);
    }
    // 64,000 bits: the deviation of the count is 126.
    expect(Math.abs(changed - 32_000)).toBeLessThan(5 * 126);
  });
});

describe('uniformOfBits', () => {
  test('spans [0, 1) in steps that float32 holds', () => {
    expect(uniformOfBits(0)).toBe(0);
    expect(uniformOfBits(255)).toBe(0);
    expect(uniformOfBits(256)).toBe(2 ** -24);
    expect(uniformOfBits(-1)).toBe(1 - 2 ** -24);
    expect(uniformOfBits(1 << 31)).toBe(0.5);
    for (const bits of [0x12345678, -0x12345678, 0x7fffffff]) {
      const value = uniformOfBits(bits);
      expect(Math.fround(value)).toBe(value);
    }
  });
});

describe('RandomStream', () => {
  test('takes its words from key (seed, stream) and a running counter', () => {
    const stream = new RandomStream(42, 3);
    const words = recorded.filter(({ key, counter }) => key[0] === 42 && key[1] === 3 && counter[1] === 0);
    expect(words.map(({ counter }) => counter[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(draw(8, () => stream.bits() >>> 0)).toEqual(words.map(({ words: [first] }) => first));
  });

  test('repeats for the same seed, and differs for another seed or stream', () => {
    const numbers = (seed: number, stream?: number): number[] => {
      const source = new RandomStream(seed, stream);
      return draw(20, () => source.normal());
    };
    expect(numbers(7)).toEqual(numbers(7, 0));
    expect(numbers(7)).not.toEqual(numbers(8));
    expect(numbers(7, 1)).not.toEqual(numbers(7, 2));
    expect(numbers(1, 2)).not.toEqual(numbers(2, 1));
  });

  test('uniform lies in [0, 1) with the moments of a uniform', () => {
    const stream = new RandomStream(0);
    const values = draw(100_000, () => stream.uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(Math.min(...values.slice(0, 50_000))).toBeLessThan(0.001);
    expect(Math.max(...values.slice(0, 50_000))).toBeGreaterThan(0.999);
    // Five deviations of each sample moment.
    expect(Math.abs(moment(values, 1) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / 100_000));
    expect(Math.abs(moment(values, 2) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / 100_000));
    const pairs = values.slice(1).map((value, index) => (value - 0.5) * (values[index]! - 0.5));
    expect(Math.abs(moment(pairs, 1))).toBeLessThan(5 * Math.sqrt(1 / 144 / 100_000));
  });

  test.each([1, 2, 3, 10, 1000])('below(%i) gives every number equally often', (bound) => {
    const stream = new RandomStream(5, bound);
    const counts = new Array<number>(bound).fill(0);
    const total = 20_000;
    for (let index = 0; index < total; index++) counts[stream.below(bound)]!++;
    expect(counts).toHaveLength(bound);
    const expected = total / bound;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The mean of chi-square is bound - 1, its deviation sqrt(2 (bound - 1)).
    expect(Math.abs(chiSquare - (bound - 1))).toBeLessThanOrEqual(5 * Math.sqrt(2 * (bound - 1)));
  });

  test('below is unbiased for a bound where plain remainders are not', () => {
    // Of 2^32 values, the remainders by 3 * 2^30 would make the lowest third twice as likely.
    const bound = 3 * 2 ** 30;
    const stream = new RandomStream(11);
    const values = draw(10_000, () => stream.below(bound));
    const low = values.filter((value) => value < bound / 3).length;
    expect(values.every((value) => value >= 0 && value < bound)).toBe(true);
    expect(Math.abs(low - 10_000 / 3)).toBeLessThan(5 * Math.sqrt(10_000 * (1 / 3) * (2 / 3)));
  });

  test('normal has the moments of a standard normal', () => {
    const stream = new RandomStream(3, 9);
    const values = draw(100_000, () => stream.normal());
    expect(values.every((value) => Number.isFinite(value))).toBe(true);
    const count = values.length;
    expect(Math.abs(moment(values, 1))).toBeLessThan(5 * Math.sqrt(1 / count));
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(values, 3))).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length;
    expect(Math.abs(beyond - 0.05 * count)).toBeLessThan(5 * Math.sqrt(0.05 * 0.95 * count));
    // The two numbers of one Box-Muller pair do not correlate.
    const products = values.flatMap((value, index) => (index % 2 === 0 ? [value * values[index + 1]!] : []));
    expect(Math.abs(moment(products, 1))).toBeLessThan(5 / Math.sqrt(products.length));
  });

  test('truncatedNormal stays within 2 and has the narrower deviation that Keras divides by', () => {
    const stream = new RandomStream(8, 1);
    const values = draw(100_000, () => stream.truncatedNormal());
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(2);
    expect(largest).toBeGreaterThan(1.99);
    const variance = 0.8796256610342398 ** 2;
    expect(Math.abs(moment(values, 1))).toBeLessThan(5 * Math.sqrt(variance / values.length));
    // The fourth moment, 1.4161, bounds how far the sample's second strays.
    expect(Math.abs(moment(values, 2) - variance)).toBeLessThan(
      5 * Math.sqrt((1.4161 - variance ** 2) / values.length),
    );
  });

  test.each([0, 1, 2, 17, 1000])('permutation(%i) holds each number once', (length) => {
    const order = new RandomStream(length).permutation(length);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, index) => index));
  });

  test('permutation repeats for a seed and gives every order equally often', () => {
    expect(new RandomStream(4).permutation(50)).toEqual(new RandomStream(4).permutation(50));
    expect(new RandomStream(4).permutation(50)).not.toEqual(new RandomStream(5).permutation(50));
    const stream = new RandomStream(6);
    const counts = new Map<string, number>();
    for (let index = 0; index < 12_000; index++) {
      const order = stream.permutation(4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
  });
});
