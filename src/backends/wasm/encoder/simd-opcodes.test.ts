// Each SIMD instruction is run on random lanes and compared with a model of it, lane by lane, in JavaScript.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModuleBuilder } from './module-builder.js';
import { laneEncodings, plainEncodings } from './opcodes.js';
import type { LaneOp, LoadOp, Opcode, StoreOp } from './opcodes.js';
import { laneOpcodes, simdOpcodes } from './simd-opcodes.js';
import type { ValueType } from './value-types.js';

/** Sixteen bytes an operand; a scalar operand or result lies in the first of them. */
type Model = (...operands: Uint8Array[]) => Uint8Array;
const models: Record<string, Model> = {};

const laneBits = { i8x16: 8, i16x8: 16, i32x4: 32, i64x2: 64 } as const;
type IntegerShape = keyof typeof laneBits;

function integers(bytes: Uint8Array, bits: number): bigint[] {
  const all = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return Array.from({ length: 128 / bits }, (_, lane) => BigInt.asIntN(bits, all >> BigInt(lane * bits)));
}

function fromIntegers(lanes: readonly bigint[], bits: number): Uint8Array {
  const all = lanes.reduceRight((sum, lane) => (sum << BigInt(bits)) | BigInt.asUintN(bits, lane), 0n);
  return Uint8Array.from({ length: 16 }, (_, byte) => Number((all >> BigInt(8 * byte)) & 0xffn));
}

function floats(bytes: Uint8Array, bits: number): number[] {
  return Array.from(bits === 32 ? new Float32Array(bytes.slice().buffer) : new Float64Array(bytes.slice().buffer));
}

function fromFloats(lanes: readonly number[], bits: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(new Uint8Array((bits === 32 ? Float32Array : Float64Array).from(lanes).buffer));
  return bytes;
}

const scalar = (value: bigint | boolean): Uint8Array => fromIntegers([BigInt(value)], 32);
const clampTo = (low: bigint, high: bigint, x: bigint): bigint => (x < low ? low : x > high ? high : x);
const saturate = (x: bigint, bits: number, sign: 's' | 'u'): bigint => {
  const half = 1n << BigInt(bits - 1);
  return sign === 's' ? clampTo(-half, half - 1n, x) : clampTo(0n, 2n * half - 1n, x);
};
const resign = (x: bigint, bits: number, sign: 's' | 'u'): bigint => (sign === 's' ? x : BigInt.asUintN(bits, x));

const comparisons: Record<string, <Lane extends bigint | number>(x: Lane, y: Lane) => boolean> = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  gt: (x, y) => x > y,
  le: (x, y) => x <= y,
  ge: (x, y) => x >= y,
};

for (const [shape, bits] of Object.entries(laneBits) as [IntegerShape, number][]) {
  const define = (name: string, model: (x: bigint, y: bigint) => bigint): void => {
    models[`${shape}.${name}`] = (a, b = a) => {
      const second = integers(b, bits);
      return fromIntegers(
        integers(a, bits).map((x, lane) => model(x, second[lane]!)),
        bits,
      );
    };
  };
  define('add', (x, y) => x + y);
  define('sub', (x, y) => x - y);
  define('mul', (x, y) => x * y);
  define('abs', (x) => (x < 0n ? -x : x));
  define('neg', (x) => -x);
  define('popcnt', (x) => BigInt(resign(x, bits, 'u').toString(2).replaceAll('0', '').length));
  for (const [name, holds] of Object.entries(comparisons)) {
    define(name, (x, y) => (holds(x, y) ? -1n : 0n));
    for (const sign of ['s', 'u'] as const) {
      define(`${name}_${sign}`, (x, y) => (holds(resign(x, bits, sign), resign(y, bits, sign)) ? -1n : 0n));
    }
  }
  for (const sign of ['s', 'u'] as const) {
    const wide = (x: bigint): bigint => resign(x, bits, sign);
    define(`add_sat_${sign}`, (x, y) => saturate(wide(x) + wide(y), bits, sign));
    define(`sub_sat_${sign}`, (x, y) => saturate(wide(x) - wide(y), bits, sign));
    define(`min_${sign}`, (x, y) => (wide(x) < wide(y) ? x : y));
    define(`max_${sign}`, (x, y) => (wide(x) > wide(y) ? x : y));
    define(`avgr_${sign}`, (x, y) => (wide(x) + wide(y) + 1n) >> 1n);
    define(`q15mulr_sat_${sign}`, (x, y) => saturate((x * y + 0x4000n) >> 15n, bits, sign));
  }
  const defineShift = (name: string, model: (x: bigint, count: bigint) => bigint): void => {
    models[`${shape}.${name}`] = (a, b) => {
      const count = BigInt.asUintN(32, integers(b, 32)[0]!) % BigInt(bits);
      return fromIntegers(
        integers(a, bits).map((x) => model(x, count)),
        bits,
      );
    };
  };
  defineShift('shl', (x, count) => x << count);
  defineShift('shr_s', (x, count) => x >> count);
  defineShift('shr_u', (x, count) => resign(x, bits, 'u') >> count);
  models[`${shape}.splat`] = (a) => fromIntegers(Array<bigint>(128 / bits).fill(integers(a, bits)[0]!), bits);
  models[`${shape}.all_true`] = (a) => scalar(integers(a, bits).every((x) => x !== 0n));
  models[`${shape}.bitmask`] = (a) =>
    scalar(integers(a, bits).reduceRight((mask, x) => mask * 2n + (x < 0n ? 1n : 0n), 0n));

  const half = (Object.entries(laneBits) as [IntegerShape, number][]).find(([, narrow]) => narrow * 2 === bits);
  if (half === undefined) continue;
  const [narrowShape, narrowBits] = half;
  const products = (a: Uint8Array, b: Uint8Array, sign: 's' | 'u'): bigint[] => {
    const second = integers(b, narrowBits);
    return integers(a, narrowBits).map((x, k) => resign(x, narrowBits, sign) * resign(second[k]!, narrowBits, sign));
  };
  const pairSums = (lanes: bigint[]): bigint[] =>
    Array.from({ length: lanes.length / 2 }, (_, pair) => lanes[2 * pair]! + lanes[2 * pair + 1]!);
  for (const sign of ['s', 'u'] as const) {
    const widened = (bytes: Uint8Array): bigint[] =>
      integers(bytes, narrowBits).map((x) => resign(x, narrowBits, sign));
    const count = 128 / bits;
    models[`${shape}.extend_low_${narrowShape}_${sign}`] = (a) => fromIntegers(widened(a).slice(0, count), bits);
    models[`${shape}.extend_high_${narrowShape}_${sign}`] = (a) => fromIntegers(widened(a).slice(count), bits);
    models[`${shape}.extmul_low_${narrowShape}_${sign}`] = (a, b) =>
      fromIntegers(products(a, b, sign).slice(0, count), bits);
    models[`${shape}.extmul_high_${narrowShape}_${sign}`] = (a, b) =>
      fromIntegers(products(a, b, sign).slice(count), bits);
    models[`${shape}.extadd_pairwise_${narrowShape}_${sign}`] = (a) => fromIntegers(pairSums(widened(a)), bits);
    models[`${shape}.dot_${narrowShape}_${sign}`] = (a, b) => fromIntegers(pairSums(products(a, b, sign)), bits);
    models[`${narrowShape}.narrow_${shape}_${sign}`] = (a, b) =>
      fromIntegers(
        [...integers(a, bits), ...integers(b, bits)].map((x) => saturate(x, narrowBits, sign)),
        narrowBits,
      );
  }
}

models['i8x16.swizzle'] = (a, b) => b.map((index) => a[index] ?? 0);
models['v128.not'] = (a) => a.map((x) => ~x);
models['v128.and'] = (a, b) => a.map((x, k) => x & b[k]!);
models['v128.andnot'] = (a, b) => a.map((x, k) => x & ~b[k]!);
models['v128.or'] = (a, b) => a.map((x, k) => x | b[k]!);
models['v128.xor'] = (a, b) => a.map((x, k) => x ^ b[k]!);
models['v128.bitselect'] = (a, b, mask) => a.map((x, k) => (x & mask[k]!) | (b[k]! & ~mask[k]!));
models['v128.any_true'] = (a) => scalar(a.some((x) => x !== 0));

/** Rounds to the nearest integer, halves to the even one. */
function nearestInteger(x: number): number {
  if (!Number.isFinite(x) || Number.isInteger(x)) return x;
  const below = Math.floor(x);
  const rounded = x - below === 0.5 ? below + Math.abs(below % 2) : Math.round(x);
  return rounded === 0 && x < 0 ? -0 : rounded;
}

const floatModels: Record<string, (x: number, y: number) => number> = {
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
  pmin: (x, y) => (y < x ? y : x),
  pmax: (x, y) => (x < y ? y : x),
};
for (const [shape, bits] of [
  ['f32x4', 32],
  ['f64x2', 64],
] as const) {
  for (const [name, model] of Object.entries(floatModels)) {
    models[`${shape}.${name}`] = (a, b = a) => {
      const second = floats(b, bits);
      return fromFloats(
        floats(a, bits).map((x, lane) => model(x, second[lane]!)),
        bits,
      );
    };
  }
  for (const [name, holds] of Object.entries(comparisons)) {
    models[`${shape}.${name}`] = (a, b) => {
      const second = floats(b, bits);
      return fromIntegers(
        floats(a, bits).map((x, lane) => (holds(x, second[lane]!) ? -1n : 0n)),
        bits,
      );
    };
  }
  models[`${shape}.splat`] = (a) => fromFloats(Array<number>(128 / bits).fill(floats(a, bits)[0]!), bits);
}
for (const sign of ['s', 'u'] as const) {
  const truncate = (x: number): bigint => {
    if (Number.isNaN(x)) return 0n;
    return saturate(BigInt(Math.trunc(Math.max(-1e30, Math.min(1e30, x)))), 32, sign);
  };
  const converted = (bytes: Uint8Array): number[] => integers(bytes, 32).map((x) => Number(resign(x, 32, sign)));
  models[`i32x4.trunc_sat_f32x4_${sign}`] = (a) => fromIntegers(floats(a, 32).map(truncate), 32);
  models[`i32x4.trunc_sat_f64x2_${sign}_zero`] = (a) => fromIntegers(floats(a, 64).map(truncate), 32);
  models[`f32x4.convert_i32x4_${sign}`] = (a) => fromFloats(converted(a), 32);
  models[`f64x2.convert_low_i32x4_${sign}`] = (a) => fromFloats(converted(a).slice(0, 2), 64);
}
models['f32x4.demote_f64x2_zero'] = (a) => fromFloats(floats(a, 64), 32);
models['f64x2.promote_low_f32x4'] = (a) => fromFloats(floats(a, 32).slice(0, 2), 64);

const loads = { i32: 'i32.load', i64: 'i64.load', f32: 'f32.load', f64: 'f64.load', v128: 'v128.load' } as const;
const stores = { i32: 'i32.store', i64: 'i64.store', f32: 'f32.store', f64: 'f64.store', v128: 'v128.store' } as const;
const loadOf = (type: ValueType): LoadOp => loads[type];
const storeOf = (type: ValueType): StoreOp => stores[type];
const resultAddress = 64;

const names = Object.keys(simdOpcodes) as Opcode[];
const laneNames = Object.keys(laneOpcodes) as LaneOp[];
const laneFunction = (name: LaneOp, lane: number): string => `${name} ${lane}`;
const builder = new ModuleBuilder('simd');
builder.importMemory('host', 'memory', { initial: 1, shared: false });
const addRunner = (
  name: string,
  { operands, results }: { operands: readonly ValueType[]; results: readonly ValueType[] },
  emit: (code: Parameters<Parameters<ModuleBuilder['addFunction']>[2]>[0]) => void,
): void => {
  builder.addFunction(name, { parameters: [], results: [], exported: true }, (code) => {
    code.i32Const(resultAddress);
    operands.forEach((type, index) => code.i32Const(16 * index).load(loadOf(type)));
    emit(code);
    code.store(storeOf(results[0]!));
  });
};
for (const name of names) addRunner(name, plainEncodings.find(name), (code) => code.op(name));
for (const name of laneNames) {
  const encoding = laneEncodings.find(name);
  for (let lane = 0; lane < encoding.size; lane++) {
    addRunner(laneFunction(name, lane), encoding, (code) => code.lane(name, lane));
  }
}
const memory = new WebAssembly.Memory({ initial: 1 });
const bytes = new Uint8Array(memory.buffer);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { host: { memory } });

function run(name: string, operands: readonly Uint8Array[]): Uint8Array {
  bytes.fill(0, 0, 128);
  operands.forEach((operand, index) => bytes.set(operand, 16 * index));
  (exports[name] as () => void)();
  return bytes.slice(resultAddress, resultAddress + 16);
}

/** The lanes as the instruction's type sees them, so that one NaN is as good as another. */
function readable(name: string, result: Uint8Array): unknown {
  if (name.startsWith('f32x4.')) return floats(result, 32);
  if (name.startsWith('f64x2.')) return floats(result, 64);
  return [...result];
}

const anyBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const fewValues = fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { minLength: 16, maxLength: 16 });
const halves = fc.integer({ min: -9, max: 9 }).map((x) => x / 2);
const lanesOf = (value: fc.Arbitrary<number>, bits: number): fc.Arbitrary<Uint8Array> =>
  fc.array(value, { minLength: 128 / bits, maxLength: 128 / bits }).map((lanes) => fromFloats(lanes, bits));
/** Of the same type as the instruction's lanes in half of the cases; extremes and ties are frequent. */
const operand = fc.oneof(
  anyBytes,
  fewValues.map((values) => Uint8Array.from(values)),
  lanesOf(fc.oneof(fc.float(), halves), 32),
  lanesOf(fc.oneof(fc.double(), halves), 64),
);

describe('a SIMD instruction agrees with its model:', () => {
  test.each(names)('%s', (name) => {
    const model = models[name];
    if (model === undefined) throw new Error(`There is no model of ${name}.`);
    const operandCount = plainEncodings.find(name).operands.length;
    fc.assert(
      fc.property(fc.array(operand, { minLength: operandCount, maxLength: operandCount }), (operands) => {
        expect(readable(name, run(name, operands))).toEqual(readable(name, model(...operands)));
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  test('and the tables hold every instruction of the standard that has no address', () => {
    // 236 instructions in all, less 22 with an address, the constant and the shuffle.
    expect(names.length + laneNames.length).toBe(236 - 22 - 2);
  });
});

describe('an instruction on a lane reads or replaces that lane and no other:', () => {
  test.each(laneNames)('%s', (name) => {
    const { size: laneCount } = laneEncodings.find(name);
    const bits = 128 / laneCount;
    const vector = Uint8Array.from({ length: 16 }, (_, index) => 0x71 + index * 3);
    const replacement = Uint8Array.from({ length: 16 }, (_, index) => 0x10 + index);
    for (let lane = 0; lane < laneCount; lane++) {
      const lanes = integers(vector, bits);
      const result = run(laneFunction(name, lane), [vector, replacement]);
      if (name.endsWith('replace_lane')) {
        lanes[lane] = integers(replacement, bits)[0]!;
        expect(result).toEqual(fromIntegers(lanes, bits));
      } else {
        const value = resign(lanes[lane]!, bits, name.endsWith('_u') ? 'u' : 's');
        expect(result).toEqual(fromIntegers([value], Math.max(bits, 32)));
      }
    }
  });
});
