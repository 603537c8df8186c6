import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { offlineServices } from '../../tests/support/data-services.js';
import { memoryFiles } from '../base/files.js';
import { ndarray } from '../base/ndarray.js';
import { sizeOf } from '../base/shape.js';
import { fashionMnistClasses, fashionMnistSet, loadFashionMnist } from './fashion-mnist.js';
import { writeIdx } from './idx.js';
import type { DataServices } from './services.js';

describe('loadFashionMnist', () => {
  test('gives four arrays from a folder of its files', async () => {
    const files = memoryFiles();
    for (const [index, { name, shape }] of fashionMnistSet.files.entries()) {
      const bytes = writeIdx(ndarray(new Uint8Array(sizeOf(shape)).fill(index + 1), shape));
      await files.write(`mine/${name}.gz`, gzipSync(bytes));
    }
    const sets = await loadFashionMnist(offlineServices(files), { path: 'mine' });
    expect(sets.flat().map(({ dtype, shape, data }) => [dtype, shape, data[5]])).toEqual([
      ['uint8', [60000, 28, 28], 1],
      ['uint8', [60000], 2],
      ['uint8', [10000, 28, 28], 3],
      ['uint8', [10000], 4],
    ]);
    expect(fashionMnistClasses).toHaveLength(10);
  });

  test("asks Keras's server, the authors' and a network for pages, and believes none of them", async () => {
    const fetched: string[] = [];
    const online: DataServices = {
      ...offlineServices(),
      fetch: async (url) => {
        fetched.push(url);
        return new Response(gzipSync('another file'));
      },
    };
    await expect(loadFashionMnist(online)).rejects.toThrow(
      'expected a file with SHA-256 3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    );
    expect(fetched).toEqual([
      'https://storage.googleapis.com/tensorflow/tf-keras-datasets/train-images-idx3-ubyte.gz',
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz',
      'https://cdn.jsdelivr.net/gh/zalandoresearch/fashion-mnist/data/fashion/train-images-idx3-ubyte.gz',
    ]);
  });

  test('refuses what is no option', async () => {
    await expect(loadFashionMnist(offlineServices(), { cachedirectory: 'x' } as object)).rejects.toThrow(
      "Unknown option of fashionMnist 'cachedirectory'. Did you mean 'cacheDirectory'?",
    );
  });
});
