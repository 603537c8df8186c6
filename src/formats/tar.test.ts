import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readGolden } from '../../tests/support/golden.js';
import { DataError } from '../base/errors.js';
import { readTar } from './tar.js';

const { cifar100 } = readGolden('dataset_files') as { readonly cifar100: { readonly file: string } };
const archive = new Uint8Array(gunzipSync(Buffer.from(cifar100.file, 'base64')));

const failure = (bytes: Uint8Array): string => {
  let thrown: unknown;
  try {
    readTar(bytes, "'x.tar'");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(DataError);
  return (thrown as DataError).message;
};

describe('readTar', () => {
  test("reads the files that Python's tarfile wrote", () => {
    const files = readTar(archive, 'x');
    expect([...files.keys()]).toEqual(['cifar-100-python/meta', 'cifar-100-python/test', 'cifar-100-python/train']);
    // A pickle of protocol 2 begins and ends so.
    for (const file of files.values()) expect([file[0], file[1], file.at(-1)]).toEqual([0x80, 2, 0x2e]);
  });

  test('refuses what is cut off', () => {
    for (let length = 0; length < 9000; length += 256)
      expect(failure(archive.subarray(0, length))).toContain('cut off');
  });

  test('refuses a damaged header, and what is no archive', () => {
    for (const position of [0, 100, 124, 130, 148, 156, 345, 511]) {
      const damaged = archive.slice();
      damaged[position]! ^= 0x11;
      expect(failure(damaged)).toMatch(/^'x\.tar', byte 0: expected the header of a file in a tar archive/);
    }
    expect(failure(new Uint8Array(1024).fill(65))).toContain('no tar archive');
  });

  test('passes over links', () => {
    const link = archive.slice();
    // The second header, with its checksum: 0 becomes 1, a hard link.
    link[512 + 156] = 0x31;
    const digits = Number.parseInt(Buffer.from(link.subarray(512 + 148, 512 + 154)).toString(), 8) + 1;
    link.set(Buffer.from(digits.toString(8).padStart(6, '0')), 512 + 148);
    expect([...readTar(link, 'x').keys()]).toEqual(['cifar-100-python/test', 'cifar-100-python/train']);
  });
});
