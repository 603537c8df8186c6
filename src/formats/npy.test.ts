import { describe, expect, test } from 'vitest';
import { goldenArray, readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { DataError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { readNpy, writeNpy } from './npy.js';

interface Recorded {
  readonly arrays: readonly { readonly name: string; readonly file: string; readonly array: GoldenArray }[];
  readonly refused: readonly { readonly name: string; readonly file: string; readonly error: string }[];
}
const { arrays, refused } = readGolden('npz_files') as Recorded;
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(arrays.find((each) => each.name === name)!.file, 'base64'));

const failure = (bytes: Uint8Array): string => {
  let thrown: unknown;
  try {
    readNpy(bytes, "'x.npy'");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(DataError);
  return (thrown as DataError).message;
};

/** A file with this header text. */
const withHeader = (text: string, data: readonly number[] = []): Uint8Array =>
  Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    text.length & 255,
    text.length >> 8,
    ...new TextEncoder().encode(text),
    ...data,
  );

describe('readNpy', () => {
  test.each(arrays)('reads $name', ({ file, array }) => {
    const read = readNpy(Buffer.from(file, 'base64'), 'x');
    expect(read).toEqual(goldenArray(array));
    // toEqual takes -0 for 0.
    expect(Array.from(read.data, (value) => Object.is(value, -0))).toEqual(
      array.data.map((value) => Object.is(value, -0)),
    );
  });

  test.each(refused)('refuses $name', ({ file, error }) => {
    const message = failure(Buffer.from(file, 'base64'));
    expect(message).toContain(error);
    expect(message).toMatch(/^'x\.npy': /);
  });

  test('refuses what is cut off at any place, and what is too long', () => {
    const bytes = bytesOf('version 2');
    for (let length = 0; length < bytes.length; length++)
      expect(failure(bytes.subarray(0, length))).toMatch(/^'x\.npy'/);
    expect(failure(bytes.subarray(0, 150))).toContain(
      "expected 176 bytes for '<i4' of shape [3, 4], received 150. It is cut off.",
    );
    expect(failure(Uint8Array.of(...bytes, 0))).toContain('received 177. Something was added at its end.');
  });

  test('reads headers of other writers: keys in another order, other spaces, the integers of Python 2', () => {
    const expected = ndarray(Uint8Array.of(1, 2), [2, 1]);
    for (const text of [
      "{'shape': (2L, 1L), 'fortran_order': False, 'descr': '|u1'}\n",
      "{'fortran_order':False,'descr':'<u1','shape':(2,1,),}",
    ])
      expect(readNpy(withHeader(text, [1, 2]), 'x')).toEqual(expected);
  });

  test('refuses headers that NumPy does not write', () => {
    const header = (text: string): string => failure(withHeader(text));
    expect(header('')).toContain('its header: expected a dictionary, received ""');
    expect(header("{'descr': '<f4'}")).toContain("expected 'fortran_order' with True or False");
    expect(header("{'fortran_order': False, 'shape': (1,)}")).toContain("expected 'descr'");
    expect(header("{'descr': '<f4', 'fortran_order': False}")).toContain("expected 'shape' with a tuple");
    expect(header("{'descr': '<f4', 'descr': '<f4'}")).toContain('each once');
    expect(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': __import__('os')}")).toContain(
      'each once',
    );
    expect(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,,2)}")).toContain('whole numbers');
    expect(header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}")).toContain(
      'It is cut off.',
    );
    expect(header(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'1,'.repeat(65)})}`)).toContain(
      'at most 64 axes',
    );
    expect(header("{'descr': '<q9', 'fortran_order': False, 'shape': ()}")).toContain("received '<q9'");
    const long = bytesOf('version 2').slice();
    new DataView(long.buffer).setUint32(8, 2 ** 31, true);
    expect(failure(long)).toContain('expected a header of at most 65536 bytes, received 2147483648');
    long[6] = 9;
    expect(failure(long)).toContain('expected version 1, 2 or 3 of the .npy format, received 9');
  });
});

describe('writeNpy', () => {
  const same = ['<f4', '<f8', '<i4', '|u1', '|b1', 'a scalar', 'rank 1', 'empty', 'version 1'];
  test.each(arrays.filter(({ name }) => same.includes(name)))('writes $name as NumPy does', ({ file, array }) => {
    expect(Buffer.from(writeNpy(goldenArray(array))).toString('base64')).toBe(file);
  });

  test('writes a part of a longer buffer, and headers of any length', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(readNpy(writeNpy(ndarray(data)), 'x')).toEqual(ndarray(Float32Array.of(1, 2)));
    for (let rank = 0; rank <= 40; rank++) {
      const array: NDArray = ndarray(Int32Array.of(7), new Array<number>(rank).fill(1));
      const bytes = writeNpy(array);
      expect((bytes.length - 4) % 64).toBe(0);
      expect(readNpy(bytes, 'x')).toEqual(array);
    }
  });
});
