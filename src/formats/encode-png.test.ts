import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { InternalError } from '../base/errors.js';
import { encodePng, type Pixels } from './encode-png.js';

test.each([1, 2, 3, 4] as const)('pixels of %d channels come back from the file', async (channels) => {
  const data = Uint8Array.from({ length: 5 * 3 * channels }, (_, i) => (i * 37) % 256);
  const png = await encodePng({ width: 5, height: 3, channels, data });
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect(decode(png)).toMatchObject({ width: 5, height: 3, channels, depth: 8, data });
});

test('pixels and size must fit', async () => {
  const wrong: Pixels = { width: 2, height: 2, channels: 3, data: new Uint8Array(4) };
  await expect(encodePng(wrong)).rejects.toThrow(InternalError);
});
