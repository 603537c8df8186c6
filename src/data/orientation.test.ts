import { describe, expect, test } from 'vitest';
import { ndarray } from '../base/ndarray.js';
import { jpegOrientation, orient } from './orientation.js';

/** Two rows of three pixels. */
const image = ndarray(Uint8Array.of(1, 2, 3, 4, 5, 6), [2, 3, 1]);

/** A JPEG's beginning whose Exif data holds one entry. */
function withExif({ order = 'II', tag = 0x0112, type = 3, value = 6, cut = 0 } = {}): Uint8Array {
  const isLittle = order === 'II';
  const view = new DataView(new ArrayBuffer(40));
  view.setUint32(0, 0xffd8ffe1);
  view.setUint16(4, 34);
  view.setUint32(6, 0x45786966);
  view.setUint16(12, isLittle ? 0x4949 : 0x4d4d);
  view.setUint16(14, 42, isLittle);
  view.setUint32(16, 8, isLittle);
  view.setUint16(20, 1, isLittle);
  view.setUint16(22, tag, isLittle);
  view.setUint16(24, type, isLittle);
  view.setUint32(26, 1, isLittle);
  view.setUint16(30, value, isLittle);
  return new Uint8Array(view.buffer, 0, 40 - cut);
}

describe('the orientation of a photo', () => {
  test.each([
    [1, [2, 3, 1], [1, 2, 3, 4, 5, 6]],
    [2, [2, 3, 1], [3, 2, 1, 6, 5, 4]],
    [3, [2, 3, 1], [6, 5, 4, 3, 2, 1]],
    [4, [2, 3, 1], [4, 5, 6, 1, 2, 3]],
    [5, [3, 2, 1], [1, 4, 2, 5, 3, 6]],
    [6, [3, 2, 1], [4, 1, 5, 2, 6, 3]],
    [7, [3, 2, 1], [6, 3, 5, 2, 4, 1]],
    [8, [3, 2, 1], [3, 6, 2, 5, 1, 4]],
  ] as const)('%i is undone', (orientation, shape, pixels) => {
    expect(orient(image, orientation)).toEqual(ndarray(Uint8Array.from(pixels), shape));
  });

  test('keeps the channels of a pixel together', () => {
    const colours = ndarray(Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
    expect(orient(colours, 3).data).toEqual(Uint8Array.of(4, 5, 6, 1, 2, 3));
  });

  test('is read in either order of bytes', () => {
    expect(jpegOrientation(withExif())).toBe(6);
    expect(jpegOrientation(withExif({ order: 'MM', value: 8 }))).toBe(8);
  });

  test.each([
    ['no number of one', { value: 9 }],
    ['another tag', { tag: 0x0110 }],
    ['another type', { type: 2 }],
    ['a file that ends early', { cut: 12 }],
    ['a segment that ends early', { cut: 30 }],
  ])('is upright for %s', (_, options) => {
    expect(jpegOrientation(withExif(options))).toBe(1);
  });

  test('is upright whatever the bytes are', () => {
    for (let length = 0; length < 40; length++) {
      const bytes = withExif();
      bytes.fill(0xff, length);
      expect([1, 6]).toContain(jpegOrientation(bytes));
    }
    expect(jpegOrientation(Uint8Array.of(0xff, 0xd8))).toBe(1);
  });
});
