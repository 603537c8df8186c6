import { describe, expect, test } from 'vitest';
import { goldenArray, readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { ndarray } from '../base/ndarray.js';
import { channelsOf, resizeImage, toColorMode, type ColorMode, type Interpolation } from './image.js';

interface Recorded {
  readonly source: GoldenArray;
  readonly resized: readonly {
    readonly interpolation: Interpolation;
    readonly size: readonly [number, number];
    readonly pixels: GoldenArray;
  }[];
  readonly grey: readonly { readonly rgb: readonly number[]; readonly grey: number }[];
}
const recorded = readGolden('images') as Recorded;

describe('resizeImage', () => {
  test.each(recorded.resized)('$interpolation to $size gives what Pillow gives', ({ interpolation, size, pixels }) => {
    const resized = resizeImage(goldenArray(recorded.source), size, interpolation);
    const expected = goldenArray(pixels);
    expect(resized.shape).toEqual(expected.shape);
    resized.data.forEach((value, index) => expect(value).toBeCloseTo(expected.data[index]!, 2));
  });

  test('keeps channels apart, and rounds bytes', () => {
    const image = ndarray(Uint8Array.of(0, 100, 255, 101), [1, 2, 2]);
    expect(resizeImage(image, [1, 1])).toEqual(ndarray(Uint8Array.of(128, 101), [1, 1, 2]));
    expect(resizeImage(image, [1, 2])).toBe(image);
    expect(resizeImage(image, [2, 4], 'nearest').data).toEqual(
      Uint8Array.of(0, 100, 0, 100, 255, 101, 255, 101, 0, 100, 0, 100, 255, 101, 255, 101),
    );
  });

  test('refuses what is no image or no size', () => {
    const image = ndarray(new Uint8Array(4), [2, 2]);
    expect(() => resizeImage(image, [0, 2])).toThrow(
      'expected [height, width], whole numbers above 0, received [0, 2]',
    );
    expect(() => resizeImage(image, [1, 2.5])).toThrow('received [1, 2.5]');
    expect(() => resizeImage(ndarray(new Uint8Array(4)), [1, 1])).toThrow('expected an image of shape [H, W]');
    expect(() => resizeImage(ndarray(new Uint8Array(10), [1, 2, 5]), [1, 1])).toThrow('of 1 to 4 channels');
    expect(() => resizeImage(ndarray(new Uint8Array(0), [0, 2]), [1, 1])).toThrow('expected an image');
    expect(() => resizeImage(image, [1, 1], 'biliner' as Interpolation)).toThrow("Did you mean 'bilinear'?");
  });
});

describe('toColorMode', () => {
  test("greys are Pillow's to within rounding", () => {
    for (const { rgb, grey } of recorded.grey) {
      const image = toColorMode(ndarray(Uint8Array.from(rgb), [1, 1, 3]), 'grayscale');
      expect(image.shape).toEqual([1, 1, 1]);
      expect(Math.abs(image.data[0]! - grey)).toBeLessThanOrEqual(1);
    }
  });

  test.each([
    [[7], 'rgba', [7, 7, 7, 255]],
    [[7], 'rgb', [7, 7, 7]],
    [[7, 8], 'rgba', [7, 7, 7, 8]],
    [[7, 8], 'grayscale', [7]],
    [[1, 2, 3], 'rgba', [1, 2, 3, 255]],
    [[1, 2, 3, 4], 'rgb', [1, 2, 3]],
    [[1, 2, 3, 4], 'rgba', [1, 2, 3, 4]],
  ] as const)('%j as %s is %j', (pixel, mode, expected) => {
    const image = toColorMode(ndarray(Uint8Array.from(pixel), [1, 1, pixel.length]), mode);
    expect(image).toEqual(ndarray(Uint8Array.from(expected), [1, 1, expected.length]));
  });

  test('takes [H, W], and knows no other modes', () => {
    expect(toColorMode(ndarray(Uint8Array.of(5, 6), [1, 2]), 'grayscale').shape).toEqual([1, 2, 1]);
    expect(() => channelsOf('grey' as ColorMode)).toThrow('Known: grayscale, rgb, rgba');
  });
});
