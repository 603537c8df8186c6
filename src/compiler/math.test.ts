import { describe, expect, test } from 'vitest';
import { lanes4 } from '../../tests/support/interpreter-backend.js';
import { ulpOf } from '../../tests/support/tolerance.js';
import { RandomStream, threefry2x32, uniformOfBits } from '../base/random.js';
import { binary, constant, parameter, random, unary } from '../ir/build.js';
import type { GraphNode, UnaryOp } from '../ir/graph.js';
import { interpret } from '../ir/interpret.js';
import type { Program } from '../ir/program.js';
import { compileProgram } from './compile.js';

/** What a compiled program of float32 parameters, all of one length, gives. */
function compiled(build: (...inputs: GraphNode[]) => GraphNode, ...values: readonly Float32Array[]): Float32Array {
  const parameters = values.map(({ length }, i) => parameter(i, [length], 'float32')) as GraphNode<'parameter'>[];
  const program: Program = { parameters, outputs: [build(...parameters)], updates: [] };
  return interpret(compileProgram(program, lanes4), values, { lanes: lanes4.lanes })[0] as Float32Array;
}

const samples = 20_000;
const stream = new RandomStream(5);

/** Evenly spread over low..high, a random step inside each. */
const between = (low: number, high: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => low + ((high - low) * (i + stream.uniform())) / samples);

/** Evenly spread in magnitude. */
const magnitudes = (low: number, high: number): Float32Array =>
  between(Math.log(low), Math.log(high)).map((logarithm) => Math.exp(logarithm));

/** The largest distance in units in the last place of what doubles give, and where it is. */
function worstError(xs: Float32Array, ys: Float32Array, exact: (x: number) => number): { ulps: number; at: number } {
  let worst = { ulps: 0, at: NaN };
  xs.forEach((x, i) => {
    const expected = exact(x);
    const ulps = Math.abs(ys[i]! - expected) / ulpOf(Math.fround(expected));
    if (!(ulps <= worst.ulps)) worst = { ulps, at: x };
  });
  return worst;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const bounds: readonly { op: UnaryOp; exact: (x: number) => number; ulps: number; over: readonly Float32Array[] }[] = [
  { op: 'exp', exact: Math.exp, ulps: 1, over: [between(-87, 88.7), between(-103, -87), between(-1, 1)] },
  { op: 'log', exact: Math.log, ulps: 2, over: [magnitudes(2 ** -149, 3e38), between(0.5, 2), between(0.99, 1.01)] },
  { op: 'tanh', exact: Math.tanh, ulps: 2, over: [between(-10, 10), between(-0.7, 0.7), magnitudes(1e-30, 1)] },
  { op: 'sigmoid', exact: sigmoid, ulps: 3, over: [between(-30, 30), between(-87, -30)] },
];

test.each(bounds)('$op is within $ulps units in the last place', ({ op, exact, ulps, over }) => {
  for (const xs of over) {
    const ys = compiled((x) => unary(op, x), xs);
    const worst = worstError(xs, ys, exact);
    expect(worst.ulps, `${op} of ${worst.at}`).toBeLessThanOrEqual(ulps);
  }
});

test.each([
  ['sin', Math.sin],
  ['cos', Math.cos],
] as const)('%s is within 2 units in the last place of 1 up to 10^4', (op, exact) => {
  for (const xs of [between(-4, 4), between(-100, 100), between(-1e4, 1e4)]) {
    const ys = compiled((x) => unary(op, x), xs);
    xs.forEach((x, i) => expect(Math.abs(ys[i]! - exact(x)), `${op} of ${x}`).toBeLessThanOrEqual(2 ** -22));
  }
});

describe('special values', () => {
  const infinity = Infinity;
  test.each([
    ['exp', [NaN, infinity, -infinity, 0, 89, 1e30, -104.5, -1e30], [NaN, infinity, 0, 1, infinity, infinity, 0, 0]],
    ['log', [NaN, infinity, 0, -0, -1, -infinity, 1], [NaN, infinity, -infinity, -infinity, NaN, NaN, 0]],
    ['tanh', [NaN, infinity, -infinity, 0, 20, -1e30], [NaN, 1, -1, 0, 1, -1]],
    ['sigmoid', [NaN, infinity, -infinity, 0, 1e30, -1e30], [NaN, 1, 0, 0.5, 1, 0]],
    ['sin', [NaN, infinity, -infinity, 0], [NaN, NaN, NaN, 0]],
    ['cos', [NaN, infinity, -infinity, 0], [NaN, NaN, NaN, 1]],
    ['sqrt', [NaN, infinity, -1, 0, -0], [NaN, infinity, NaN, 0, -0]],
  ] as const)('of %s', (op, xs, expected) => {
    expect([...compiled((x) => unary(op, x), Float32Array.from(xs))]).toEqual([...expected]);
  });
});

describe('pow', () => {
  const power = (a: Float32Array, b: Float32Array): Float32Array => compiled((x, y) => binary('pow', x, y), a, b);

  test('is within 2 + 2 |b ln a| units in the last place', () => {
    const bases = magnitudes(1e-6, 1e6);
    const exponents = between(-5, 5).map((_, i, all) => all[(i * 7919) % samples]!);
    const results = power(bases, exponents);
    bases.forEach((a, i) => {
      const b = exponents[i]!;
      const exact = a ** b;
      const distance = Math.abs(results[i]! - exact) / ulpOf(Math.fround(exact));
      expect(distance, `${a} ^ ${b}`).toBeLessThanOrEqual(2 + 2 * Math.abs(b * Math.log(a)));
    });
  });

  test('of special values is that of IEEE 754', () => {
    const values = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, Infinity, -Infinity, NaN];
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    const results = power(
      Float32Array.from(pairs, ([a]) => a),
      Float32Array.from(pairs, ([, b]) => b),
    );
    pairs.forEach(([a, b], i) => {
      // Where IEEE 754 says 1, JavaScript says NaN.
      const expected = a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
      const what = `${a} ^ ${b}: expected ${expected}, received ${results[i]}`;
      if (Number.isFinite(expected) && expected !== 0)
        expect(Math.abs(results[i]! / expected - 1), what).toBeLessThan(1e-6);
      else expect(results[i], what).toBe(expected);
    });
  });

  test.each([-1, 1, 2, 3])('with the constant exponent %d multiplies or divides', (exponent) => {
    const bases = between(-50, 50);
    const results = compiled((x) => binary('pow', x, constant(exponent, [], 'float32')), bases);
    const worst = worstError(bases, results, (x) => x ** exponent);
    expect(worst.ulps, `${worst.at} ^ ${exponent}`).toBeLessThanOrEqual(2);
  });
});

test('random bits are those of Threefry, whatever the seed, stream and counter', () => {
  const words = [0, 0];
  for (const [seed, stream_, counter] of [
    [0, 0, 0],
    [42, 7, 1000],
    [-1, 2 ** 31 - 1, -(2 ** 31)],
  ] as const) {
    const values = compiled(() => random([77], seed, stream_, constant(counter, [], 'int32')));
    values.forEach((value, i) => {
      threefry2x32(seed, stream_, i, counter, words);
      expect(value).toBe(uniformOfBits(words[0]!));
    });
  }
});
