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
