import { describe, expect, test } from 'vitest';
import { ndarray } from '../base/ndarray.js';
import { readIdx, writeIdx } from './idx.js';

/** A header as the format has it: two zeros, type, rank, sizes. */
function header(type: number, sizes: readonly number[]): number[] {
  return [
    0,
    0,
    type,
    sizes.length,
    ...sizes.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]),
  ];
}

describe('readIdx', () => {
  test('reads uint8 as a view of the file', () => {
    const bytes = Uint8Array.of(...header(0x08, [2, 3]), 1, 2, 3, 4, 5, 255);
    const array = readIdx(bytes);
    expect(array).toEqual({ dtype: 'uint8', shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
    expect(array.data.buffer).toBe(bytes.buffer);
  });

  test('reads int32 and float32 with the most significant byte first', () => {
    const integers = Uint8Array.of(...header(0x0c, [2]), 0, 0, 1, 2, 255, 255, 255, 254);
    expect(readIdx(integers)).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(258, -2) });
    // 0x3fc00000 is 1.5 and 0xc1200000 is -10.
    const floats = Uint8Array.of(...header(0x0d, [2, 1]), 0x3f, 0xc0, 0, 0, 0xc1, 0x20, 0, 0);
    expect(readIdx(floats)).toEqual({ dtype: 'float32', shape: [2, 1], data: Float32Array.of(1.5, -10) });
  });

  test('reads a file that begins in the middle of its buffer', () => {
    const bytes = Uint8Array.of(9, 9, 9, ...header(0x0c, [1]), 0, 0, 0, 7);
    expect(readIdx(bytes.subarray(3)).data).toEqual(Int32Array.of(7));
  });

  test('reads an array without elements', () => {
    expect(readIdx(Uint8Array.of(...header(0x08, [0, 28])))).toEqual({
      dtype: 'uint8',
      shape: [0, 28],
      data: new Uint8Array(0),
    });
  });

  const damaged: readonly [what: string, bytes: readonly number[], message: string][] = [
    ['nothing at all', [], 'a.idx: expected an IDX header of at least 4 bytes, received 0 bytes.'],
    ['part of the magic', [0, 0, 8], 'expected an IDX header of at least 4 bytes, received 3 bytes.'],
    [
      'a page of HTML',
      [0x3c, 0x21, 0x44, 0x4f],
      'expected an IDX file to begin with the magic bytes 0x00 0x00, received 0x3c 0x21.',
    ],
    ['a gzip file', [0x1f, 0x8b, 8, 0], 'expected an IDX file, received one compressed by gzip. Unpack it first.'],
    [
      'int16',
      header(0x0b, [0]),
      'expected type code 0x08 (uint8), 0x0c (int32), 0x0d (float32), received 0x0b (int16).',
    ],
    ['float64', header(0x0e, [0]), 'received 0x0e (float64).'],
    ['an unknown type', header(0x0a, [0]), '0x0d (float32), received 0x0a.'],
    ['rank 0', [0, 0, 8, 0, 5], 'expected a rank of at least 1, received 0.'],
    [
      'part of the sizes',
      [0, 0, 8, 3, 0, 0, 0, 1],
      'is truncated: expected a header of 16 bytes for rank 3, received 8 bytes.',
    ],
    [
      'missing elements',
      [...header(0x0c, [3]), 0, 0, 0, 1, 0],
      'is truncated: expected 20 bytes for int32 of shape [3], received 13 bytes.',
    ],
    [
      'trailing bytes',
      [...header(0x08, [2]), 1, 2, 3, 4, 5],
      'has 3 trailing bytes: expected 10 bytes for uint8 of shape [2], received 13 bytes.',
    ],
    ['sizes beyond any file', header(0x08, Array<number>(9).fill(0xffffffff)), 'is truncated: expected '],
  ];
  test.each(damaged)('refuses %s', (_, bytes, message) => {
    expect(() => readIdx(Uint8Array.from(bytes), 'a.idx')).toThrow(
      expect.objectContaining({ name: 'DataError', message: expect.stringContaining(message) as string }),
    );
  });
});

describe('writeIdx', () => {
  test('writes what readIdx reads', () => {
    for (const array of [
      ndarray(Uint8Array.of(0, 127, 255, 1), [2, 2]),
      ndarray(Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0), [3, 1]),
      ndarray(Float32Array.of(0.1, -Infinity, 1e-45), [1, 3]),
      ndarray(new Float32Array(0), [4, 0, 2]),
    ])
      expect(readIdx(writeIdx(array))).toEqual(array);
  });

  test('writes the bytes that the format prescribes', () => {
    expect(writeIdx(ndarray(Int32Array.of(-2), [1]))).toEqual(
      Uint8Array.of(0, 0, 0x0c, 1, 0, 0, 0, 1, 255, 255, 255, 254),
    );
  });

  test('writes bool as uint8', () => {
    expect(readIdx(writeIdx(ndarray(Uint8Array.of(1, 0), [2], 'bool')))).toEqual(ndarray(Uint8Array.of(1, 0)));
  });

  test('refuses float64 and scalars, naming the remedy', () => {
    expect(() => writeIdx(ndarray(Float64Array.of(1)))).toThrow(
      /expected an array of uint8.*received float64. Cast it first/,
    );
    expect(() => writeIdx(ndarray(Float32Array.of(1), []))).toThrow(/expected 1 to 255 axes.*received shape \[\]/);
  });
});
