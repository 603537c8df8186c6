import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGolden } from '../tests/support/golden.js';
import { datasets, layers, sequential } from './node.js';

const { archives } = readGolden('npz_files') as {
  readonly archives: readonly { readonly name: string; readonly file: string }[];
};
const stored = Buffer.from(archives.find(({ name }) => name === 'stored')!.file, 'base64');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('datasets.fromNpz', () => {
  test('gives tensors by name, from a path or bytes', async () => {
    const path = join(folder, 'some.npz');
    await writeFile(path, stored);
    for (const source of [path, new Uint8Array(stored), Uint8Array.from(stored).buffer]) {
      const arrays = await datasets.fromNpz(source);
      expect(Object.entries(arrays).map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
        ['x_train', 'uint8', [4, 3, 2]],
        ['y_train', 'int32', [4]],
        ['w', 'float32', [3, 2]],
      ]);
      expect([...(await arrays.y_train!.data())]).toEqual([0, 1, 2, 3]);
    }
    const some = await datasets.fromNpz(stored, { names: ['w'], keepFloat64: true });
    expect(Object.entries(some).map(([name, { dtype }]) => [name, dtype])).toEqual([['w', 'float64']]);
  });

  test('says what is wrong, and where', async () => {
    await expect(datasets.fromNpz(join(folder, 'other.npz'))).rejects.toThrow(
      /fromNpz: there is no file '.*other\.npz'/,
    );
    await expect(datasets.fromNpz(stored, { name: 'w' } as object)).rejects.toThrow("Did you mean 'names'?");
    await expect(datasets.fromNpz(stored.subarray(9))).rejects.toThrow("'the bytes given'");
    await expect(datasets.fromNpz('')).rejects.toThrow("expected a path or the bytes of a file, received ''");
  });
});

describe('datasets.fromCsv', () => {
  test('gives tensors that a network trains on, from a path, bytes or text', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row / 40},${row % 7},${row < 20 ? 'low' : 'high'}`);
    const text = `a,b,size\n${rows.join('\n')}\n`;
    const path = join(folder, 'sizes.csv');
    await writeFile(path, text);
    for (const source of [path, new TextEncoder().encode(text), text]) {
      const { x, y, classNames, columnNames } = await datasets.fromCsv(source, { label: 'size' });
      expect([x.shape, y.shape, y.dtype, classNames, columnNames]).toEqual([
        [40, 2],
        [40],
        'int32',
        ['high', 'low'],
        ['a', 'b'],
      ]);
      const model = sequential([layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })]);
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
      const history = await model.fit(x, y, { epochs: 1, verbose: 0 });
      expect(Number.isFinite(history.history.loss![0])).toBe(true);
    }
    expect((await datasets.fromCsv(text)).y).toBeUndefined();
  });

  test('says what is wrong, and where', async () => {
    const path = join(folder, 'wrong.csv');
    await writeFile(path, 'a,b\n1,2\n3,\n');
    await expect(datasets.fromCsv(path)).rejects.toThrow(`'${path}', line 3, column 'b': the value is missing.`);
    await expect(datasets.fromCsv('a,b\n1\n')).rejects.toThrow("'the text given', line 2: expected 2 fields");
    await expect(datasets.fromCsv('missing.csv')).rejects.toThrow("fromCsv: there is no file 'missing.csv'.");
  });
});

describe('datasets', () => {
  test('have names for their classes', () => {
    const { mnist, fashionMnist, cifar10, cifar100 } = datasets;
    expect([mnist, fashionMnist, cifar10, cifar100].map(({ classNames }) => classNames.length)).toEqual([
      10, 10, 10, 100,
    ]);
    expect(cifar100.coarseClassNames).toHaveLength(20);
  });

  test('read folders of published files', async () => {
    for (const load of [datasets.fashionMnist, datasets.cifar10, datasets.cifar100, datasets.imdb])
      await expect(load.load({ path: folder })).rejects.toThrow(`expected the folder '${folder}' to hold`);
    await writeFile(join(folder, 'imdb_word_index.json'), '{"the": 1}');
    expect((await datasets.imdb.getWordIndex({ path: folder })).get('the')).toBe(1);
    const { imdb } = readGolden('dataset_files') as { readonly imdb: { readonly file: string } };
    await writeFile(join(folder, 'imdb.npz'), Buffer.from(imdb.file, 'base64'));
    const [[xTrain, yTrain], [xTest]] = await datasets.imdb.load({ path: folder, numWords: 20_000 });
    expect([xTrain.length, yTrain.shape, yTrain.dtype, xTest.length, xTest[0]![0]]).toEqual([12, [12], 'int32', 12, 1]);
  });
});
