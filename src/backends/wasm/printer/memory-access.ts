// Prints loads and stores of 32-bit and of byte elements: whole vectors, parts of them and single elements. No access
// touches memory beyond the elements it counts.
import { InternalError } from '../../../base/errors.js';
import type { DType } from '../../../base/dtype.js';
import type { LaneType, ValueType } from '../../../ir/kernel.js';
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { StoreLaneOp } from '../encoder/opcodes.js';

/** Pushes the address of an access less the immediate offset, in bytes, which it returns. */
export type PushAddress = () => number;

/** How elements of a dtype lie in memory, and the lanes that hold them. */
interface Layout {
  readonly bytes: 1 | 4;
  readonly lane: LaneType;
}

const layouts: { readonly [D in DType]: Layout | undefined } = {
  float32: { bytes: 4, lane: 'f32' },
  int32: { bytes: 4, lane: 'i32' },
  uint8: { bytes: 1, lane: 'i32' },
  bool: { bytes: 1, lane: 'mask' },
  float64: undefined,
};

/** @throws InternalError if values of the type do not hold elements of the dtype. */
function layoutOf(dtype: DType, { lane }: ValueType): Layout {
  const layout = layouts[dtype];
  if (layout?.lane === lane) return layout;
  throw new InternalError(`kernel memory: elements of ${dtype} cannot be loaded or stored as ${lane}.`);
}

/** Loads one element as a scalar. */
export function writeScalarLoad(code: FunctionBuilder, dtype: DType, type: ValueType, push: PushAddress): void {
  const { bytes, lane } = layoutOf(dtype, type);
  const offset = push();
  if (bytes === 1) code.load('i32.load8_u', offset);
  else code.load(lane === 'f32' ? 'f32.load' : 'i32.load', offset);
  if (lane === 'mask') code.i32Const(0).op('i32.ne');
}

/** Whether one load can put an element into every lane. */
export function canLoadSplat(dtype: DType): boolean {
  return layouts[dtype]?.bytes === 4;
}

/** Loads one element of 4 bytes into every lane. */
export function writeSplatLoad(code: FunctionBuilder, push: PushAddress): void {
  const offset = push();
  code.load('v128.load32_splat', offset);
}

/** Loads `count` consecutive elements into the first lanes; the others are 0. */
export function writeVectorLoad(
  code: FunctionBuilder,
  dtype: DType,
  type: ValueType,
  count: number,
  push: PushAddress,
): void {
  const { bytes, lane } = layoutOf(dtype, type);
  if (bytes === 4) writeWordsLoad(code, count, push);
  else {
    writeBytesLoad(code, count, push);
    writeWidening(code, lane);
  }
}

function writeWordsLoad(code: FunctionBuilder, count: number, push: PushAddress): void {
  // The third lane's address waits below the vector that it is loaded into.
  const lastOffset = count === 3 ? push() + 8 : 0;
  const offset = push();
  code.load(count === 4 ? 'v128.load' : count === 1 ? 'v128.load32_zero' : 'v128.load64_zero', offset);
  if (count === 3) code.loadLane('v128.load32_lane', lastOffset, 2);
}

function writeBytesLoad(code: FunctionBuilder, count: number, push: PushAddress): void {
  if (count === 4) {
    const offset = push();
    code.load('v128.load32_zero', offset);
    return;
  }
  const lastOffset = count === 3 ? push() + 2 : 0;
  const offset = push();
  code.i32x4Const(0, 0, 0, 0);
  code.loadLane(count === 1 ? 'v128.load8_lane' : 'v128.load16_lane', offset, 0);
  if (count === 3) code.loadLane('v128.load8_lane', lastOffset, 2);
}

/** Loads an element from an address of its own into each of the first lanes; the others are 0. */
export function writeLaneLoads(
  code: FunctionBuilder,
  dtype: DType,
  type: ValueType,
  pushes: readonly PushAddress[],
): void {
  const { bytes, lane } = layoutOf(dtype, type);
  // The addresses of the later lanes wait below the vector.
  const offsets = pushes.map(() => 0);
  for (let index = pushes.length - 1; index >= 0; index--) offsets[index] = pushes[index]!();
  if (bytes === 1) code.i32x4Const(0, 0, 0, 0);
  offsets.forEach((offset, index) => {
    if (bytes === 1) code.loadLane('v128.load8_lane', offset, index);
    else if (index === 0) code.load('v128.load32_zero', offset);
    else code.loadLane('v128.load32_lane', offset, index);
  });
  if (bytes === 1) writeWidening(code, lane);
}

/** The first four bytes of a vector become its lanes: as numbers, or as a mask of what is not 0. */
function writeWidening(code: FunctionBuilder, lane: LaneType): void {
  code.op('i16x8.extend_low_i8x16_u').op('i32x4.extend_low_i16x8_u');
  if (lane === 'mask') code.i32x4Const(0, 0, 0, 0).op('i32x4.ne');
}

/** Stores a scalar as one element. */
export function writeScalarStore(
  code: FunctionBuilder,
  dtype: DType,
  type: ValueType,
  push: PushAddress,
  pushValue: () => void,
): void {
  const { bytes, lane } = layoutOf(dtype, type);
  const offset = push();
  pushValue();
  code.store(bytes === 1 ? 'i32.store8' : lane === 'f32' ? 'f32.store' : 'i32.store', offset);
}

/** Stores the first `count` lanes of a vector as consecutive elements; bytes take the low 8 bits. */
export function writeVectorStore(
  code: FunctionBuilder,
  dtype: DType,
  type: ValueType,
  count: number,
  push: PushAddress,
  pushValue: () => void,
): void {
  const { bytes, lane } = layoutOf(dtype, type);
  if (bytes === 4 && count === 4) {
    const offset = push();
    pushValue();
    code.store('v128.store', offset);
    return;
  }
  const value = code.local('v128');
  pushValue();
  if (bytes === 1) writeNarrowing(code, lane);
  code.set(value);
  // Two pieces at most: a whole, a half or a quarter of the four elements, and for three the last of them.
  const wholeAndParts = bytes === 4 ? wordStores : byteStores;
  const piece = (op: StoreLaneOp, element: number): void => {
    const offset = push() + element * bytes;
    code.get(value).storeLane(op, offset, op === wholeAndParts.one ? element : 0);
  };
  if (count === 4) piece(byteStores.four, 0);
  else if (count === 1) piece(wholeAndParts.one, 0);
  else piece(wholeAndParts.two, 0);
  if (count === 3) piece(wholeAndParts.one, 2);
  code.release(value);
}

const wordStores = { one: 'v128.store32_lane', two: 'v128.store64_lane' } as const;
const byteStores = { one: 'v128.store8_lane', two: 'v128.store16_lane', four: 'v128.store32_lane' } as const;

/** The low byte of each lane goes to the first four bytes; the narrowing instructions would saturate. */
function writeNarrowing(code: FunctionBuilder, lane: LaneType): void {
  if (lane === 'mask') code.i32Const(31).op('i32x4.shr_u');
  const lanes = code.local('v128');
  code.tee(lanes).get(lanes).release(lanes);
  code.shuffle([0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]);
}
