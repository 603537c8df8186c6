import { describe, expect, test } from 'vitest';
import {
  asOutput,
  asParameter,
  at,
  binary,
  buffer,
  f32,
  gatherLanes,
  i32,
  kernel,
  kernelProgram,
  load,
  mask,
  num,
  scalarLoad,
  splat,
  store,
} from '../../../../tests/support/kernels.js';
import { expectSameBits } from '../../../../tests/support/bits.js';
import { instantiate, PrintedMemory, runPrinted } from '../../../../tests/support/printed-kernels.js';
import { allocate, bytesPerElement, type DType, type TypedArray } from '../../../base/dtype.js';
import { InternalError } from '../../../base/errors.js';
import { interpret } from '../../../ir/interpret.js';
import type { KernelExpr, LaneType, ValueType } from '../../../ir/kernel.js';
import { printProgram } from './print-program.js';

type KernelDType = Exclude<DType, 'float64'>;
const dtypes: readonly KernelDType[] = ['float32', 'int32', 'uint8', 'bool'];
const typeOf: { readonly [D in KernelDType]: ValueType } = { float32: f32, int32: i32, uint8: i32, bool: mask };
const storedAs: { readonly [Lane in LaneType]: DType } = { f32: 'float32', i32: 'int32', mask: 'bool' };

const scalarOf = ({ lane }: ValueType): ValueType => ({ lane, vector: false });

/** Distinct values, with those at the edges of the type. */
function valuesOf(dtype: DType, length: number): TypedArray {
  const array = allocate(dtype, length);
  for (let index = 0; index < length; index++) {
    array[index] =
      dtype === 'float32'
        ? index + 0.5
        : dtype === 'int32'
          ? index * 1e8 - 7
          : dtype === 'bool'
            ? index % 3
            : 255 - index;
  }
  return array;
}

/** Stores one value, of `count` lanes, and gives what the interpreter and the printed program make of it. */
function expectStored(
  value: KernelExpr,
  dtype: DType,
  data: TypedArray,
  what: string,
  count = value.type.vector ? 4 : 1,
): void {
  const program = kernelProgram(
    [
      buffer('result', storedAs[value.type.lane], count, asOutput(0)),
      buffer('data', dtype, data.length, asParameter(0)),
    ],
    [[kernel([store(0, at(0), count, value)])]],
  );
  expectSameBits(runPrinted(program, [data]).outputs, interpret(program, [data], { lanes: 4 }), what);
}

/** As many elements as fill 64 bytes. */
const lengthOf = (dtype: DType): number => 64 / bytesPerElement(dtype);

describe.each(dtypes)('loads of %s', (dtype) => {
  const type = typeOf[dtype];
  const data = valuesOf(dtype, lengthOf(dtype));

  test('1 to 4 consecutive elements fill the first lanes, and the others are 0', () => {
    for (const count of [1, 2, 3, 4]) expectStored(load(1, at(5), count, type), dtype, data, `${count} elements`);
  });

  test('elements with a stride, forwards, backwards and again and again', () => {
    for (const stride of [2, 3, 0, -1, -3]) {
      for (const count of [1, 2, 3, 4]) {
        expectStored(load(1, at(9 + (stride < 0 ? 6 : -6)), count, type, stride), dtype, data, `${count} by ${stride}`);
      }
    }
  });

  test('elements gathered from anywhere', () => {
    for (const [scale, offset] of [
      [1, 0],
      [2, 1],
      [-1, 9],
      [-3, 12],
    ] as const) {
      for (const count of [1, 2, 3, 4]) {
        const index = binary('sub', num(3, i32), { kind: 'laneNumbers', step: 1, type: i32 });
        expectStored(gatherLanes(1, at(offset), index, scale, count, type), dtype, data, `${count} by ${scale}`);
      }
    }
  });

  test('one element as a scalar, and that in every lane', () => {
    for (const element of [0, 1, 2, 7]) {
      expectStored(scalarLoad(1, at(element), scalarOf(type)), dtype, data, `element ${element}`);
      expectStored(splat(scalarLoad(1, at(element), scalarOf(type))), dtype, data, `splat of element ${element}`);
    }
  });

  test('never touch memory beyond the elements they count', () => {
    // The result comes first here, so that the data ends where the memory ends.
    const last = lengthOf(dtype) - 1;
    const accesses = [
      ...[1, 2, 3, 4].map((count) => load(1, at(last + 1 - count), count, type)),
      ...[2, 3, 4].map((count) => load(1, at(last - 2 * (count - 1)), count, type, 2)),
      load(1, at(last), 4, type, 0),
      gatherLanes(1, at(last), num(0, i32), 1, 1, type),
      splat(scalarLoad(1, at(last), scalarOf(type))),
    ];
    for (const access of accesses) {
      const program = kernelProgram(
        [buffer('result', storedAs[type.lane], 4, asParameter(0)), buffer('data', dtype, last + 1, asParameter(1))],
        [[kernel([store(0, at(0), 4, access)])]],
      );
      const parameters = [allocate(storedAs[type.lane], 4), data];
      const memory = new PrintedMemory(program, parameters);
      expect(memory.endOfLast()).toBe(memory.bytes.length);
      instantiate(program, memory.memory)(0, 1, 1, memory.table, memory.control);
      interpret(program, parameters, { lanes: 4 });
      expectSameBits(memory.parameters(), parameters);
    }
  });
});

describe.each(dtypes)('stores of %s', (dtype) => {
  const type = typeOf[dtype];

  /** Stores to element 2 of an output; `runPrinted` sees to it that nothing else in memory changes. */
  const expectSameStore = (value: KernelExpr, source: DType, data: TypedArray, count: number): void => {
    const program = kernelProgram(
      [buffer('result', dtype, 6, asOutput(0)), buffer('data', source, data.length, asParameter(0))],
      [[kernel([store(0, at(2), count, value)])]],
    );
    const expected = interpret(program, [data], { lanes: 4 });
    expectSameBits(runPrinted(program, [data]).outputs, expected, `${count} elements`);
  };

  test('1 to 4 elements, and no others', () => {
    const data = valuesOf(dtype, 8);
    for (const count of [1, 2, 3, 4]) expectSameStore(load(1, at(1), 4, type), dtype, data, count);
    expectSameStore(scalarLoad(1, at(1), scalarOf(type)), dtype, data, 1);
  });

  if (dtype === 'uint8') {
    test('take the low 8 bits of integers', () => {
      const data = Int32Array.of(-1, 256, 511, -128, 70000, -(2 ** 31), 2 ** 31 - 1, 65535);
      for (const start of [0, 4]) {
        for (const count of [1, 2, 3, 4]) expectSameStore(load(1, at(start), 4, i32), 'int32', data, count);
        expectSameStore(scalarLoad(1, at(start), scalarOf(i32)), 'int32', data, 1);
      }
    });
  }
});

test('elements that lanes of the type do not hold are an error that names both', () => {
  const program = kernelProgram(
    [buffer('result', 'float32', 4, asOutput(0)), buffer('data', 'uint8', 4, asParameter(0))],
    [[kernel([store(0, at(0), 4, load(1, at(0), 4, f32))])]],
  );
  expect(() => printProgram(program, { shared: false })).toThrow(InternalError);
  expect(() => printProgram(program, { shared: false })).toThrow('elements of uint8 cannot be loaded or stored as f32');
});
