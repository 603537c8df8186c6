import { afterEach, describe, expect, test, vi } from 'vitest';
import { DataError } from '../base/errors.js';
import { pixelsOf } from './pixel-source.js';

const data = Uint8ClampedArray.from({ length: 24 }, (_, i) => i);
const pixels = { width: 3, height: 2, data };
const expected = { dtype: 'uint8', shape: [2, 3, 4], data: Uint8Array.from(data) };

afterEach(() => vi.unstubAllGlobals());

describe('what a canvas can draw', () => {
  /** A canvas that gives the pixels above, and remembers what was drawn on it. */
  function stubCanvas(drawn: unknown[], sizes: number[][]): void {
    class Canvas {
      readonly width: number;
      readonly height: number;
      constructor(width: number, height: number) {
        sizes.push([width, height]);
        [this.width, this.height] = [width, height];
      }
      getContext(): object {
        return { drawImage: (image: unknown) => void drawn.push(image), getImageData: () => pixels };
      }
    }
    vi.stubGlobal('OffscreenCanvas', Canvas);
  }

  test('is drawn on one in its own size, not in that at which a page shows it', async () => {
    const [drawn, sizes]: [unknown[], number[][]] = [[], []];
    stubCanvas(drawn, sizes);
    const bitmap = { width: 3, height: 2 };
    const image = { width: 30, height: 20, naturalWidth: 3, naturalHeight: 2 };
    const video = { width: 0, height: 0, videoWidth: 3, videoHeight: 2 };
    for (const source of [bitmap, image, video]) expect(await pixelsOf(source, 'test')).toEqual(expected);
    expect(drawn).toEqual([bitmap, image, video]);
    expect(sizes).toEqual([
      [3, 2],
      [3, 2],
      [3, 2],
    ]);
  });

  test('is no image where there are no canvases', async () => {
    vi.stubGlobal('OffscreenCanvas', undefined);
    await expect(pixelsOf({ width: 3, height: 2 }, 'test')).rejects.toThrow(/^test: expected a tensor, pixels as/);
  });

  test('says why where it cannot be drawn, or has not been loaded', async () => {
    const refuse = (): never => {
      throw new Error('broken');
    };
    vi.stubGlobal('OffscreenCanvas', function Canvas() {
      return { getContext: () => ({ drawImage: refuse }) };
    });
    await expect(pixelsOf({ width: 3, height: 2 }, 'test')).rejects.toThrow(
      /test: the image cannot be drawn \(broken\)/,
    );
    const waiting = { width: 300, height: 200, naturalWidth: 0, naturalHeight: 0 };
    await expect(pixelsOf(waiting, 'test')).rejects.toThrow(/an image with pixels, received one of 0 x 0\. Wait/);
  });
});

test('pixel data is copied', async () => {
  const source = { ...pixels, data: data.slice() };
  const read = await pixelsOf(source, 'test');
  source.data.fill(9);
  expect(read).toEqual(expected);
});

test('a damaged file is named', async () => {
  const file = { name: 'photo.png', arrayBuffer: () => Promise.resolve(new ArrayBuffer(5)) };
  await expect(pixelsOf(file, 'test')).rejects.toThrow(/^photo\.png: expected a PNG or JPEG image/);
  await expect(pixelsOf(new ArrayBuffer(5), 'test')).rejects.toThrow(DataError);
});
