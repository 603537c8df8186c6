// What storage.test.ts calls in a page: the browser's files, a data set that is downloaded into them, and a model that is
// saved in them.
import { layers, loadModel, random, sequential } from '../../src/browser.js';
import type { Files } from '../../src/base/files.js';
import { toNested } from '../../src/base/ndarray.js';
import { loadIdxSet, type IdxSet } from '../../src/data/idx-set.js';
import { sha256 } from '../../src/data/sha256.js';
import { browserPlatform } from '../../src/platform/browser.js';

const { files } = browserPlatform;

/** One of the operations on files, with bytes as lists of numbers. */
async function onFiles(name: keyof Files, path: string, numbers: readonly number[], offset: number): Promise<unknown> {
  const bytes = Uint8Array.from(numbers);
  switch (name) {
    case 'read': {
      const found = await files.read(path);
      return found === undefined ? 'none' : [...found];
    }
    case 'size':
      return (await files.size(path)) ?? 'none';
    case 'exists':
      return files.exists(path);
    case 'list':
      return (await files.list(path)) ?? 'none';
    case 'write':
      return files.write(path, bytes);
    case 'writeAt':
      return files.writeAt(path, offset, bytes);
    case 'remove':
      return files.remove(path);
    case 'makeDirectory':
      return files.makeDirectory(path);
  }
}

const page = {
  /** The result, or the error as text. */
  files: async (name: keyof Files, path: string, bytes: readonly number[] = [], offset = 0): Promise<unknown> =>
    onFiles(name, path, bytes, offset).catch((error: unknown) => String(error)),
  load: async (set: IdxSet, url: string): Promise<unknown> =>
    loadIdxSet(browserPlatform, set, {
      url,
      onProgress: ({ receivedBytes }) => {
        if (receivedBytes === 2000) void fetch('/arrived');
      },
    }).then(
      (arrays) => arrays.map(toNested),
      (error: unknown) => String(error),
    ),
  /** Trains a model and saves it; its kernel. */
  train: async (path: string): Promise<number[]> => {
    const x = random.normal([20, 3], 0, 1, { seed: 1 });
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await model.fit(x, x.slice(null, [0, 2]), { verbose: 0 });
    await model.save(path);
    return [...(await model.getWeights()[0]!.data())];
  },
  /** The kernel of the model that was saved, and the steps that its optimizer has done. */
  weightsIn: async (path: string): Promise<number[]> => {
    const model = await loadModel(path);
    return [...(await model.getWeights()[0]!.data()), await model.optimizer!.iterations.value.item()];
  },
  sha256: async (bytes: readonly number[]): Promise<string> => sha256(Uint8Array.from(bytes)),
  hasPrivateFiles: (): boolean => 'storage' in navigator,
};

export type StoragePage = typeof page;

(globalThis as unknown as { storagePage: StoragePage }).storagePage = page;
