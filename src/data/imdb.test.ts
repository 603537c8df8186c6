import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { offlineServices } from '../../tests/support/data-services.js';
import { readGolden } from '../../tests/support/golden.js';
import { memoryFiles } from '../base/files.js';
import { ndarray } from '../base/ndarray.js';
import { writeNpz } from '../formats/npz.js';
import { loadImdb, loadImdbWordIndex, prepareReviews, readImdbFile, type ImdbOptions } from './imdb.js';
import { MersenneTwister } from './mersenne-twister.js';
import type { DataServices } from './services.js';

interface Recorded {
  readonly imdb: {
    readonly file: string;
    readonly runs: readonly {
      readonly options: Readonly<Record<string, number | null>>;
      readonly result: readonly [
        xTrain: readonly (readonly number[])[],
        yTrain: readonly number[],
        xTest: readonly (readonly number[])[],
        yTest: readonly number[],
      ];
    }[];
  };
}
const { imdb } = readGolden('dataset_files') as Recorded;
const file = new Uint8Array(Buffer.from(imdb.file, 'base64'));

/** `num_words` as `numWords`. */
const inCamelCase = (options: Readonly<Record<string, number | null>>): ImdbOptions =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

describe('loadImdb', () => {
  test.each(imdb.runs)('gives what Keras gives with $options', async ({ options, result }) => {
    const files = memoryFiles();
    await files.write('folder/imdb.npz', file);
    const sets = await loadImdb(offlineServices(files), { ...inCamelCase(options), path: 'folder' });
    expect(sets.flatMap(([x, y]) => [x.map((words) => [...words]), [...y.data]])).toEqual(result);
    for (const [x, y] of sets) {
      expect(x.every((words) => words instanceof Int32Array)).toBe(true);
      expect([y.dtype, y.shape]).toEqual(['int32', [x.length]]);
    }
  });

  test('keeps reviews of the shortest length with a maxlen above it, and none at it', async () => {
    const raw = await readImdbFile(file, 'x');
    const shortest = 1 + Math.min(...raw.test.reviews.map((review) => review.length));
    const [, [x]] = prepareReviews(raw, new MersenneTwister(1), { maxlen: shortest + 1 });
    expect(new Set(x.map((words) => words.length))).toEqual(new Set([shortest]));
    expect(() => prepareReviews(raw, new MersenneTwister(1), { maxlen: shortest })).toThrow(
      `imdb: no review is shorter than maxlen (${shortest}).`,
    );
  });

  test('refuses what is no option, before it loads anything', async () => {
    const failing = (options: object): Promise<unknown> => loadImdb(offlineServices(), options);
    await expect(failing({ maxLen: 5 })).rejects.toThrow("Unknown option of imdb 'maxLen'. Did you mean 'maxlen'?");
    await expect(failing({ numWords: -1 })).rejects.toThrow('expected numWords to be a whole number of at least 0');
    await expect(failing({ skipTop: null })).rejects.toThrow('expected skipTop to be a whole number');
    await expect(failing({ seed: -3 })).rejects.toThrow('Expected a seed that is a whole number');
  });

  test('asks for the checksum that Keras names', async () => {
    const fetched: string[] = [];
    const online: DataServices = {
      ...offlineServices(),
      fetch: async (url) => {
        fetched.push(url);
        return new Response(file);
      },
    };
    await expect(loadImdb(online)).rejects.toThrow(
      `expected 17464789 bytes with SHA-256 69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f, received ${file.length} bytes with SHA-256 ${createHash('sha256').update(file).digest('hex')}`,
    );
    expect(fetched).toEqual(['https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz']);
  });
});

describe('readImdbFile', () => {
  test('refuses arrays that are none of reviews', async () => {
    const labels = ndarray(Int32Array.of(1, 0));
    await expect(readImdbFile(await writeNpz(new Map([['x_train', labels]])), 'x')).rejects.toThrow(
      "'x': expected the arrays x_train, y_train, x_test and y_test; 'y_train' is missing.",
    );
    const numbers = new Map(['x_train', 'y_train', 'x_test', 'y_test'].map((name) => [name, labels]));
    await expect(readImdbFile(await writeNpz(numbers), 'x')).rejects.toThrow(
      "'x', array 'x_train': expected lists of word numbers, received something else at 0.",
    );
  });
});

describe('loadImdbWordIndex', () => {
  const load = async (text: string): Promise<ReadonlyMap<string, number>> => {
    const files = memoryFiles();
    await files.write('folder/imdb_word_index.json', new TextEncoder().encode(text));
    return loadImdbWordIndex(offlineServices(files), { path: 'folder' });
  };

  test('gives the number of each word, whatever the word', async () => {
    const index = await load('{"the": 1, "constructor": 2, "__proto__": 3, "caf\\u00e9": 4}');
    expect([...index]).toEqual([
      ['the', 1],
      ['constructor', 2],
      ['__proto__', 3],
      ['café', 4],
    ]);
  });

  test('refuses what is no index', async () => {
    for (const text of ['', '[', '{}', '[]', '{"the": "1"}', '{"the": 1.5}', 'null'])
      await expect(load(text)).rejects.toThrow("'folder/imdb_word_index.json': expected");
  });
});
