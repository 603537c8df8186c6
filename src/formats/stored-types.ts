// Numbers as files store them, little-endian, as the arrays that Nacre has: half precision becomes float32, whole numbers
// of other sizes int32 where they fit.
import { bytesPerElement, viewOf, type DType, type TypedArray } from '../base/dtype.js';
import { DataError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';

/** An element type of a file: its size, and how its bytes become an array. */
export interface StoredType {
  readonly byteLength: number;
  /** Whether what is read is a copy in any case. */
  readonly isConverted: boolean;
  readonly read: (bytes: Uint8Array, count: number) => Pick<NDArray, 'dtype' | 'data'>;
}

function plain(dtype: DType): StoredType {
  return {
    byteLength: bytesPerElement(dtype),
    isConverted: false,
    read: (bytes, count) => ({ dtype, data: viewOf(dtype, bytes.buffer, bytes.byteOffset, count) }),
  };
}

/** A type that Nacre does not have: each element is converted to `dtype`. */
export function converted(
  dtype: 'float32' | 'int32',
  byteLength: number,
  element: (view: DataView, at: number) => number,
): StoredType {
  return {
    byteLength,
    isConverted: true,
    read: (bytes, count) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const data: TypedArray = dtype === 'float32' ? new Float32Array(count) : new Int32Array(count);
      for (let i = 0; i < count; i++) data[i] = element(view, i * byteLength);
      return { dtype, data };
    },
  };
}

function fitting(value: number | bigint): number {
  const whole = Number(value);
  if (whole !== (whole | 0)) throw new DataError(`the value ${value} does not fit into int32`);
  return whole;
}

const bits = new DataView(new ArrayBuffer(4));

export function bfloat16(value: number): number {
  bits.setUint32(0, value << 16);
  return bits.getFloat32(0);
}

/** IEEE 754 half precision. */
export function half(value: number): number {
  const sign = value & 0x8000 ? -1 : 1;
  const exponent = (value >> 10) & 31;
  const fraction = value & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** By the names that safetensors has for them. */
export const storedTypes: Readonly<Record<string, StoredType>> = {
  F32: plain('float32'),
  F64: plain('float64'),
  I32: plain('int32'),
  U8: plain('uint8'),
  BOOL: plain('bool'),
  F16: converted('float32', 2, (view, at) => half(view.getUint16(at, true))),
  BF16: converted('float32', 2, (view, at) => bfloat16(view.getUint16(at, true))),
  I8: converted('int32', 1, (view, at) => view.getInt8(at)),
  I16: converted('int32', 2, (view, at) => view.getInt16(at, true)),
  U16: converted('int32', 2, (view, at) => view.getUint16(at, true)),
  U32: converted('int32', 4, (view, at) => fitting(view.getUint32(at, true))),
  I64: converted('int32', 8, (view, at) => fitting(view.getBigInt64(at, true))),
  U64: converted('int32', 8, (view, at) => fitting(view.getBigUint64(at, true))),
};
