// The element types and the typed array that holds each.
import { DTypeError } from './errors.js';

export const dtypes = ['float32', 'float64', 'int32', 'uint8', 'bool'] as const;

/** An element type. `bool` is stored as bytes 0 and 1. `float64` runs on the reference backend alone. */
export type DType = (typeof dtypes)[number];

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The typed array that stores a dtype. */
export interface ArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Bytes that one element takes. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** A zero-filled typed array of `length` elements of `dtype`. */
export function allocate<D extends DType>(dtype: D, length: number): ArrayOf[D] {
  return new constructors[dtype](length) as ArrayOf[D];
}

/** A view of `dtype` over bytes of `buffer`. */
export function viewOf<D extends DType>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): ArrayOf[D] {
  // The constructors' types differ in their overloads; all of them take a shared buffer too.
  return new constructors[dtype](buffer as ArrayBuffer, byteOffset, length) as ArrayOf[D];
}

/** The dtype that a typed array holds. @throws DTypeError for a typed array that Nacre does not take. */
export function dtypeOf(array: ArrayBufferView): Exclude<DType, 'bool'> {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8';
  throw new DTypeError(
    `Expected a Float32Array, Float64Array, Int32Array or Uint8Array, received ${array.constructor.name}. Convert it first, for example with Float32Array.from(array).`,
  );
}

export function isFloat(dtype: DType): dtype is 'float32' | 'float64' {
  return dtype === 'float32' || dtype === 'float64';
}

const promotionOrder: readonly DType[] = ['bool', 'uint8', 'int32', 'float32', 'float64'];

/** The dtype that holds the result of an operation on `a` and `b`: the later of bool, uint8, int32, float32, float64. */
export function promote(a: DType, b: DType): DType {
  return promotionOrder[Math.max(promotionOrder.indexOf(a), promotionOrder.indexOf(b))]!;
}
