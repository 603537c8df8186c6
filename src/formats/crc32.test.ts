import { crc32 as nodeCrc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32 } from './crc32.js';

describe('crc32', () => {
  test('has the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test("agrees with zlib's for every length around a step", () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, index) => index * index * 7);
    for (let length = 0; length <= 40; length++)
      expect(crc32(bytes.subarray(3, 3 + length))).toBe(nodeCrc32(bytes.subarray(3, 3 + length)));
  });
});
