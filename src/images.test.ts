// Image files through the public entry point, as tensors.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawDigit } from '../tests/support/drawn-digits.js';
import type { NDArray } from './base/ndarray.js';
import { datasets, errors, images, setBackend } from './node.js';

const digit = drawDigit(4, { height: 60, width: 50, paper: 240, pen: 20 });

function png({ shape, data }: NDArray): Uint8Array {
  const [height, width, channels] = shape as [number, number, number];
  return encode({ width, height, channels, depth: 8, data: Uint8Array.from(data) });
}

let folder: string;
beforeAll(async () => {
  await setBackend('reference');
  folder = await mkdtemp(join(tmpdir(), 'nacre-images-'));
  for (const name of ['four', 'seven']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'a.png'), png(drawDigit(name === 'four' ? 4 : 7, { height: 30, width: 30 })));
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('images', () => {
  test('are read from files and bytes, in the colours and the size that are asked for', async () => {
    const path = join(folder, 'digit.png');
    await writeFile(path, png(digit));
    const read = await images.read(path, { colorMode: 'grayscale' });
    expect(await read.realize()).toEqual(digit);
    expect((await images.read(path)).shape).toEqual([60, 50, 3]);
    const small = await images.decode(png(digit), { targetSize: [6, 5], colorMode: 'rgba' });
    expect(small.shape).toEqual([6, 5, 4]);
    expect(small.dtype).toBe('uint8');
    await expect(images.read(join(folder, 'none.png'))).rejects.toThrow(
      /none\.png: expected a PNG or JPEG image, found no file/,
    );
    await expect(images.read(path, { colourMode: 'rgb' } as object)).rejects.toThrow("Did you mean 'colorMode'?");
    await expect(images.decode(new Uint8Array(3))).rejects.toThrow(errors.DataError);
  });

  test('are resized and prepared as tensors or as plain arrays', async () => {
    const image = await images.decode(png(digit), { colorMode: 'grayscale' });
    const prepared = await images.prepareDigit(image);
    expect(prepared.shape).toEqual([28, 28]);
    expect(await (await images.prepareDigit(digit)).data()).toEqual(await prepared.data());
    expect((await images.resize(image, [10, 20])).shape).toEqual([10, 20, 1]);
    expect((await images.resize(image.cast('float32').div(255), [10, 20], 'nearest')).dtype).toBe('float32');
    // Any expression of tensors is one.
    expect(await (await images.prepareDigit(image.reshape([60, 50]))).data()).toEqual(await prepared.data());
  });

  test('come from files, bytes, pixel data and canvases, as from plain arrays', async () => {
    const path = join(folder, 'seven.png');
    const seven = drawDigit(7, { height: 70, width: 60, paper: [250, 240, 230], pen: [20, 30, 90] });
    await writeFile(path, png(seven));
    const expected = await (await images.prepareDigit(seven)).data();
    const [height, width] = [70, 60];
    const data = await (await images.fromPixels(seven, { colorMode: 'rgba' })).data();
    const pixels = { width, height, data: Uint8ClampedArray.from(data) };
    const canvas = { width, height, getContext: (kind: string) => kind === '2d' && { getImageData: () => pixels } };
    const bytes = png(seven);
    const file = { name: 'a.png', arrayBuffer: () => Promise.resolve(Uint8Array.from(bytes).buffer) };
    for (const source of [
      path,
      bytes,
      Uint8Array.from(bytes).buffer,
      new Blob([Uint8Array.from(bytes)]),
      file,
      pixels,
      canvas,
    ])
      expect(await (await images.prepareDigit(source)).data()).toEqual(expected);
    expect((await images.fromPixels(canvas)).shape).toEqual([70, 60, 3]);
    expect((await images.resize(pixels, [7, 6])).shape).toEqual([7, 6, 4]);
    expect((await images.fromPixels(path, { targetSize: [5, 4], colorMode: 'grayscale' })).shape).toEqual([5, 4, 1]);
    // What is drawn later does not show.
    const kept = await images.fromPixels(pixels, { colorMode: 'rgba' });
    pixels.data.fill(0);
    expect(await kept.data()).toEqual(data);
  });

  test('that are none are refused with what would be one', async () => {
    await expect(images.prepareDigit({} as never)).rejects.toThrow(
      /images\.prepareDigit: expected a tensor, pixels as ImageData, .* received Object/,
    );
    await expect(images.fromPixels(null as never)).rejects.toThrow(/received null/);
    await expect(images.fromPixels(7 as never)).rejects.toThrow(/received number/);
    await expect(images.fromPixels({ width: 2, height: 2, data: new Uint8Array(12) })).rejects.toThrow(
      /expected pixels of 2 x 2 x 4 bytes \(red, green, blue, alpha\), received 12/,
    );
    await expect(images.fromPixels({ width: 0, height: 0 })).rejects.toThrow(/received one of 0 x 0\. Wait until/);
    await expect(images.fromPixels({ width: 2, height: 2, getContext: () => null })).rejects.toThrow(/such as WebGL/);
    const tainted = (): never => {
      throw new Error('tainted by cross-origin data');
    };
    await expect(
      images.fromPixels({ width: 2, height: 2, getContext: () => ({ getImageData: tainted }) }),
    ).rejects.toThrow(/the canvas cannot be read \(tainted .*crossOrigin = 'anonymous'/);
    await expect(images.fromPixels(new Blob(['no image']))).rejects.toThrow(errors.DataError);
    await expect(images.prepareDigit('none.png')).rejects.toThrow(
      /none\.png: expected a PNG or JPEG image, found no file/,
    );
  });

  test('come from folders with their labels', async () => {
    const set = await datasets.fromFolder(folder, { imageSize: [28, 28], colorMode: 'grayscale', shuffle: false });
    expect(set.images.shape).toEqual([2, 28, 28, 1]);
    expect(set.images.dtype).toBe('uint8');
    expect(await set.labels.array()).toEqual([0, 1]);
    expect(set.classNames).toEqual(['four', 'seven']);
    expect(set.paths).toEqual([join(folder, 'four', 'a.png'), join(folder, 'seven', 'a.png')]);
    await expect(datasets.fromFolder(join(folder, 'none'))).rejects.toThrow(errors.DataError);
  });
});
