import { describe, expect, test } from 'vitest';
import {
  asOutput,
  asParameter,
  asTemporary,
  assign,
  at,
  binary,
  buffer,
  define,
  f32,
  gatherLanes,
  i32,
  kernel,
  kernelProgram,
  laneNumbers,
  load,
  loop,
  mask,
  num,
  position,
  reg,
  scalarF32,
  scalarI32,
  scalarLoad,
  select,
  splat,
  store,
  unary,
} from '../../tests/support/kernels.js';
import type { DType, TypedArray } from '../base/dtype.js';
import { RandomStream } from '../base/random.js';
import { interpret, type Chunk } from './interpret.js';
import type { KernelExpr, KernelProgram, LaneType } from './kernel.js';

const lanes = 4;

const dtypeOfLane: { readonly [Lane in LaneType]: DType } = { f32: 'float32', i32: 'int32', mask: 'bool' };

/** The four lanes of one expression over parameters that are read as buffers 1, 2, ... */
function lanesOf(expr: KernelExpr, ...parameters: { dtype: DType; data: TypedArray }[]): number[] {
  const buffers = [
    buffer('out', dtypeOfLane[expr.type.lane], expr.type.vector ? lanes : 1, asOutput(0)),
    ...parameters.map(({ dtype, data }, i) => buffer(`x${i}`, dtype, data.length, asParameter(i))),
  ];
  const program = kernelProgram(buffers, [[kernel([store(0, at(0), expr.type.vector ? lanes : 1, expr)])]]);
  return [
    ...interpret(
      program,
      parameters.map(({ data }) => data),
      { lanes },
    )[0]!,
  ];
}

const floats = (...values: number[]) => ({ dtype: 'float32' as const, data: Float32Array.from(values) });
const ints = (...values: number[]) => ({ dtype: 'int32' as const, data: Int32Array.from(values) });

/** The whole of parameter 0 or 1 as a vector. */
const x = (type = f32): KernelExpr => load(1, at(0), lanes, type);
const y = (type = f32): KernelExpr => load(2, at(0), lanes, type);

/** C [M, N] = A [M, K] B [K, N]: a chunk a row, vectors along N with a narrower one at the edge. */
function matrixProduct(M: number, N: number, K: number): KernelProgram {
  const product = (prefix: string, begin: number, count: number, body: (n: string) => [string, number][]) => [
    define(`${prefix}sum`, num(0)),
    loop(`${prefix}k`, 0, K, 1, [
      assign(
        `${prefix}sum`,
        binary(
          'add',
          reg(`${prefix}sum`),
          binary(
            'mul',
            splat(scalarLoad(0, at(0, ['m', K], [`${prefix}k`, 1]))),
            load(1, at(begin, [`${prefix}k`, N], ...body('n')), count),
          ),
        ),
      ),
    ]),
    store(2, at(begin, ['m', N], ...body('n')), count, reg(`${prefix}sum`)),
  ];
  const whole = N - (N % lanes);
  const body = [
    loop(
      'n',
      0,
      whole,
      lanes,
      product('a', 0, lanes, (n) => [[n, 1]]),
    ),
    ...(whole < N ? product('b', whole, N - whole, () => []) : []),
  ];
  return kernelProgram(
    [
      buffer('a', 'float32', M * K, asParameter(0)),
      buffer('b', 'float32', K * N, asParameter(1)),
      buffer('c', 'float32', M * N, asOutput(0)),
    ],
    [[kernel(body, { name: 'product', chunks: M, chunkVariable: 'm' })]],
  );
}

function shuffled(random: RandomStream): (chunks: readonly Chunk[]) => Chunk[] {
  return (chunks) => [...random.permutation(chunks.length)].map((position) => chunks[position]!);
}

describe('interpret', () => {
  test.each([
    [3, 8, 5],
    [4, 10, 3],
    [1, 3, 1],
    [2, 4, 0],
  ])('runs a matrix product of sizes %i, %i, %i, in any order of its chunks', (M, N, K) => {
    const random = new RandomStream(11);
    const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
    const [a, b] = [draw(M * K), draw(K * N)];
    const expected = new Float32Array(M * N);
    for (let m = 0; m < M; m++)
      for (let n = 0; n < N; n++)
        for (let k = 0, sum = 0; k < K; k++) {
          sum = Math.fround(sum + Math.fround(a[m * K + k]! * b[k * N + n]!));
          expected[m * N + n] = sum;
        }
    const program = matrixProduct(M, N, K);
    expect(interpret(program, [a, b], { lanes })).toEqual([expected]);
    expect(interpret(program, [a, b], { lanes, order: shuffled(random) })).toEqual([expected]);
    expect(interpret(program, [a, b], { lanes, order: (chunks) => chunks.toReversed() })).toEqual([expected]);
  });

  test('changes parameters in place, and later phases read what earlier ones wrote', () => {
    const double = kernel([store(1, at(0), 3, binary('mul', load(0, at(0), 3), num(2)))], { name: 'double' });
    const add = kernel([store(0, at(0), 3, binary('add', load(0, at(0), 3), load(1, at(0), 3)))], { name: 'add' });
    const program = kernelProgram(
      [buffer('state', 'float32', 3, asParameter(0)), buffer('twice', 'float32', 3, asTemporary(64))],
      [[double], [add]],
      128,
    );
    const state = Float32Array.of(1, 2, 3);
    expect(interpret(program, [state], { lanes })).toEqual([]);
    expect(state).toEqual(Float32Array.of(3, 6, 9));
  });

  test('memory that was never written reads as NaN, -1 or 255', () => {
    const program = kernelProgram(
      [
        buffer('floats', 'float32', 2, asOutput(0)),
        buffer('ints', 'int32', 1, asOutput(1)),
        buffer('bytes', 'uint8', 1, asOutput(2)),
        buffer('scratch', 'float32', 1, asTemporary(0)),
      ],
      [[kernel([store(0, at(1), 1, scalarLoad(3, at(0)))])]],
      4,
    );
    expect(interpret(program, [], { lanes })).toEqual([
      Float32Array.of(NaN, NaN),
      Int32Array.of(-1),
      Uint8Array.of(255),
    ]);
  });

  test('a chunk knows its number, a loop its step, an integer register its value', () => {
    const program = kernelProgram(
      [buffer('out', 'int32', 12, asOutput(0))],
      [
        [
          kernel(
            [
              loop('i', 1, 6, 2, [
                define('row', binary('mul', position(at(0, ['chunk', 1])), num(6, scalarI32))),
                store(0, at(0, ['row', 1], ['i', 1]), 1, position(at(100, ['i', 10], ['chunk', -1]))),
                store(0, at(-1, ['row', 1], ['i', 1]), 1, num(0, scalarI32)),
              ]),
            ],
            { chunks: 2 },
          ),
        ],
      ],
    );
    const expected = Int32Array.of(0, 110, 0, 130, 0, 150, 0, 109, 0, 129, 0, 149);
    expect(interpret(program, [], { lanes })).toEqual([expected]);
  });
});

describe('values', () => {
  test('a narrow load leaves the other lanes 0', () => {
    expect(lanesOf(load(1, at(1), 2), floats(1, 2, 3, 4))).toEqual([2, 3, 0, 0]);
  });

  test('loads step by their stride, backwards too', () => {
    expect(lanesOf(load(1, at(0), 3, f32, 2), floats(1, 2, 3, 4, 5))).toEqual([1, 3, 5, 0]);
    expect(lanesOf(load(1, at(3), 4, f32, -1), floats(1, 2, 3, 4))).toEqual([4, 3, 2, 1]);
  });

  test('gather reads where the index says', () => {
    const index = load(2, at(0), lanes, i32);
    expect(lanesOf(gatherLanes(1, at(1), index, 2, 3), floats(0, 1, 2, 3, 4, 5), ints(2, 0, 1, 9))).toEqual([
      5, 1, 3, 0,
    ]);
  });

  test('bytes extend with zeros, and any byte but 0 is true', () => {
    const bytes = { dtype: 'uint8' as const, data: Uint8Array.of(0, 1, 200, 255) };
    expect(lanesOf(x(i32), bytes)).toEqual([0, 1, 200, 255]);
    expect(lanesOf(unary('toFloat', x(i32), 'f32'), bytes)).toEqual([0, 1, 200, 255]);
    const bools = { dtype: 'bool' as const, data: bytes.data };
    expect(lanesOf(unary('maskToInt', x(mask), 'i32'), bools)).toEqual([0, 1, 1, 1]);
    expect(lanesOf(select(x(mask), num(2), num(-1)), bools)).toEqual([-1, 2, 2, 2]);
  });

  test('a store converts to the dtype of its buffer', () => {
    const program = kernelProgram(
      [buffer('bytes', 'uint8', 2, asOutput(0)), buffer('flags', 'bool', 2, asOutput(1))],
      [[kernel([store(0, at(0), 2, num(300, i32)), store(1, at(0), 2, num(1, mask))])]],
    );
    expect(interpret(program, [], { lanes })).toEqual([Uint8Array.of(44, 44), Uint8Array.of(1, 1)]);
  });

  test('float32 arithmetic rounds after every operation', () => {
    const a = Math.fround(0.1);
    const sum = Math.fround(a + Math.fround(0.2));
    const expr = binary('mul', binary('add', x(), num(0.2)), x());
    expect(lanesOf(expr, floats(a, a, a, a))[0]).toBe(Math.fround(sum * a));
    // In doubles the 1 would survive.
    expect(lanesOf(binary('sub', binary('add', x(), num(1)), x()), floats(16777216, 0, 0, 0))[0]).toBe(0);
  });

  test.each<[Parameters<typeof binary>[0], number[]]>([
    ['add', [8, NaN, -0.5, Infinity]],
    ['sub', [4, NaN, -1.5, Infinity]],
    ['mul', [12, NaN, -0.5, Infinity]],
    ['div', [3, NaN, -2, Infinity]],
    ['max', [6, NaN, 0.5, Infinity]],
    ['min', [2, NaN, -1, 1]],
    ['pmax', [6, NaN, 0.5, Infinity]],
    ['pmin', [2, NaN, -1, 1]],
  ])('%s of floats', (op, expected) => {
    expect(lanesOf(binary(op, x(), y()), floats(6, NaN, -1, Infinity), floats(2, 1, 0.5, 1))).toEqual(expected);
  });

  test('scale multiplies by a power of two and rounds once', () => {
    const powers = floats(3, -150, 130, -149);
    expect(lanesOf(binary('scale', x(), y()), floats(1.5, 1.25, 1, 1.5), powers)).toEqual([
      12,
      2 ** -149,
      Infinity,
      2 ** -148,
    ]);
  });

  test('pmax and pmin give the first operand when either is NaN', () => {
    expect(lanesOf(binary('pmax', x(), y()), floats(1, NaN, 1, 2), floats(NaN, 1, 2, 1))).toEqual([1, NaN, 2, 2]);
    expect(lanesOf(binary('pmin', x(), y()), floats(1, NaN, 1, 2), floats(NaN, 1, 2, 1))).toEqual([1, NaN, 1, 1]);
  });

  test.each<[Parameters<typeof binary>[0], number[]]>([
    ['add', [-2147483648, -4, 5, -2147483648]],
    ['sub', [2147483646, -10, 5, -2147483648]],
    ['mul', [2147483647, -21, 0, 0]],
    ['intDiv', [2147483647, -2, 0, 0]],
    ['max', [2147483647, 3, 5, 0]],
    ['min', [1, -7, 0, -2147483648]],
    ['and', [1, 1, 0, 0]],
    ['or', [2147483647, -5, 5, -2147483648]],
    ['xor', [2147483646, -6, 5, -2147483648]],
  ])('%s of integers', (op, expected) => {
    const [a, b] = [ints(2147483647, -7, 5, -2147483648), ints(1, 3, 0, 0)];
    expect(lanesOf(binary(op, x(i32), y(i32)), a, b)).toEqual(expected);
  });

  test('products of integers are exact modulo 2^32', () => {
    const [a, b] = [ints(123456789, -2147483648, 65536, -1), ints(987654321, -1, 65536, -1)];
    expect(lanesOf(binary('mul', x(i32), y(i32)), a, b)).toEqual([-67153019, -2147483648, 0, 1]);
    expect(lanesOf(binary('intDiv', x(i32), y(i32)), a, b)[1]).toBe(-2147483648);
  });

  test.each<[Parameters<typeof binary>[0], number[]]>([
    ['equal', [0, 1, 0, 0]],
    ['notEqual', [1, 0, 1, 1]],
    ['less', [1, 0, 0, 0]],
    ['lessEqual', [1, 1, 0, 0]],
    ['greater', [0, 0, 1, 0]],
    ['greaterEqual', [0, 1, 1, 0]],
  ])('%s makes a mask', (op, expected) => {
    expect(lanesOf(binary(op, x(), y(), 'mask'), floats(1, 2, 3, NaN), floats(2, 2, 2, 2))).toEqual(expected);
  });

  test('masks combine', () => {
    const [a, b] = [binary('less', x(), num(3), 'mask'), binary('less', num(1), x(), 'mask')];
    const data = floats(1, 2, 3, 4);
    expect(lanesOf(binary('and', a, b), data)).toEqual([0, 1, 0, 0]);
    expect(lanesOf(binary('or', a, b), data)).toEqual([1, 1, 1, 1]);
    expect(lanesOf(binary('xor', a, b), data)).toEqual([1, 0, 1, 1]);
    expect(lanesOf(unary('not', a), data)).toEqual([0, 0, 1, 1]);
  });

  test.each<[Parameters<typeof unary>[0], number[]]>([
    ['neg', [-6.25, 2.5, -0, NaN]],
    ['abs', [6.25, 2.5, 0, NaN]],
    ['sqrt', [2.5, NaN, 0, NaN]],
    ['floor', [6, -3, 0, NaN]],
    ['ceil', [7, -2, 0, NaN]],
    ['nearest', [6, -2, 0, NaN]],
  ])('%s of floats', (op, expected) => {
    expect(lanesOf(unary(op, x()), floats(6.25, -2.5, 0, NaN))).toEqual(expected);
  });

  test('conversions between floats, integers and their bits', () => {
    expect(lanesOf(unary('toInt', x(), 'i32'), floats(-2.9, 3e9, NaN, -Infinity))).toEqual([
      -2, 2147483647, 0, -2147483648,
    ]);
    expect(lanesOf(unary('toFloat', x(i32), 'f32'), ints(16777217, -1, 0, 5))).toEqual([16777216, -1, 0, 5]);
    expect(lanesOf(unary('bitsToInt', x(), 'i32'), floats(1, -1, 0, -0))).toEqual([
      0x3f800000, -1082130432, 0, -2147483648,
    ]);
    expect(lanesOf(unary('bitsToFloat', x(i32), 'f32'), ints(0x40490fdb, 0, 1, -2147483648))).toEqual([
      Math.fround(Math.PI),
      0,
      2 ** -149,
      -0,
    ]);
  });

  test('shifts', () => {
    const shift = (op: 'shiftLeft' | 'shiftRightLogical' | 'shiftRightArithmetic', bits: number): number[] =>
      lanesOf({ kind: 'shift', op, value: x(i32), bits, type: i32 }, ints(-8, 3, 0x40000000, -1));
    expect(shift('shiftLeft', 1)).toEqual([-16, 6, -2147483648, -2]);
    expect(shift('shiftRightLogical', 1)).toEqual([2147483644, 1, 0x20000000, 2147483647]);
    expect(shift('shiftRightArithmetic', 2)).toEqual([-2, 0, 0x10000000, -1]);
    expect(shift('shiftRightLogical', 0)).toEqual([-8, 3, 0x40000000, -1]);
  });

  test('lane numbers and splat', () => {
    expect(lanesOf(laneNumbers(3))).toEqual([0, 3, 6, 9]);
    expect(lanesOf(splat(scalarLoad(1, at(1))), floats(5, 7))).toEqual([7, 7, 7, 7]);
  });

  test('horizontal combines the halves, then the halves of those', () => {
    const horizontal = (op: 'add' | 'mul' | 'max' | 'min', value: KernelExpr): KernelExpr => ({
      kind: 'horizontal',
      op,
      value,
      type: { ...value.type, vector: false },
    });
    // (big + -big) + (1 + 1); one after the other would lose a 1.
    expect(lanesOf(horizontal('add', x()), floats(16777216, 1, -16777216, 1))).toEqual([2]);
    expect(lanesOf(horizontal('max', x()), floats(1, NaN, 3, 2))).toEqual([NaN]);
    expect(lanesOf(horizontal('min', x(i32)), ints(4, -2, 7, 0))).toEqual([-2]);
    expect(lanesOf(horizontal('mul', x(i32)), ints(65537, 65537, 3, 1))).toEqual([393219]);
  });

  test('one lane as a scalar', () => {
    expect(lanesOf({ kind: 'lane', value: x(), lane: 2, type: scalarF32 }, floats(1, 2, 3, 4))).toEqual([3]);
  });
});

describe('the checks of interpret', () => {
  test('an index outside is named with its kernel, buffer and position', () => {
    const index = load(2, at(0), lanes, i32);
    const gathered = gatherLanes(1, at(0), index);
    expect(() => lanesOf(gathered, floats(1, 2), ints(0, 1, 5, 0))).toThrow(
      'kernel sample: element 5 of buffer x0 is accessed, it has 2',
    );
    expect(() => lanesOf(gathered, floats(1, 2), ints(0, -1, 0, 0))).toThrow('element -1 of buffer x0');
    // Lanes beyond the count touch nothing.
    expect(lanesOf(gatherLanes(1, at(0), index, 1, 2), floats(1, 2), ints(1, 0, 99, 99))).toEqual([2, 1, 0, 0]);
  });

  const out = buffer('out', 'float32', 4, asOutput(0));
  const state = buffer('state', 'float32', 4, asParameter(0));

  test('two chunks that write one element conflict', () => {
    const program = kernelProgram([out], [[kernel([store(0, at(0, ['chunk', 1]), 2, num(1))], { chunks: 3 })]]);
    expect(() => interpret(program, [], { lanes })).toThrow(
      'kernel sample: chunk 1 writes element 1 of buffer out, which chunk 0 of kernel sample writes',
    );
  });

  test('a chunk that reads what another writes conflicts, in either order', () => {
    const body = [store(0, at(0, ['chunk', 1]), 1, scalarLoad(0, at(1, ['chunk', 1])))];
    const program = kernelProgram([state], [[kernel(body, { chunks: 3 })]]);
    const run = (order: (chunks: readonly Chunk[]) => readonly Chunk[]) => (): unknown =>
      interpret(program, [new Float32Array(4)], { lanes, order });
    expect(run((chunks) => chunks)).toThrow(
      'chunk 1 writes element 1 of buffer state, which chunk 0 of kernel sample reads',
    );
    expect(run((chunks) => chunks.toReversed())).toThrow(
      'chunk 1 reads element 2 of buffer state, which chunk 2 of kernel sample writes',
    );
  });

  test('an element that several chunks read cannot be written by another kernel of the phase', () => {
    const read = kernel([store(1, at(0, ['chunk', 1]), 1, scalarLoad(0, at(0)))], { name: 'read', chunks: 3 });
    const write = kernel([store(0, at(0), 1, num(1, scalarF32))], { name: 'write' });
    expect(() => interpret(kernelProgram([state, out], [[read, write]]), [new Float32Array(4)], { lanes })).toThrow(
      'kernel write: chunk 0 writes element 0 of buffer state, which several other chunks of its phase reads',
    );
    const inPhases = kernelProgram([state, out], [[read], [write]]);
    expect(interpret(inPhases, [new Float32Array(4)], { lanes })).toEqual([Float32Array.of(0, 0, 0, NaN)]);
  });

  test('temporaries that overlap conflict as the bytes they are', () => {
    const program = kernelProgram(
      [buffer('first', 'float32', 2, asTemporary(0)), buffer('second', 'uint8', 4, asTemporary(6))],
      [
        [
          kernel([store(0, at(1), 1, num(1, scalarF32))], { name: 'one' }),
          kernel([store(1, at(1), 1, num(1, scalarI32))], { name: 'two' }),
        ],
      ],
      16,
    );
    expect(() => interpret(program, [], { lanes })).toThrow('kernel two: chunk 0 writes element 1 of buffer second');
  });

  test('an order must hold every chunk once', () => {
    const program = kernelProgram([out], [[kernel([store(0, at(0, ['chunk', 1]), 1, num(1))], { chunks: 2 })]]);
    expect(() => interpret(program, [], { lanes, order: (chunks) => [chunks[0]!, chunks[0]!] })).toThrow(
      'expected an order of 2 chunks',
    );
  });

  test('parameters must be as the buffers say', () => {
    const program = kernelProgram([state], [[]]);
    expect(() => interpret(program, [], { lanes })).toThrow('expected 1 parameters, received 0');
    expect(() => interpret(program, [new Int32Array(4)], { lanes })).toThrow('received a Int32Array of 4');
    expect(() => interpret(program, [new Float32Array(3)], { lanes })).toThrow('expected 4 elements of float32');
  });

  test('lanes are a power of two', () => {
    expect(() => interpret(kernelProgram([], []), [], { lanes: 6 })).toThrow('power of two');
  });
});
