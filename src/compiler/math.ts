// Mathematical functions as kernel operations, the same on every backend that prints them. Accuracy is stated for each;
// all work on float32 vectors and scalars alike.
import type { KernelBinary, KernelExpr, KernelShift, KernelUnary, ValueType } from '../ir/kernel.js';

/** Builds expressions; `keep` puts a value into a register so that it is computed once. */
export interface ExprBuilder {
  keep(value: KernelExpr): KernelExpr;
}

export function floatNumber(value: number, like: ValueType): KernelExpr {
  return { kind: 'number', value, type: { lane: 'f32', vector: like.vector } };
}

export function intNumber(value: number, like: ValueType): KernelExpr {
  return { kind: 'number', value: value | 0, type: { lane: 'i32', vector: like.vector } };
}

const comparisons: ReadonlySet<KernelBinary> = new Set([
  'equal',
  'notEqual',
  'less',
  'lessEqual',
  'greater',
  'greaterEqual',
]);

export function binaryExpr(op: KernelBinary, a: KernelExpr, b: KernelExpr): KernelExpr {
  const type: ValueType = comparisons.has(op) ? { lane: 'mask', vector: a.type.vector } : a.type;
  return { kind: 'binary', op, a, b, type };
}

export function unaryExpr(op: KernelUnary, value: KernelExpr): KernelExpr {
  const { vector } = value.type;
  const type: ValueType =
    op === 'toInt' || op === 'bitsToInt' || op === 'maskToInt'
      ? { lane: 'i32', vector }
      : op === 'toFloat' || op === 'bitsToFloat'
        ? { lane: 'f32', vector }
        : value.type;
  return { kind: 'unary', op, value, type };
}

export function shiftExpr(op: KernelShift, value: KernelExpr, bits: number): KernelExpr {
  return { kind: 'shift', op, value, bits, type: value.type };
}

export function selectExpr(mask: KernelExpr, a: KernelExpr, b: KernelExpr): KernelExpr {
  return { kind: 'select', mask, a, b, type: a.type };
}

const add = (a: KernelExpr, b: KernelExpr): KernelExpr => binaryExpr('add', a, b);
const sub = (a: KernelExpr, b: KernelExpr): KernelExpr => binaryExpr('sub', a, b);
const mul = (a: KernelExpr, b: KernelExpr): KernelExpr => binaryExpr('mul', a, b);
const div = (a: KernelExpr, b: KernelExpr): KernelExpr => binaryExpr('div', a, b);

function polynomial(x: KernelExpr, coefficients: readonly number[]): KernelExpr {
  let value = floatNumber(coefficients[0]!, x.type);
  for (const coefficient of coefficients.slice(1)) value = add(mul(value, x), floatNumber(coefficient, x.type));
  return value;
}

/**
 * e^x: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial of degree 6 for e^r, times 2^n, which goes down through the
 * denormals. Within 1 unit in the last place.
 */
export function exp(x: KernelExpr, build: ExprBuilder): KernelExpr {
  const number = (value: number): KernelExpr => floatNumber(value, x.type);
  // pmin and pmax keep x when it is NaN.
  const limited = build.keep(binaryExpr('pmax', binaryExpr('pmin', x, number(89)), number(-104)));
  const n = build.keep(unaryExpr('nearest', mul(limited, number(Math.LOG2E))));
  // ln 2 in two parts, the first exact in few bits.
  const r = build.keep(sub(sub(limited, mul(n, number(0.693359375))), mul(n, number(-2.1219444e-4))));
  // e^r = 1 + r + r^2 q(r), q interpolated at Chebyshev's nodes; the largest terms last, so that they alone round.
  const q = polynomial(r, [1.39262131e-3, 8.3632031e-3, 4.16665562e-2, 1.66665763e-1, 0.5]);
  const p = add(add(mul(mul(q, r), r), r), number(1));
  return binaryExpr('scale', p, n);
}

/**
 * ln x: x = 2^e m with m in [sqrt(1/2), sqrt(2)), and a series in s = (m - 1) / (m + 1): ln m = 2 (s + s^3/3 + ...).
 * Denormals are scaled up first. Within 2 units in the last place. log(0) = -infinity, log(x < 0) = NaN.
 */
export function log(x: KernelExpr, build: ExprBuilder): KernelExpr {
  const number = (value: number): KernelExpr => floatNumber(value, x.type);
  const int = (value: number): KernelExpr => intNumber(value, x.type);
  const tiny = build.keep(binaryExpr('less', x, number(2 ** -126)));
  const scaled = selectExpr(tiny, mul(x, number(2 ** 23)), x);
  const bits = build.keep(unaryExpr('bitsToInt', scaled));
  // The bits of sqrt(1/2): subtracting them rounds the exponent so that m lies around 1.
  const shifted = build.keep(sub(bits, int(0x3f3504f3)));
  const exponent = shiftExpr('shiftRightArithmetic', shifted, 23);
  const e = build.keep(sub(unaryExpr('toFloat', exponent), selectExpr(tiny, number(23), number(0))));
  const m = build.keep(unaryExpr('bitsToFloat', add(binaryExpr('and', shifted, int(0x007fffff)), int(0x3f3504f3))));
  const f = build.keep(sub(m, number(1)));
  const s = build.keep(div(f, add(number(2), f)));
  const z = build.keep(mul(s, s));
  // ln(1 + f) = f - f^2/2 + s (f^2/2 + R), R = z (2/3 + z (2/5 + z (2/7 + 2/9 z)))
  const remainder = mul(z, polynomial(z, [0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693]));
  const halfSquare = build.keep(mul(number(0.5), mul(f, f)));
  const tail = add(mul(s, add(halfSquare, remainder)), mul(e, number(9.0580006145e-6)));
  const value = add(sub(tail, sub(halfSquare, f)), mul(e, number(0.69313812256)));
  const atZero = selectExpr(binaryExpr('equal', x, number(0)), number(-Infinity), value);
  // NaN for negatives and NaN, infinity for infinity: x - x + ... spelled with comparisons.
  const special = selectExpr(binaryExpr('less', x, number(Infinity)), atZero, x);
  return selectExpr(binaryExpr('less', x, number(0)), number(NaN), special);
}

/** tanh x = sign(x) (1 - 2 / (e^(2|x|) + 1)); for |x| < 0.625 an odd polynomial. Within 2 units in the last place. */
export function tanh(x: KernelExpr, build: ExprBuilder): KernelExpr {
  const number = (value: number): KernelExpr => floatNumber(value, x.type);
  const magnitude = build.keep(unaryExpr('abs', x));
  const e = exp(mul(number(2), magnitude), build);
  const large = sub(number(1), div(number(2), add(e, number(1))));
  const signed = selectExpr(binaryExpr('less', x, number(0)), unaryExpr('neg', large), large);
  const z = build.keep(mul(x, x));
  const p = polynomial(
    z,
    [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
  );
  const small = add(mul(mul(p, z), x), x);
  return selectExpr(binaryExpr('less', magnitude, number(0.625)), small, signed);
}

/** 1 / (1 + e^-x). Within 3 units in the last place; 1 at the upper end, 0 below -88.8 (e^-x is infinite there). */
export function sigmoid(x: KernelExpr, build: ExprBuilder): KernelExpr {
  const one = floatNumber(1, x.type);
  return div(one, add(one, exp(unaryExpr('neg', x), build)));
}

/**
 * sin x (or cos x): x minus the nearest multiple of pi / 2 in three parts, then a polynomial for each quadrant.
 * Within 2 units in the last place of 1 for |x| < 10^4; beyond, the reduction in float32 loses digits.
 */
export function sine(x: KernelExpr, build: ExprBuilder, quarterTurns: 0 | 1): KernelExpr {
  const number = (value: number): KernelExpr => floatNumber(value, x.type);
  const int = (value: number): KernelExpr => intNumber(value, x.type);
  const n = build.keep(unaryExpr('nearest', mul(x, number(2 / Math.PI))));
  const r = build.keep(
    sub(
      sub(sub(x, mul(n, number(1.5703125))), mul(n, number(4.837512969970703125e-4))),
      mul(n, number(7.549789954891882e-8)),
    ),
  );
  const z = build.keep(mul(r, r));
  const sinR = add(mul(mul(polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]), z), r), r);
  const cosR = add(
    mul(mul(polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]), z), z),
    sub(number(1), mul(number(0.5), z)),
  );
  const quadrant = build.keep(add(unaryExpr('toInt', n), int(quarterTurns)));
  const odd = binaryExpr('notEqual', binaryExpr('and', quadrant, int(1)), int(0));
  const value = build.keep(selectExpr(odd, cosR, sinR));
  const negative = binaryExpr('notEqual', binaryExpr('and', quadrant, int(2)), int(0));
  return selectExpr(negative, unaryExpr('neg', value), value);
}

/**
 * a^b as IEEE 754 pow, by way of e^(b ln a): within 2 + 2 |b ln a| units in the last place, since the exponent is
 * rounded before e is raised to it. Negative bases take whole exponents.
 */
export function pow(a: KernelExpr, b: KernelExpr, build: ExprBuilder): KernelExpr {
  const number = (value: number): KernelExpr => floatNumber(value, a.type);
  const magnitude = build.keep(unaryExpr('abs', a));
  const value = build.keep(exp(mul(b, build.keep(log(magnitude, build))), build));
  const whole = binaryExpr('equal', unaryExpr('floor', b), b);
  const half = build.keep(mul(b, number(0.5)));
  const odd = build.keep(binaryExpr('and', binaryExpr('notEqual', unaryExpr('floor', half), half), whole));
  const negativeBase = build.keep(binaryExpr('less', unaryExpr('bitsToInt', a), intNumber(0, a.type)));
  const signed = selectExpr(binaryExpr('and', odd, negativeBase), unaryExpr('neg', value), value);
  const notReal = binaryExpr(
    'and',
    binaryExpr('and', binaryExpr('less', a, number(0)), unaryExpr('not', whole)),
    binaryExpr('less', magnitude, number(Infinity)),
  );
  const real = selectExpr(notReal, number(NaN), signed);
  const minusOneToInfinity = binaryExpr(
    'and',
    binaryExpr('equal', magnitude, number(1)),
    binaryExpr('equal', unaryExpr('abs', b), number(Infinity)),
  );
  const one = binaryExpr('or', binaryExpr('equal', b, number(0)), binaryExpr('equal', a, number(1)));
  return selectExpr(binaryExpr('or', one, minusOneToInfinity), number(1), real);
}

/** The first word of Threefry-2x32 with 20 rounds; see base/random.ts. */
export function threefry(
  seed: KernelExpr,
  stream: number,
  c0: KernelExpr,
  c1: KernelExpr,
  build: ExprBuilder,
): KernelExpr {
  const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
  const word = (value: number): KernelExpr => intNumber(value | 0, c0.type);
  const parity = stream ^ 0x1bd11bda;
  const last = seed.kind === 'number' ? word(seed.value ^ parity) : build.keep(binaryExpr('xor', seed, word(parity)));
  const keys = [seed, word(stream), last];
  const key = (index: number, more = 0): KernelExpr => {
    const own = keys[index % 3]!;
    return own.kind === 'number' ? word(own.value + more) : more === 0 ? own : add(own, word(more));
  };
  let x0 = add(c0, key(0));
  let x1 = build.keep(add(c1, key(1)));
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8]!;
    x0 = build.keep(add(x0, x1));
    const rotated = binaryExpr(
      'or',
      shiftExpr('shiftLeft', x1, rotation),
      shiftExpr('shiftRightLogical', x1, 32 - rotation),
    );
    x1 = build.keep(binaryExpr('xor', rotated, x0));
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = build.keep(add(x0, key(injection)));
      x1 = build.keep(add(x1, key(injection + 1, injection)));
    }
  }
  return x0;
}

/** Uniform in [0, 1) from 32 bits: the upper 24. */
export function uniformOfBits(bits: KernelExpr): KernelExpr {
  return mul(unaryExpr('toFloat', shiftExpr('shiftRightLogical', bits, 8)), floatNumber(2 ** -24, bits.type));
}
