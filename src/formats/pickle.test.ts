import { describe, expect, test } from 'vitest';
import { goldenArray, readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { DataError } from '../base/errors.js';
import { PickledArray, readPickle, type Pickled } from './pickle.js';

interface Recorded {
  readonly pickles: readonly { readonly name: string; readonly file: string; readonly value: unknown }[];
  readonly refused: readonly { readonly name: string; readonly file: string; readonly error: string }[];
}
const { pickles, refused } = readGolden('dataset_files') as Recorded;

/** As JSON has it: bytes as lists, arrays as recorded ones. */
function plain(value: Pickled): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof Map)
    return Object.fromEntries(Array.from(value, ([key, item]) => [key, plain(item as Pickled)]));
  if (value instanceof PickledArray) return value.numbers ?? plain(value.objects!);
  return Array.isArray(value) ? value.map((item) => plain(item as Pickled)) : value;
}

const isArray = (value: unknown): value is GoldenArray =>
  typeof value === 'object' && value !== null && 'dtype' in value && 'data' in value;
const expectedOf = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((item: unknown) => (isArray(item) ? goldenArray(item) : item)) : value;

const failure = (bytes: Uint8Array): string => {
  let thrown: unknown;
  try {
    readPickle(bytes, "'x'");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(DataError);
  return (thrown as DataError).message;
};

describe('readPickle', () => {
  test.each(pickles)('reads $name', ({ file, value }) => {
    expect(plain(readPickle(Buffer.from(file, 'base64'), 'x'))).toEqual(expectedOf(value));
  });

  test.each(refused)('refuses $name', ({ file, error }) => {
    const message = failure(Buffer.from(file, 'base64'));
    expect(message).toContain(error);
    expect(message).toMatch(/^'x', byte \d+ of the pickle: /);
  });

  test('refuses what is cut off at any place', () => {
    for (const { file } of pickles) {
      const bytes = Buffer.from(file, 'base64');
      for (let length = 0; length < bytes.length; length++) expect(failure(bytes.subarray(0, length))).toContain("'x'");
    }
  });

  test('gives an error or other data for any wrong byte, and no other kind of error', () => {
    let [errors, others] = [0, 0];
    for (const { file } of pickles) {
      const bytes = new Uint8Array(Buffer.from(file, 'base64'));
      for (let position = 0; position < bytes.length; position++) {
        const damaged = bytes.slice();
        damaged[position]! ^= 1 << (position % 8);
        try {
          readPickle(damaged, 'x');
          others++;
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          errors++;
        }
      }
    }
    expect(errors).toBeGreaterThan(100);
    expect(others).toBeGreaterThan(100);
  });

  test('refuses instructions that lack what they work on', () => {
    const at = (...codes: number[]): string => failure(Uint8Array.of(0x80, 2, ...codes, 0x2e));
    expect(at()).toContain('expected a value');
    expect(at(0x65)).toContain('expected a mark');
    expect(at(0x4e, 0x28, 0x65)).toContain('expected a list to append to');
    expect(at(0x4e, 0x4e)).toContain('expected one value at the end, received several');
    expect(at(0x4e, 0x28, 0x85)).toContain('expected a value');
    expect(at(0x7d, 0x28, 0x4e, 0x75)).toContain('expected a value for each key');
    expect(at(0x7d, 0x4e, 0x4e, 0x73)).toContain('expected keys that are texts or numbers');
    expect(at(0x68, 9)).toContain('it refers to value 9, which it does not have');
    expect(at(0x4e, 0x29, 0x52)).toContain('expected a name and what it is given');
    expect(at(...Buffer.from('cnumpy\ndtype\n'))).toContain('expected data, received a name');
  });
});
