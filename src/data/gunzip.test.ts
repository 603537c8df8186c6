import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gunzip, isGzip } from './gunzip.js';

const content = Uint8Array.from({ length: 5000 }, (_, index) => (index * index) % 251);
const packed = new Uint8Array(gzipSync(content));

function changed(index: number): Uint8Array<ArrayBuffer> {
  const bytes = packed.slice();
  bytes[index]! ^= 0xff;
  return bytes;
}

describe('gunzip', () => {
  test('gives back what was packed', async () => {
    expect(await gunzip(packed, 5000)).toEqual(content);
    expect(await gunzip(packed, 6000)).toEqual(content);
    expect(await gunzip(new Uint8Array(gzipSync(new Uint8Array(0))), 0)).toEqual(new Uint8Array(0));
  });

  test('refuses damaged data', async () => {
    const damaged = [
      packed.subarray(0, packed.length - 10),
      packed.subarray(0, 5),
      changed(100),
      changed(packed.length - 6),
      Uint8Array.of(...packed, 1, 2, 3),
    ];
    for (const bytes of damaged)
      await expect(gunzip(bytes, 5000)).rejects.toThrow(
        expect.objectContaining({
          name: 'DataError',
          message: expect.stringContaining('The gzip data is damaged') as string,
        }),
      );
  });

  test('stops at the size that is expected', async () => {
    await expect(gunzip(packed, 4999)).rejects.toThrow('unpacks to more than the expected 4999 bytes');
  });

  test('isGzip tells packed from plain', () => {
    expect(isGzip(packed)).toBe(true);
    expect(isGzip(content)).toBe(false);
    expect(isGzip(new Uint8Array(0))).toBe(false);
  });
});
