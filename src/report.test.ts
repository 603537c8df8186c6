// model.report, used as users use it.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as nacre from './node.js';

const { layers, sequential, setRandomSeed, tensor, DataError, ShapeError, StateError, StoppedError, ValueError } =
  nacre;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-reports-'));
  await nacre.setBackend('reference');
});
afterAll(() => rm(folder, { recursive: true }));

/** Bright squares of 8 x 8 pixels in one of three corners, on noise. */
function corners(count: number): { readonly x: nacre.Tensor; readonly y: nacre.Tensor } {
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const pixels = Float32Array.from({ length: count * 64 }, (_, i) => {
    const [label, row, column] = [labels[Math.floor(i / 64)]!, Math.floor(i / 8) % 8, i % 8];
    const inCorner = row < 4 === label < 2 && column < 4 === (label !== 1);
    return (inCorner ? 0.6 : 0) + ((i * 7919) % 101) / 300;
  });
  return { x: tensor(pixels, [count, 8, 8]), y: tensor(labels, [count], 'int32') };
}

function cornerModel(loss: 'sparseCategoricalCrossentropy' | 'categoricalCrossentropy'): nacre.Sequential {
  setRandomSeed(5);
  const model = sequential([layers.flatten({ inputShape: [8, 8] }), layers.dense({ units: 3, activation: 'softmax' })]);
  model.compile({ optimizer: nacre.optimizers.adam(0.003), loss, metrics: ['accuracy'] });
  return model;
}

/** What the page says below `name` at its top. */
const tile = (html: string, name: string): string | undefined =>
  new RegExp(`<dt>${name}</dt><dd>([^<]*)</dd>`).exec(html)?.[1];

const fileNames = (...pictures: string[]): string[] =>
  [...pictures.flatMap((name) => [`${name}.png`, `${name}.svg`]), 'history.json', 'report.html'].sort();

describe('the report on a classifier of images', () => {
  const { x, y } = corners(30);
  let report: nacre.ReportResult;
  let directory: string;
  let model: nacre.Sequential;
  beforeAll(async () => {
    directory = join(folder, 'made', 'below', 'each-other');
    model = cornerModel('sparseCategoricalCrossentropy');
    await model.fit(x, y, { epochs: 2, batchSize: 10, validationSplit: 0.2, verbose: 0 });
    report = await model.report(x, y, { directory, classNames: ['left', 'right', '<low>'], mistakes: 5 });
  });

  test('is a folder of a page, the history and pictures', async () => {
    expect((await readdir(directory)).sort()).toEqual(
      fileNames('confusion-matrix', 'history', 'mistakes', 'precision-recall', 'roc'),
    );
    expect(report.files[0]).toBe(`${directory}/report.html`);
    expect(report.files).toHaveLength(12);
    expect(await readFile(report.files[0]!, 'utf8')).toBe(report.html);
    for (const path of report.files.filter((name) => name.endsWith('.png')))
      expect((await readFile(path)).subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  });

  test('has the numbers of evaluate and of the evaluation functions', async () => {
    const predictions = await model.predict(x, { verbose: 0 });
    expect(report).toMatchObject({ task: 'multiclass', samples: 30, regression: undefined });
    expect(report.results).toEqual(await model.evaluate(x, y, { verbose: 0, returnDict: true }));
    const { classification } = report;
    expect(classification!.accuracy).toBeCloseTo(report.results.accuracy!, 6);
    expect(classification!.confusionMatrix).toEqual(await nacre.confusionMatrix(y, predictions));
    expect(classification!.rocAuc).toEqual((await nacre.rocCurves(y, predictions)).map(({ auc }) => auc));
    expect(classification!.averagePrecision).toEqual([
      ...(await nacre.averagePrecision(y, predictions, { average: null })),
    ]);
    expect(tile(report.html, 'Loss')).toBe(report.results.loss!.toFixed(4));
    expect(tile(report.html, 'Mistakes in 30')).toBe(String(classification!.mistakes));
  });

  test('keeps the history as fit gave it', async () => {
    const { history, epoch, params } = model.history!;
    expect(JSON.parse(await readFile(join(directory, 'history.json'), 'utf8'))).toEqual({ history, epoch, params });
    expect(epoch).toEqual([0, 1]);
  });

  test('shows the worst mistakes as images', () => {
    const { mistakes, worstMistakes } = report.classification!;
    expect(mistakes).toBeGreaterThan(0);
    expect(worstMistakes).toHaveLength(Math.min(5, mistakes));
    expect(report.html.match(/<img src="data:image\/png;base64,/g)).toHaveLength(worstMistakes.length);
    const sure = worstMistakes.map(({ confidence }) => confidence!);
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
  });

  test('is one page that loads nothing, with names as text', () => {
    const addresses = [...report.html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
    for (const address of addresses) expect(address).toMatch(/^(data:|#|[a-z-]+\.(png|svg)$)/);
    expect(report.html).not.toMatch(/<script|<link|@import/);
    expect(report.html).toContain('&#60;low&#62;');
    expect(report.html).not.toContain('<low>');
  });

  test('tells the settings', () => {
    for (const [name, value] of [
      ['Loss', 'SparseCategoricalCrossentropy'],
      ['Optimizer', 'Adam'],
      ['Learning rate', '0.003'],
      ['Batch size', '10'],
      ['Validation split', '0.2'],
      ['Seed', '5'],
      ['Backend', 'reference, 1 thread'],
      ['Node', process.versions.node],
    ])
      expect(report.html).toContain(`<dt>${name}</dt><dd>${value}</dd>`);
    expect(report.html).toContain('<td>[samples, 64]</td>');
  });

  test('replaces an older one and leaves the rest of the folder alone', async () => {
    const own = join(directory, 'notes.txt');
    await writeFile(own, 'mine');
    const again = await model.report(x, y, { directory, title: 'Second', images: false });
    expect(await readFile(join(directory, 'report.html'), 'utf8')).toBe(again.html);
    expect(again.html).toContain('<title>Second</title>');
    expect(again.html).not.toContain('<img');
    expect(await readFile(own, 'utf8')).toBe('mine');
  });
});

describe('reports on other models', () => {
  test('of one-hot labels are those of class numbers', async () => {
    const { x, y } = corners(12);
    const sparse = await cornerModel('sparseCategoricalCrossentropy').report(x, y);
    const oneHot = await cornerModel('categoricalCrossentropy').report(x, nacre.toCategorical(y, 3));
    expect(oneHot.classification).toEqual(sparse.classification);
    expect(oneHot.task).toBe('multiclass');
  });

  test('of two classes have one curve, of the second', async () => {
    setRandomSeed(3);
    const model = sequential([layers.dense({ units: 1, activation: 'sigmoid', inputShape: [2] })]);
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy', metrics: ['auc'] });
    const x = tensor([0.1, 3, -1, 0.5, 2, 2, -3, 1, 0.3, -2, 1, 1], [6, 2]);
    const y = tensor([0, 1, 0, 1, 1, 0]);
    const { task, classification, html, files } = await model.report(x, y, { classNames: ['no', 'yes'] });
    expect(task).toBe('binary');
    expect(classification!.rocAuc).toEqual([await nacre.rocAuc(y, await model.predict(x, { verbose: 0 }))]);
    expect(files).toEqual([]);
    // The metric says it already.
    expect(tile(html, 'Area under ROC')).toBeUndefined();
    expect(tile(html, 'AUC')).toBeDefined();
    // Without images, mistakes are a table.
    expect(html).toContain('Predicted class</th>');
  });

  test('of numbers have errors, predicted against true values and residuals', async () => {
    setRandomSeed(3);
    const model = sequential([layers.dense({ units: 2, inputShape: [2] })]);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const x = tensor([0.1, 3, -1, 0.5, 2, 2, -3, 1], [4, 2]);
    const y = tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
    const directory = join(folder, 'regression');
    const report = await model.report(x, y, { directory, outputNames: ['width', 'height'], mistakes: 3 });
    expect(report).toMatchObject({ task: 'regression', classification: undefined });
    const [first, second] = report.regression!.outputs;
    expect((first!.meanSquaredError + second!.meanSquaredError) / 2).toBeCloseTo(report.results.loss!, 5);
    expect(report.regression!.largestErrors).toHaveLength(3);
    // Without training there is no history.
    expect((await readdir(directory)).sort()).toEqual(
      fileNames('predicted', 'residuals').filter((name) => name !== 'history.json'),
    );
    expect(report.html).toContain('<td>height</td>');
  });

  test('are written by the function too', async () => {
    const { x, y } = corners(12);
    const model = cornerModel('sparseCategoricalCrossentropy');
    const { classification } = await nacre.writeReport(model, x, y);
    expect(classification).toEqual((await model.report(x, y)).classification);
  });

  test('show a history from elsewhere, and work without compile', async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    const history = { history: { loss: [3, 2, 1], mae: [1, 0.5, 0.7] } };
    const { html, results } = await model.report([[1], [2]], [1.5, 2], { history });
    expect(results).toEqual({});
    expect(html).toContain('0.5000 (epoch 2)');
    expect(html).not.toContain('Optimizer</dt>');
  });
});

describe('a report that cannot be', () => {
  const x = [[1], [2]];
  const plain = (): nacre.Sequential => sequential([layers.dense({ units: 1, inputShape: [1] })]);

  test('says what is wrong with its options', async () => {
    const model = plain();
    await expect(model.report(x, [1, 2], { directoy: 'here' } as never)).rejects.toThrow(/'directoy'.*'directory'/);
    await expect(model.report(x, [1, 2], { task: 'multi' as never })).rejects.toThrow(/'multi'/);
    await expect(model.report(x, [1, 2], { mistakes: 0 })).rejects.toThrow(ValueError);
    await expect(model.report(x, [1, 2], { directory: '' })).rejects.toThrow(/path of a folder, received ""/);
    await expect(model.report(x, [1, 2, 3])).rejects.toThrow(ShapeError);
    await expect(model.report(x, [0, 1], { classNames: ['a'] })).rejects.toThrow(/each of the 2 classes, received 1/);
    await expect(model.report(x, [0, 1], { images: [[[1]]] })).rejects.toThrow(/images: expected shape \[2, H, W\]/);
    await expect(sequential([layers.dense({ units: 1 })]).report(x, [1, 2])).rejects.toThrow(StateError);
  });

  test('says so where the folder cannot be written', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, 'mine');
    for (const directory of [file, join(file, 'below')])
      await expect(plain().report(x, [1.5, 2], { directory })).rejects.toThrow(DataError);
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  test('of a diverged model says so', async () => {
    const model = plain();
    model.setWeights([[[Number.NaN]], [0]]);
    await expect(model.report(x, [1.5, 2])).rejects.toThrow(/received 2 of 2 that are NaN or infinite/);
  });

  test('that is stopped writes nothing', async () => {
    const directory = join(folder, 'stopped');
    const signal = AbortSignal.abort();
    await expect(plain().report(x, [1.5, 2], { directory, signal })).rejects.toThrow(StoppedError);
    expect(await readdir(folder)).not.toContain('stopped');
  });
});
