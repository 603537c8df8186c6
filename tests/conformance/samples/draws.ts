// Values for samples, beyond those of the gradient checks: whole numbers, whose sums and products are exact in float32,
// and what floats have that numbers do not.
import type { RandomStream } from '../../../src/base/random.js';
import type { Draw } from '../../support/gradient-check.js';

const each = (value: (random: RandomStream) => number): Draw => {
  return (random, count) => Array.from({ length: count }, () => value(random));
};

/** -4 to 4: products of two can be added up by the million without rounding. */
export const whole = each((random) => random.below(9) - 4);
/** Below 2^16, so that sums of three in float32 are exact. */
export const wholeWide = each((random) => random.below(2 ** 17) - 2 ** 16);
/** Quarters from -8 to 8. */
export const quarters = each((random) => (random.below(65) - 32) / 4);
/** 1/2, 1, 2 and their negatives: products of a hundred are exact. */
export const powersOfTwo = each((random) => [0.5, -0.5, 1, -1, 2, -2][random.below(6)]!);
/** 1/4 to 4 in powers of two, of either sign: dividing by them is exact. */
export const exactDivisors = each((random) => (random.below(2) === 0 ? -1 : 1) * 2 ** (random.below(5) - 2));
/** Any int32. */
export const anyInt = each((random) => random.bits());
/** Few values, so that many are equal. */
export const ties = each((random) => random.below(3));
export const uniform = (low: number, high: number): Draw => each((random) => low + (high - low) * random.uniform());
export const belowBound = (bound: number): Draw => each((random) => random.below(bound));
/** Positions of 0 to bound - 1, and some outside on either side. */
export const aroundBound = (bound: number): Draw => each((random) => random.below(bound + 6) - 3);

const special = [
  0,
  -0,
  NaN,
  Infinity,
  -Infinity,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  3e38,
  -3e38,
  1e-40,
  2 ** 23 + 1,
  -(2 ** 24),
];

/** Normal values with infinities, NaN, zeros of both signs, halves, the very large and the very small among them. */
export const specials: Draw = (random, count) =>
  Array.from({ length: count }, () =>
    random.below(2) === 0 ? special[random.below(special.length)]! : random.normal(),
  );

/** Floats at the edges of int32 and uint8. */
export const edges: Draw = (random, count) => {
  const values = [
    0,
    -0,
    0.5,
    -0.5,
    0.99,
    -0.99,
    255.9,
    256,
    300.7,
    -1,
    -1.5,
    2147483520,
    2147483648,
    -2147483648,
    3e9,
    -3e9,
    NaN,
    Infinity,
    -Infinity,
  ];
  return Array.from({ length: count }, () => values[random.below(values.length)]!);
};

/** The smallest and largest int32 and their neighbours, and small ones. */
export const intEdges: Draw = (random, count) => {
  const values = [0, 1, -1, 2, -2, 7, -7, 2147483647, 2147483646, -2147483648, -2147483647, 65536, -65536];
  return Array.from({ length: count }, () => values[random.below(values.length)]!);
};
