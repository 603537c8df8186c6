import { describe, expect, test } from 'vitest';
import {
  asOutput,
  asParameter,
  at,
  binary,
  buffer,
  f32,
  i32,
  kernel,
  kernelProgram,
  load,
  loop,
  mask,
  num,
  scalarF32,
  scalarI32,
  select,
  splat,
  store,
  unary,
} from '../../../../tests/support/kernels.js';
import { expectSameBits } from '../../../../tests/support/bits.js';
import { runPrinted } from '../../../../tests/support/printed-kernels.js';
import { specialFloats, specialInts } from '../../../../tests/support/random-kernels.js';
import type { DType, TypedArray } from '../../../base/dtype.js';
import { RandomStream } from '../../../base/random.js';
import { interpret } from '../../../ir/interpret.js';
import type { KernelBinary, KernelExpr, KernelShift, KernelUnary, LaneType, ValueType } from '../../../ir/kernel.js';

const dtypeOf: { readonly [Lane in LaneType]: DType } = { f32: 'float32', i32: 'int32', mask: 'bool' };

const stream = new RandomStream(5);
/** What each operand takes; a multiple of 4 of them. */
const samples: { readonly [Lane in LaneType]: readonly number[] } = {
  f32: padded([...specialFloats, ...Array.from({ length: 20 }, () => Math.fround(stream.normal() * 100))]),
  i32: padded([...specialInts, ...Array.from({ length: 20 }, () => stream.bits())]),
  mask: [0, 1, 1, 0],
};

function padded(values: number[]): number[] {
  return [...values, ...values.slice(0, (4 - (values.length % 4)) % 4)];
}

function arrayOf(lane: LaneType, values: readonly number[]): TypedArray {
  return lane === 'f32'
    ? Float32Array.from(values)
    : lane === 'i32'
      ? Int32Array.from(values)
      : Uint8Array.from(values);
}

/** Every combination of the samples, as one array for each operand. */
function combinations(lanes: readonly LaneType[]): TypedArray[] {
  let rows: number[][] = [[]];
  for (const lane of lanes) rows = rows.flatMap((row) => samples[lane].map((value) => [...row, value]));
  return lanes.map((lane, operand) =>
    arrayOf(
      lane,
      rows.map((row) => row[operand]!),
    ),
  );
}

/** Runs `build` on vectors and on scalars of all combinations; both must give what the interpreter gives. */
function expectAgreement(
  lanes: readonly LaneType[],
  result: LaneType,
  build: (operands: readonly KernelExpr[]) => KernelExpr,
  parameters = combinations(lanes),
): void {
  const { length } = parameters[0]!;
  for (const vector of [true, false]) {
    const step = vector ? 4 : 1;
    const operands = lanes.map((lane, index) => load(index + 1, at(0, ['i', 1]), step, { lane, vector }));
    const program = kernelProgram(
      [
        buffer('result', dtypeOf[result], length, asOutput(0)),
        ...lanes.map((lane, index) => buffer(`x${index}`, dtypeOf[lane], length, asParameter(index))),
      ],
      [[kernel([loop('i', 0, length, step, [store(0, at(0, ['i', 1]), step, build(operands))])])]],
    );
    const expected = interpret(program, parameters, { lanes: 4 });
    expectSameBits(runPrinted(program, parameters).outputs, expected, vector ? 'vectors' : 'scalars');
  }
}

const unaries: { readonly [Op in KernelUnary]: readonly [operand: LaneType, result: LaneType][] } = {
  neg: [
    ['f32', 'f32'],
    ['i32', 'i32'],
  ],
  abs: [
    ['f32', 'f32'],
    ['i32', 'i32'],
  ],
  sqrt: [['f32', 'f32']],
  roughSqrt: [['f32', 'f32']],
  roughReciprocal: [['f32', 'f32']],
  flushSubnormal: [['f32', 'f32']],
  floor: [['f32', 'f32']],
  ceil: [['f32', 'f32']],
  nearest: [['f32', 'f32']],
  not: [['mask', 'mask']],
  toInt: [['f32', 'i32']],
  toFloat: [['i32', 'f32']],
  bitsToFloat: [['i32', 'f32']],
  bitsToInt: [['f32', 'i32']],
  maskToInt: [['mask', 'i32']],
};

const numbers: readonly LaneType[] = ['f32', 'i32'];
const bits: readonly LaneType[] = ['i32', 'mask'];
const binaries: { readonly [Op in KernelBinary]: readonly LaneType[] } = {
  add: numbers,
  sub: numbers,
  mul: numbers,
  div: ['f32'],
  intDiv: ['i32'],
  max: numbers,
  min: numbers,
  pmax: ['f32'],
  pmin: ['f32'],
  // Not of all numbers: see below.
  scale: [],
  and: bits,
  or: bits,
  xor: bits,
  equal: numbers,
  notEqual: numbers,
  less: numbers,
  lessEqual: numbers,
  greater: numbers,
  greaterEqual: numbers,
};
const comparisons: ReadonlySet<string> = new Set(['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual']);

describe('operations on vectors and scalars agree with the interpreter', () => {
  for (const [op, forms] of Object.entries(unaries) as [KernelUnary, [LaneType, LaneType][]][]) {
    test.each(forms)(`${op} of %s`, (lane, result) => {
      // Which bits a NaN has is not determined.
      const values = arrayOf(
        lane,
        op === 'bitsToInt' ? samples.f32.map((x) => (Number.isNaN(x) ? 0 : x)) : samples[lane],
      );
      expectAgreement([lane], result, ([x]) => unary(op, x!, result), [values]);
    });
  }

  for (const [op, lanes] of Object.entries(binaries) as [KernelBinary, LaneType[]][]) {
    test.each(lanes)(`${op} of %s`, (lane) => {
      const result = comparisons.has(op) ? 'mask' : lane;
      expectAgreement([lane, lane], result, ([a, b]) => binary(op, a!, b!, result));
    });
  }

  test('scale by all powers of two that it takes', () => {
    const powers = Float32Array.from({ length: 284 }, (_, i) => Math.min(i - 150, 130));
    for (const factor of [1, -1.4142135, 1.9999999, 0.70710677, 2 ** -50, 2 ** 50, NaN]) {
      const factors = new Float32Array(powers.length).fill(factor);
      expectAgreement(['f32', 'f32'], 'f32', ([a, b]) => binary('scale', a!, b!), [factors, powers]);
    }
  });

  test.each(['shiftLeft', 'shiftRightLogical', 'shiftRightArithmetic'] as const)('%s by 0 to 31', (op: KernelShift) => {
    for (const amount of [0, 1, 7, 8, 23, 31]) {
      expectAgreement(['i32'], 'i32', ([value]) => ({
        kind: 'shift',
        op,
        value: value!,
        bits: amount,
        type: value!.type,
      }));
    }
  });

  test.each(['f32', 'i32', 'mask'] as const)('select of %s', (lane) => {
    const [a, b] = combinations([lane, lane]) as [TypedArray, TypedArray];
    const chosen = Uint8Array.from(a, () => stream.below(2));
    expectAgreement(['mask', lane, lane], lane, ([m, x, y]) => select(m!, x!, y!), [chosen, a, b]);
  });

  test('intDiv by a known number, also by those for which WebAssembly has a trap', () => {
    for (const divisor of [1, 2, -3, 28, 2 ** 31 - 1, -(2 ** 31), 0, -1]) {
      expectAgreement(['i32'], 'i32', ([x]) => binary('intDiv', x!, num(divisor, x!.type)));
    }
  });
});

/** What an expression over no memory gives, by the interpreter and by the printed program. */
function valuesOf(expr: KernelExpr): { expected: TypedArray; received: TypedArray } {
  const { lane, vector } = expr.type;
  const count = vector ? 4 : 1;
  const program = kernelProgram(
    [buffer('result', dtypeOf[lane], count, asOutput(0))],
    [[kernel([store(0, at(0), count, expr)])]],
  );
  return { expected: interpret(program, [], { lanes: 4 })[0]!, received: runPrinted(program, []).outputs[0]! };
}

const vectorOf = (type: ValueType, values: readonly number[]): KernelExpr => {
  // value = select(lane number = 0, v0, select(lane number = 1, v1, ...))
  const laneNumber: KernelExpr = { kind: 'laneNumbers', step: 1, type: i32 };
  return values
    .slice(0, 3)
    .reduceRight<KernelExpr>(
      (rest, value, lane) => select(binary('equal', laneNumber, num(lane, i32), 'mask'), num(value, type), rest),
      num(values[3]!, type),
    );
};

describe('lanes', () => {
  test('a scalar is put into every lane', () => {
    for (const [type, value] of [
      [f32, -0],
      [i32, -7],
      [mask, 1],
      [mask, 0],
    ] as const) {
      const scalar: ValueType = { lane: type.lane, vector: false };
      // A select is not a number that is known when printing.
      const unknown = select(
        binary('less', num(1, scalarF32), num(2, scalarF32), 'mask'),
        num(value, scalar),
        num(1 - value, scalar),
      );
      for (const one of [num(value, scalar), unknown]) {
        const { expected, received } = valuesOf(splat(one));
        expect([...received]).toEqual([...expected]);
        expect([...received]).toEqual([value, value, value, value]);
      }
    }
  });

  test('each lane is read as a scalar', () => {
    for (const [type, values] of [
      [f32, [1.5, -0, NaN, Infinity]],
      [i32, [1, -2, 3, -4]],
      [mask, [1, 0, 0, 1]],
    ] as const) {
      values.forEach((value, lane) => {
        const scalar: ValueType = { lane: type.lane, vector: false };
        const { expected, received } = valuesOf({ kind: 'lane', value: vectorOf(type, values), lane, type: scalar });
        expectSameBits([received], [expected]);
        expect(received[0]).toBe(value);
      });
    }
  });

  test('lanes are combined as (0, 2) with (1, 3), which rounding shows', () => {
    const values = [1, 2 ** 24, 1, -(2 ** 24)];
    const { expected, received } = valuesOf({
      kind: 'horizontal',
      op: 'add',
      value: vectorOf(f32, values),
      type: scalarF32,
    });
    expect(received[0]).toBe(2);
    expectSameBits([received], [expected]);
  });

  test.each(['add', 'mul', 'max', 'min'] as const)('%s combines the lanes of floats and integers', (op) => {
    const floats = [
      [1.1, 2.2, 3.3, -4.4],
      [0, -0, -0, -0],
      [NaN, 1, 2, 3],
      [1, 2, 3, NaN],
      [Infinity, 1, -Infinity, 0],
    ];
    const ints = [
      [1, 2, 3, 4],
      [2 ** 31 - 1, 1, 2 ** 30, 7],
      [-5, -6, -(2 ** 31), 0],
    ];
    for (const values of floats) {
      const { expected, received } = valuesOf({
        kind: 'horizontal',
        op,
        value: vectorOf(f32, values),
        type: scalarF32,
      });
      expectSameBits([received], [expected]);
    }
    for (const values of ints) {
      const { expected, received } = valuesOf({
        kind: 'horizontal',
        op,
        value: vectorOf(i32, values),
        type: scalarI32,
      });
      expectSameBits([received], [expected]);
    }
  });

  test('lane numbers count up from 0 by any step', () => {
    for (const step of [1, 0, -3, 2 ** 30]) {
      const { expected, received } = valuesOf({ kind: 'laneNumbers', step, type: i32 });
      expectSameBits([received], [expected]);
      expect(received[1]).toBe(step);
    }
  });
});

test('an operation on a type that it does not take is an error that names both', () => {
  const sqrtOfInt: KernelExpr = { kind: 'unary', op: 'sqrt', value: num(4, i32), type: i32 };
  const program = kernelProgram(
    [buffer('result', 'int32', 4, asOutput(0))],
    [[kernel([store(0, at(0), 4, sqrtOfInt)])]],
  );
  expect(() => runPrinted(program, [])).toThrow("'sqrt' does not take vectors of i32");
});
