// The functions that make pictures, used as users use them.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as nacre from './node.js';
import { placedTexts } from './plot/terminal/placed-text.js';

const { layers, sequential, tensor, DataError, ShapeError, StateError, ValueError } = nacre;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-pictures-'));
  await nacre.setBackend('reference');
});
afterAll(() => rm(folder, { recursive: true }));

/** All that is written in a picture. */
const textsOf = async (picture: nacre.Picture): Promise<string[]> =>
  placedTexts(await picture.svg()).map(({ text }) => text);

/** How many images a picture holds. */
const imagesIn = async (picture: nacre.Picture): Promise<number> =>
  (await picture.svg()).match(/data:image\/png/g)?.length ?? 0;

describe('plotHistory', () => {
  test('draws what fit returns, the loss first', async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['meanAbsoluteError'] });
    const x = [[0, 1], [1, 0], [1, 1], [0, 0]]; // prettier-ignore
    const history = await model.fit(x, [1, 1, 2, 0], { epochs: 3, validationSplit: 0.5, verbose: 0 });
    const texts = await textsOf(await nacre.plotHistory(history));
    expect(texts).toEqual(expect.arrayContaining(['Training history', 'training', 'validation', 'Epoch']));
    expect(texts.indexOf('Loss')).toBeLessThan(texts.indexOf('Mean absolute error'));
    // Epochs count from 1.
    expect(texts).toContain('3');
    expect(texts).not.toContain('0 ');
  });

  test('draws numbers alone, and only the metrics asked for', async () => {
    const picture = await nacre.plotHistory(
      { loss: [3, 2], accuracy: [0.5, 0.7] },
      { metrics: ['accuracy'], title: '' },
    );
    const texts = await textsOf(picture);
    expect(texts).toContain('Accuracy');
    expect(texts).not.toContain('Loss');
    expect(texts).not.toContain('training');
    expect(picture.title).toBe('');
  });

  test('explains what is missing', async () => {
    await expect(nacre.plotHistory({})).rejects.toThrow(/at least one epoch, received none/);
    await expect(nacre.plotHistory({ loss: [1] }, { metrics: ['acuracy'] })).rejects.toThrow(ValueError);
    await expect(nacre.plotHistory({ loss: [1] }, { colums: 3 } as never)).rejects.toThrow(/'colums'.*'columns'/);
    await expect(nacre.plotHistory({ loss: [1] }, { width: -1 })).rejects.toThrow(/width: expected a number of pixels/);
  });
});

describe('plotLines and plotBars', () => {
  test('take one series, several by name, or a list that says more', async () => {
    const forms: nacre.Lines[] = [
      [1, 2, 3],
      tensor([1, 2, 3]),
      Float32Array.of(1, 2, 3),
      { only: [1, 2, 3] },
      [{ y: [1, 2, 3], x: [0, 1, 2] }],
    ];
    for (const form of forms) {
      const { data } = (await nacre.plotLines(form)).spec as unknown as {
        data: { values: { x: number; y: number }[] };
      };
      expect(data.values.map(({ x, y }) => [x, y])).toEqual([[0, 1], [1, 2], [2, 3]]); // prettier-ignore
    }
    const two = await nacre.plotLines(
      { 'batch 32': [2, 1], 'batch 64': [3, 2] },
      { xLabel: 'epoch', yLabel: 'loss (nats)' },
    );
    expect(await textsOf(two)).toEqual(expect.arrayContaining(['batch 32', 'batch 64', 'epoch', 'loss (nats)']));
  });

  test('bars stand over their categories', async () => {
    const picture = await nacre.plotBars(
      { train: [3, 4], test: [1, 2] },
      { categories: ['cat', '狗'], title: 'Animals' },
    );
    expect(await textsOf(picture)).toEqual(expect.arrayContaining(['cat', '狗', 'train', 'test', 'Animals']));
    const one = await nacre.plotBars(tensor([5, 6]));
    expect(await textsOf(one)).toEqual(expect.arrayContaining(['0', '1']));
  });

  test('explain what does not fit', async () => {
    await expect(nacre.plotLines([{ name: 'a', y: [1, 2], x: [1] }])).rejects.toThrow(
      /'a': expected as many x as y, received 1 and 2/,
    );
    await expect(nacre.plotLines(tensor([[1, 2], [3, 4]]))).rejects.toThrow(ShapeError); // prettier-ignore
    await expect(nacre.plotLines([1], { yScale: 'lg' as never })).rejects.toThrow(
      /yScale of plotLines 'lg'.*linear, log/,
    );
    await expect(nacre.plotLines({ a: 'text' } as never)).rejects.toThrow(/'a': expected a tensor, a list of numbers/);
    await expect(nacre.plotBars([1, 2, 3], { categories: ['a'] })).rejects.toThrow(/at most 1 values/);
  });

  test('a series of a million numbers becomes a picture of moderate size', async () => {
    const picture = await nacre.plotLines(Float32Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1e5)));
    expect(JSON.stringify(picture.spec).length).toBeLessThan(100_000);
  });
});

const yTrue = [0, 1, 2, 2, 1, 0];
const scores = tensor([
  [0.8, 0.1, 0.1],
  [0.2, 0.6, 0.2],
  [0.1, 0.2, 0.7],
  [0.5, 0.2, 0.3],
  [0.1, 0.8, 0.1],
  [0.6, 0.3, 0.1],
]);

describe('pictures of predictions', () => {
  test('the confusion matrix counts, or shows shares', async () => {
    const counts = await nacre.plotConfusionMatrix(yTrue, scores, { classNames: ['ant', 'bee', 'cat', 'dog'] });
    const { data } = counts.spec as unknown as {
      data: { values: { true: string; predicted: string; value: number }[] };
    };
    const cell = (row: string, column: string): number | undefined =>
      data.values.find((entry) => entry.true === row && entry.predicted === column)?.value;
    expect([cell('cat', 'ant'), cell('cat', 'cat'), cell('bee', 'bee'), cell('dog', 'dog')]).toEqual([1, 1, 2, 0]);
    const shares = await nacre.plotConfusionMatrix(yTrue, scores, { normalize: 'true' });
    expect(await textsOf(shares)).toEqual(expect.arrayContaining(['0.50', '1.00', 'Share of the true class']));
  });

  test('every label needs its name', async () => {
    await expect(nacre.plotConfusionMatrix(yTrue, scores, { classNames: ['ant', 'bee'] })).rejects.toThrow(
      /received 2 names \(classes 0 to 1\) and a label 2/,
    );
  });

  test('ROC and precision-recall have a curve and a number for every class', async () => {
    const roc = await textsOf(await nacre.plotRoc(yTrue, scores, { classNames: ['ant', 'bee', 'cat'] }));
    expect(roc).toEqual(
      expect.arrayContaining(['ant (AUC 1.000)', 'bee (AUC 1.000)', 'cat (AUC 1.000)', 'chance (AUC 0.500)']),
    );
    const precision = await textsOf(await nacre.plotPrecisionRecall(yTrue, scores));
    expect(precision).toEqual(expect.arrayContaining(['0 (AP 1.000)', '2 (AP 1.000)', 'Recall', 'Precision']));
    const single = await textsOf(await nacre.plotRoc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]));
    expect(single).toContain('AUC 0.750');
    const one = await textsOf(await nacre.plotPrecisionRecall(yTrue, scores, { classId: 1 }));
    expect(one).toContain('chance (AP 0.333)');
  });

  test('class numbers of several classes have no curve', async () => {
    await expect(nacre.plotRoc(yTrue, yTrue)).rejects.toThrow(/classId/);
    await expect(nacre.plotPrecisionRecall(yTrue, yTrue)).rejects.toThrow(/classId/);
  });

  test('calibration shows where probabilities say too much, and how many there are', async () => {
    const picture = await nacre.plotCalibration([0, 0, 1, 1], [0.1, 0.3, 0.7, 1], { nBins: 2, name: 'network' });
    expect(await textsOf(picture)).toEqual(expect.arrayContaining(['network', 'perfectly calibrated', 'Samples']));
    const alone = await nacre.plotCalibration([0, 0, 1, 1], [0.1, 0.3, 0.7, 1], { histogram: false });
    expect(await textsOf(alone)).not.toContain('Samples');
    await expect(nacre.plotCalibration([0, 1], [0.5, 2])).rejects.toThrow(/probabilities from 0 to 1, received 2/);
  });
});

const images = nacre.arange(6 * 8 * 8).reshape([6, 8, 8]);

describe('showImages and plotMisclassified', () => {
  test('right and wrong are marked, and say how sure the network is', async () => {
    const picture = await nacre.showImages(images, {
      labels: yTrue,
      predictions: scores,
      classNames: ['ant', 'bee', 'cat'],
    });
    expect(await imagesIn(picture)).toBe(6);
    const texts = await textsOf(picture);
    expect(texts).toEqual(expect.arrayContaining(['✓ ant (80%)', '× ant (50%)', 'true cat']));
    expect(texts.filter((text) => text.startsWith('✓')).length).toBe(5);
  });

  test('labels may be texts, one-hot, or none at all', async () => {
    expect(await textsOf(await nacre.showImages(images, { labels: ['a', 'b', 'c', 'd', 'e', '七'] }))).toContain('七');
    const oneHot = [[0, 1], [1, 0], [1, 0], [1, 0], [1, 0], [1, 0]]; // prettier-ignore
    expect((await textsOf(await nacre.showImages(images, { labels: oneHot })))[0]).toBe('1');
    expect(await textsOf(await nacre.showImages(images))).toEqual([]);
  });

  test('of many images the first are shown, and the picture says so', async () => {
    const many = nacre.zeros([100, 4, 4, 3]);
    const picture = await nacre.showImages(many, { count: 10, labels: Array<number>(100).fill(1) });
    expect(await imagesIn(picture)).toBe(10);
    expect((await textsOf(picture)).some((text) => text.includes('The first 10 of 100'))).toBe(true);
  });

  test('explain what does not fit', async () => {
    await expect(nacre.showImages(images, { labels: [1, 2] })).rejects.toThrow(
      /one for each of the 6 images, received 2/,
    );
    await expect(nacre.showImages(tensor([1, 2, 3]))).rejects.toThrow(/Reshape flat images/);
    await expect(nacre.showImages(images, { count: 0 })).rejects.toThrow(
      /count: expected a whole number of at least 1/,
    );
    await expect(nacre.showImages(images, { range: [0] as never })).rejects.toThrow(
      /range: expected two finite numbers/,
    );
  });

  test('mistakes come with the most certain first', async () => {
    const sure = tensor([[0.1, 0.9], [0.4, 0.6], [0.9, 0.1], [0.3, 0.7]]); // prettier-ignore
    const four = images.slice([0, 4]);
    const picture = await nacre.plotMisclassified(four, [0, 0, 0, 0], sure, { count: 2 });
    const texts = await textsOf(picture);
    expect(texts.filter((text) => text.startsWith('×'))).toEqual(['× 1 (90%)', '× 1 (70%)']);
    expect(texts.some((text) => text.startsWith('3 of 4 images'))).toBe(true);
    const none = await nacre.plotMisclassified(four, [1, 1, 0, 1], sure);
    expect(await imagesIn(none)).toBe(0);
    expect((await textsOf(none)).some((text) => text.startsWith('0 of 4'))).toBe(true);
    await expect(nacre.plotMisclassified(four, [0, 0, 0], sure)).rejects.toThrow(/received 4 and 3/);
    await expect(nacre.plotMisclassified(images, [0, 0, 0, 0], sure)).rejects.toThrow(/one for each of the 6 images/);
  });
});

describe('pictures of a network', () => {
  const cnn = () =>
    sequential({
      name: 'small',
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1], name: 'first' }),
        layers.conv2d({ filters: 2, kernelSize: 3, name: 'second' }),
        layers.flatten({ name: 'flat' }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 3, activation: 'softmax', name: 'third' }),
      ],
    });

  test('plotModel writes shapes and parameters into its boxes', async () => {
    const texts = await textsOf(await nacre.plotModel(cnn()));
    expect(texts).toEqual(
      expect.arrayContaining(['Model "small"', '213 parameters', 'Input', '(None, 8, 8, 1)', 'Conv2D, relu', 'first', '(None, 6, 6, 4)', '40 parameters', 'Dropout, 0.5', 'Dense, softmax', '(None, 3)']), // prettier-ignore
    );
    const unbuilt = await textsOf(await nacre.plotModel(sequential([layers.dense({ units: 1, name: 'only' })])));
    expect(unbuilt).toEqual(expect.arrayContaining(['only', '?', 'Not built yet: shapes are not known']));
    await expect(nacre.plotModel(sequential())).rejects.toThrow(StateError);
    await expect(nacre.plotModel({} as never)).rejects.toThrow(/expected a model/);
  });

  test('plotWeights shows filters, channels and matrices', async () => {
    const model = cnn();
    const picture = await nacre.plotWeights(model);
    // 4 filters, 2 filters of 4 channels, one matrix.
    expect(await imagesIn(picture)).toBe(4 + 8 + 1);
    expect(await textsOf(picture)).toEqual(
      expect.arrayContaining(['first: 4 filters of 3×3', 'second: 2 filters (rows) of 3×3, 4 input channels (columns)', 'third: 3 units (rows), 32 inputs (columns)']), // prettier-ignore
    );
    expect(await imagesIn(await nacre.plotWeights(model, { layers: ['first'], count: 3 }))).toBe(3);
    const dense = sequential([layers.flatten({ inputShape: [5, 4] }), layers.dense({ units: 6, name: 'dense' })]);
    expect(await textsOf(await nacre.plotWeights(dense))).toContain('dense: 6 units, 5×4 inputs each');
    expect(await imagesIn(await nacre.plotWeights(tensor([1, -1])))).toBe(1);
    await expect(nacre.plotWeights(model, { layers: ['frist'] })).rejects.toThrow(ValueError);
    await expect(nacre.plotWeights(sequential([layers.dense({ units: 1 })]))).rejects.toThrow(/no weights yet/);
    await expect(nacre.plotWeights(nacre.zeros([2, 2, 2]))).rejects.toThrow(ShapeError);
  });

  test('plotActivations shows what each layer makes of one sample', async () => {
    const model = cnn();
    const x = nacre.arange(128).reshape([2, 8, 8]).div(128);
    const picture = await nacre.plotActivations(model, x, { sample: 1 });
    expect(await textsOf(picture)).toEqual(
      expect.arrayContaining(['first: 4 maps of 6×6', 'second: 2 maps of 4×4', 'third: 3 outputs']),
    );
    expect(await imagesIn(picture)).toBe(7);
    expect(await textsOf(await nacre.plotActivations(model, x, { layers: ['flat'] }))).toContain('flat: 32 outputs');
    await expect(nacre.plotActivations(model, x, { sample: 2 })).rejects.toThrow(/from 0 to 1, received 2/);
    // A model that is a layer shows its layers.
    const within = nacre.sequential([nacre.sequential({ name: 'base', layers: model.layers })]);
    const inner = await nacre.plotActivations(within, x, { sample: 1, title: '' });
    expect(inner.spec).toEqual((await nacre.plotActivations(model, x, { sample: 1, title: '' })).spec);
    expect((await nacre.plotWeights(within)).spec).toEqual((await nacre.plotWeights(model)).spec);
    await expect(nacre.plotActivations(model, nacre.zeros([1, 9, 9, 1]))).rejects.toThrow(ShapeError);
  });
});

describe('a picture', () => {
  test('is saved whole, in every form, and leaves nothing beside it', async () => {
    const picture = await nacre.plotLines({ 训练: [3, 2, 1] }, { title: 'Saved' });
    for (const ending of ['svg', 'png', 'html', 'json']) await picture.save(join(folder, `picture.${ending}`));
    expect((await readdir(folder)).sort()).toEqual(['picture.html', 'picture.json', 'picture.png', 'picture.svg']);
    expect(await readFile(join(folder, 'picture.svg'), 'utf8')).toBe(await picture.svg());
    const png = await readFile(join(folder, 'picture.png'));
    const [, width] = /width="(\d+)"/.exec(await picture.svg())!;
    expect(png.readUInt32BE(16)).toBe(2 * Number(width));
  });

  test('is the same file on every run', async () => {
    const bytes = async (): Promise<Uint8Array> => (await nacre.plotBars([1, 2, 3], { title: 'Same' })).png();
    expect(await bytes()).toEqual(await bytes());
  });

  test('that cannot be saved leaves what was there', async () => {
    const picture = await nacre.plotLines([1, 2]);
    await expect(picture.save(join(folder, 'missing/picture.svg'))).rejects.toThrow(DataError);
    await expect(picture.save(join(folder, 'missing/picture.svg'))).rejects.toThrow(
      /A folder of the path does not exist/,
    );
  });

  test('is shown in the terminal', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await (await nacre.plotLines([1, 2, 3], { xLabel: 'steps', title: 'Shown' })).show();
      const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
      expect(text).toContain('Shown');
      expect(text).toContain('steps');
      expect(text.split('\n').length).toBeGreaterThan(10);
    } finally {
      write.mockRestore();
    }
  });
});

describe('plotPredictions and plotResiduals', () => {
  test('draw one output, or several by name', async () => {
    const one = await nacre.plotPredictions([1, 2, 3], tensor([[1], [2], [4]]));
    expect(await textsOf(one)).toEqual(expect.arrayContaining(['True value', 'Predicted value']));
    const options = { outputNames: ['width', 'height'] };
    for (const draw of [nacre.plotPredictions, nacre.plotResiduals]) {
      const two = await draw([[1, 2], [3, 4]], [[1, 3], [2, 4]], options); // prettier-ignore
      expect(await textsOf(two)).toEqual(expect.arrayContaining(['width', 'height']));
    }
  });

  test('count each error in a bin, edges at 0', async () => {
    const { spec } = await nacre.plotResiduals([1, 2, 3, 4], [1, 2.5, 2.5, 4.5]);
    const { layer } = spec as unknown as {
      layer: { data: { values: { from: number; to: number; count: number }[] } }[];
    };
    const { values } = layer[0]!.data;
    expect(values.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(values.filter(({ to }) => to <= 0).reduce((sum, { count }) => sum + count, 0)).toBe(2);
    expect(values.some(({ from }) => from === 0)).toBe(true);
  });

  test('explain what does not fit', async () => {
    await expect(nacre.plotPredictions([1, 2], [1])).rejects.toThrow(/one shape.*received \[2\] and \[1\]/);
    await expect(nacre.plotResiduals([1], [1], { outputNames: ['a', 'b'] })).rejects.toThrow(
      /expected 1 outputNames, received 2/,
    );
  });
});
