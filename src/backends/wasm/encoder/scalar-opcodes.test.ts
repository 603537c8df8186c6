// Each scalar instruction is run on edge values and compared with a model of it in JavaScript.
import { describe, expect, test } from 'vitest';
import { ModuleBuilder } from './module-builder.js';
import { plainEncodings } from './opcodes.js';
import type { Opcode } from './opcodes.js';
import { saturatingOpcodes, scalarOpcodes } from './scalar-opcodes.js';
import type { ValueType } from './value-types.js';

type Scalar = number | bigint;
/** What the instruction gives, or undefined where it traps. */
type Model = (...operands: never[]) => Scalar | undefined;
const models: Record<string, Model> = {};

for (const [type, bits] of [
  ['i32', 32],
  ['i64', 64],
] as const) {
  const width = BigInt(bits);
  const signed = (x: bigint): bigint => BigInt.asIntN(bits, x);
  const unsigned = (x: bigint): bigint => BigInt.asUintN(bits, x);
  const digits = (x: bigint): string => unsigned(x).toString(2).padStart(bits, '0');
  const rotate = (x: bigint, count: bigint): bigint => (unsigned(x) << count) | (unsigned(x) >> (width - count));
  const lowest = -(1n << (width - 1n));
  const integerModels: Record<string, (x: bigint, y: bigint) => bigint | boolean | undefined> = {
    eqz: (x) => x === 0n,
    eq: (x, y) => x === y,
    ne: (x, y) => x !== y,
    lt_s: (x, y) => x < y,
    lt_u: (x, y) => unsigned(x) < unsigned(y),
    gt_s: (x, y) => x > y,
    gt_u: (x, y) => unsigned(x) > unsigned(y),
    le_s: (x, y) => x <= y,
    le_u: (x, y) => unsigned(x) <= unsigned(y),
    ge_s: (x, y) => x >= y,
    ge_u: (x, y) => unsigned(x) >= unsigned(y),
    clz: (x) => BigInt(`${digits(x)}1`.indexOf('1')),
    ctz: (x) => BigInt(bits - 1 - `1${digits(x)}`.lastIndexOf('1') + 1),
    popcnt: (x) => BigInt(digits(x).replaceAll('0', '').length),
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
    div_s: (x, y) => (y === 0n || (x === lowest && y === -1n) ? undefined : x / y),
    div_u: (x, y) => (y === 0n ? undefined : unsigned(x) / unsigned(y)),
    rem_s: (x, y) => (y === 0n ? undefined : x % y),
    rem_u: (x, y) => (y === 0n ? undefined : unsigned(x) % unsigned(y)),
    and: (x, y) => x & y,
    or: (x, y) => x | y,
    xor: (x, y) => x ^ y,
    shl: (x, y) => x << (unsigned(y) % width),
    shr_s: (x, y) => x >> (unsigned(y) % width),
    shr_u: (x, y) => unsigned(x) >> (unsigned(y) % width),
    rotl: (x, y) => rotate(x, unsigned(y) % width),
    rotr: (x, y) => rotate(x, (width - (unsigned(y) % width)) % width),
    extend8_s: (x) => BigInt.asIntN(8, x),
    extend16_s: (x) => BigInt.asIntN(16, x),
    extend32_s: (x) => BigInt.asIntN(32, x),
  };
  for (const [name, model] of Object.entries(integerModels)) {
    models[`${type}.${name}`] = (x: Scalar, y: Scalar = 0): Scalar | undefined => {
      const result = model(BigInt(x), BigInt(y));
      if (typeof result !== 'bigint') return result === undefined ? undefined : Number(result);
      return type === 'i64' ? signed(result) : Number(signed(result));
    };
  }
  for (const sign of ['s', 'u'] as const) {
    const [low, high] = sign === 's' ? [lowest, -lowest - 1n] : [0n, (1n << width) - 1n];
    const asResult = (x: bigint): Scalar => (type === 'i64' ? signed(x) : Number(signed(x)));
    for (const float of ['f32', 'f64'] as const) {
      models[`${type}.trunc_sat_${float}_${sign}`] = (x: number) => {
        if (Number.isNaN(x)) return asResult(0n);
        if (!Number.isFinite(x)) return asResult(x > 0 ? high : low);
        const whole = BigInt(Math.trunc(x));
        return asResult(whole < low ? low : whole > high ? high : whole);
      };
      models[`${type}.trunc_${float}_${sign}`] = (x: number) => {
        if (!Number.isFinite(x)) return undefined;
        const whole = BigInt(Math.trunc(x));
        return whole < low || whole > high ? undefined : asResult(whole);
      };
      models[`${float}.convert_${type}_${sign}`] = (x: Scalar) => {
        const value = BigInt(x);
        const result = Number(sign === 's' ? value : unsigned(value));
        return float === 'f32' ? Math.fround(result) : result;
      };
    }
  }
}

/** Rounds to the nearest integer, halves to the even one. */
function nearestInteger(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const below = Math.floor(x);
  const rounded = x - below === 0.5 ? below + Math.abs(below % 2) : Math.round(x);
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);
const floatModels: Record<string, (x: number, y: number) => number | boolean> = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  gt: (x, y) => x > y,
  le: (x, y) => x <= y,
  ge: (x, y) => x >= y,
  abs: (x) => Math.abs(x),
  neg: (x) => -x,
  ceil: (x) => Math.ceil(x),
  floor: (x) => Math.floor(x),
  trunc: (x) => Math.trunc(x),
  nearest: nearestInteger,
  sqrt: (x) => Math.sqrt(x),
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: (x, y) => Math.min(x, y),
  max: (x, y) => Math.max(x, y),
  copysign: (x, y) => (isNegative(y) ? -Math.abs(x) : Math.abs(x)),
};
for (const [name, model] of Object.entries(floatModels)) {
  models[`f64.${name}`] = (x: number, y: number) => Number(model(x, y));
  models[`f32.${name}`] = (x: number, y: number) => Math.fround(Number(model(x, y)));
}

models['i32.wrap_i64'] = (x: bigint) => Number(BigInt.asIntN(32, x));
models['i64.extend_i32_s'] = (x: number) => BigInt(x);
models['i64.extend_i32_u'] = (x: number) => BigInt(x >>> 0);
models['f32.demote_f64'] = (x: number) => Math.fround(x);
models['f64.promote_f32'] = (x: number) => x;
models['i32.reinterpret_f32'] = (x: number) => new Int32Array(new Float32Array([x]).buffer)[0];
models['i64.reinterpret_f64'] = (x: number) => new BigInt64Array(new Float64Array([x]).buffer)[0];
models['f32.reinterpret_i32'] = (x: number) => new Float32Array(new Int32Array([x]).buffer)[0];
models['f64.reinterpret_i64'] = (x: bigint) => new Float64Array(new BigInt64Array([x]).buffer)[0];

const integers = [0, 1, -1, 2, 3, 7, -8, 31, 32, 33, 127, 128, 200, 32767, 40000, -70000, 0x7fffffff, -0x80000000];
const floats = [
  0, -0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.7, -3.7, 1e-40, 0.1, 12345.75, 3e9, -3e9, 5e18, -5e18, 1.5e19, 1e30,
];
const samples: Record<ValueType, readonly Scalar[]> = {
  i32: integers,
  // The products stay under 2^53, so that converting to f32 by way of f64 rounds once.
  i64: [...integers.map(BigInt), ...integers.map((x) => BigInt(x) * 0xfffffn), 2n ** 63n - 1n, -(2n ** 63n)],
  f32: [...floats, NaN, Infinity, -Infinity].map(Math.fround),
  f64: [...floats, NaN, Infinity, -Infinity, 5e-324, 1e300, Number.MAX_VALUE],
  v128: [],
};

const names = [...Object.keys(scalarOpcodes), ...Object.keys(saturatingOpcodes)] as Opcode[];
const builder = new ModuleBuilder('scalar');
for (const name of names) {
  const { operands, results } = plainEncodings.find(name);
  builder.addFunction(name, { parameters: operands, results, exported: true }, (code) => {
    operands.forEach((_, index) => code.get(code.parameter(index)));
    code.op(name);
  });
}
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()));

describe('a scalar instruction agrees with its model:', () => {
  test.each(names)('%s', (name) => {
    const run = exports[name] as (...operands: Scalar[]) => Scalar;
    const model = models[name] as ((...operands: Scalar[]) => Scalar | undefined) | undefined;
    if (model === undefined) throw new Error(`There is no model of ${name}.`);
    const [first, second] = plainEncodings.find(name).operands;
    for (const x of samples[first!]) {
      for (const y of second === undefined ? [0] : samples[second]) {
        const operands = second === undefined ? [x] : [x, y];
        const expected = model(...operands);
        if (expected === undefined) expect(() => run(...operands), operands.join()).toThrow(WebAssembly.RuntimeError);
        else expect(run(...operands), operands.join()).toBe(expected);
      }
    }
  });

  test('and the tables hold every scalar instruction of the standard', () => {
    expect(Object.keys(scalarOpcodes)).toHaveLength(0xc4 - 0x45 + 1);
    expect(Object.keys(saturatingOpcodes)).toHaveLength(8);
  });
});
