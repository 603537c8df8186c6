import { inflateSync, crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64, dataUrl } from './base64.js';
import { colourMap } from './colour-map.js';
import { zlibOfRuns } from './deflate.js';
import { encodePng } from './png-file.js';

test('what is compressed is what zlib unpacks', () => {
  // Few values, so that runs of all lengths occur.
  const bytes = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 300 })), { maxLength: 30 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 4 }), (runs, distance) => {
      const plain = Uint8Array.from(runs.flatMap(([value, length]) => Array<number>(length).fill(85 * value)));
      expect(Uint8Array.from(inflateSync(zlibOfRuns(plain, distance)))).toEqual(plain);
    }),
  );
});

test('bytes of every value survive, and runs become small', () => {
  const every = Uint8Array.from({ length: 4096 }, (_, i) => (i * i + (i >> 3)) & 0xff);
  expect(Uint8Array.from(inflateSync(zlibOfRuns(every, 3)))).toEqual(every);
  expect(zlibOfRuns(new Uint8Array(10_000), 1).length).toBeLessThan(100);
  expect(Uint8Array.from(inflateSync(zlibOfRuns(new Uint8Array(0), 1)))).toEqual(new Uint8Array(0));
});

test('a PNG file holds its size, its kind of pixels and its rows', () => {
  const data = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => 10 * i);
  const file = encodePng({ width: 3, height: 2, channels: 3, data });
  expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(file.buffer);
  const chunks = new Map<string, Uint8Array>();
  for (let position = 8; position < file.length;) {
    const length = view.getUint32(position);
    const type = String.fromCharCode(...file.subarray(position + 4, position + 8));
    chunks.set(type, file.subarray(position + 8, position + 8 + length));
    expect(view.getUint32(position + 8 + length)).toBe(crc32(file.subarray(position + 4, position + 8 + length)));
    position += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...chunks.get('IHDR')!]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  const rows = inflateSync(chunks.get('IDAT')!);
  expect([...rows]).toEqual([0, ...data.subarray(0, 9), 0, ...data.subarray(9)]);
});

test('bytes as base64, more of them than a call takes arguments', () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i & 0xff);
  expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  expect(dataUrl('image/png', Uint8Array.of(1, 2))).toBe('data:image/png;base64,AQI=');
});

test('a colour map is linear between its colours, and stays within them', () => {
  const colourOf = colourMap(['#000000', '#0000ff', '#ffffff']);
  expect([0, 0.25, 0.5, 1, -3, 7, Number.NaN].map(colourOf)).toEqual([
    [0, 0, 0],
    [0, 0, 128],
    [0, 0, 255],
    [255, 255, 255],
    [0, 0, 0],
    [255, 255, 255],
    [0, 0, 0],
  ]);
});
