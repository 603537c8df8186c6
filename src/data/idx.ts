// The IDX format of the MNIST database: bytes to an NDArray and back. A damaged file is refused with what is wrong.
// Layout: two zero bytes, a type code, the rank, each size as a big-endian uint32, the elements big-endian in row-major
// order (LeCun, Cortes and Burges, "The MNIST database of handwritten digits").
import { allocate, bytesPerElement, type DType } from '../base/dtype.js';
import { DataError, DTypeError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';

const dtypeOfCode: ReadonlyMap<number, 'uint8' | 'int32' | 'float32'> = new Map([
  [0x08, 'uint8'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
]);

const unreadCodes: ReadonlyMap<number, string> = new Map([
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0e, 'float64'],
]);

const codeOfDType: { readonly [D in DType]?: number } = { uint8: 0x08, bool: 0x08, int32: 0x0c, float32: 0x0d };

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/**
 * Reads an IDX file of uint8, int32 or float32. Elements of uint8 are a view of `bytes`, not a copy.
 * @param name - What an error calls the file.
 * @throws DataError if the file is damaged, compressed or of another element type.
 */
export function readIdx(bytes: Uint8Array, name = 'IDX file'): NDArray {
  const fail = (what: string): never => {
    throw new DataError(`${name}: ${what}`);
  };
  if (bytes.length < 4) fail(`expected an IDX header of at least 4 bytes, received ${bytes.length} bytes.`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    fail('expected an IDX file, received one compressed by gzip. Unpack it first.');
  if (bytes[0] !== 0 || bytes[1] !== 0)
    fail(`expected an IDX file to begin with the magic bytes 0x00 0x00, received ${hex(bytes[0]!)} ${hex(bytes[1]!)}.`);
  const code = bytes[2]!;
  const dtype = dtypeOfCode.get(code);
  if (dtype === undefined) {
    const known = [...dtypeOfCode].map(([key, type]) => `${hex(key)} (${type})`).join(', ');
    const other = unreadCodes.get(code);
    return fail(`expected type code ${known}, received ${hex(code)}${other === undefined ? '' : ` (${other})`}.`);
  }
  const rank = bytes[3]!;
  if (rank === 0) fail('expected a rank of at least 1, received 0.');
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength)
    fail(`is truncated: expected a header of ${headerLength} bytes for rank ${rank}, received ${bytes.length} bytes.`);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // A product above 2^53 is inexact, but then it exceeds any file, which is all that is asked of it.
  const length = shape.reduce((product, size) => product * size, 1);
  const expected = headerLength + length * bytesPerElement(dtype);
  if (bytes.length !== expected) {
    const what = bytes.length < expected ? 'is truncated' : `has ${bytes.length - expected} trailing bytes`;
    fail(
      `${what}: expected ${expected} bytes for ${dtype} of shape ${formatShape(shape)}, received ${bytes.length} bytes.`,
    );
  }

  if (dtype === 'uint8') return { dtype, shape, data: bytes.subarray(headerLength) };
  const data = allocate(dtype, length);
  for (let index = 0, offset = headerLength; index < length; index++, offset += 4)
    data[index] = dtype === 'int32' ? view.getInt32(offset) : view.getFloat32(offset);
  return { dtype, shape, data };
}

/**
 * Writes an IDX file of uint8 (also from bool), int32 or float32.
 * @throws DTypeError for another dtype.
 * @throws DataError for an array of rank 0 or above 255, or a size above 2^32 - 1.
 */
export function writeIdx(array: NDArray): Uint8Array<ArrayBuffer> {
  const { dtype, shape, data } = array;
  const code = codeOfDType[dtype];
  if (code === undefined)
    throw new DTypeError(
      `writeIdx: expected an array of uint8, bool, int32 or float32, received ${dtype}. Cast it first.`,
    );
  if (shape.length === 0 || shape.length > 255 || shape.some((size) => size > 0xffffffff))
    throw new DataError(
      `writeIdx: expected 1 to 255 axes with sizes below 2^32, received shape ${formatShape(shape)}. Reshape the array first.`,
    );
  const headerLength = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerLength + data.length * bytesPerElement(dtype));
  const view = new DataView(bytes.buffer);
  bytes[2] = code;
  bytes[3] = shape.length;
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  if (data instanceof Uint8Array) bytes.set(data, headerLength);
  else
    for (let index = 0, offset = headerLength; index < data.length; index++, offset += 4) {
      if (dtype === 'int32') view.setInt32(offset, data[index]!);
      else view.setFloat32(offset, data[index]!);
    }
  return bytes;
}
