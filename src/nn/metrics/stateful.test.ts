// What metrics with counts do beside their formulas: names, sums that stay exact, errors, and their place in a model.
import { afterEach, describe, expect, test } from 'vitest';
import { forEachBackend, useBackend } from '../../../tests/support/engine.js';
import { classificationReport, rocAuc } from '../../evaluation/index.js';
import { compile } from '../../tensor/compile.js';
import { ones, tensor, zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dense } from '../layers/index.js';
import { sequential } from '../model/sequential.js';
import { clearNames, setRandomSeed } from '../naming.js';
import { toCategorical } from '../to-categorical.js';
import * as metrics from './index.js';
import { resolveMetric } from './resolve.js';
import type { StatefulMetric } from './stateful.js';

afterEach(() => clearNames());

const read = async (metric: StatefulMetric): Promise<number> =>
  metric.result(await Promise.all(metric.variables.map((variable) => variable.read())));

forEachBackend(() => {
  test('counts stay exact beyond what one float32 can count', async () => {
    const metric = metrics.truePositives();
    const step = compile((labels: Tensor, scores: Tensor, weights: Tensor) => metric.update(labels, scores, weights));
    const many = 2 ** 24;
    await step(ones([1]), ones([1, 1]), tensor([many]));
    // Alone in a float32, 2^24 + 1 is 2^24 again.
    await step.repeat(5, ones([1]), ones([1, 1]), ones([1]));
    expect(await read(metric)).toBe(many + 5);
    step.dispose();
  });

  test('the spread of labels far from 0 is not lost', async () => {
    const metric = metrics.r2Score();
    const step = compile((yTrue: Tensor, yPred: Tensor) => metric.update(yTrue, yPred, ones([2])));
    const labels = [10_001, 10_003, 10_005, 10_007];
    await step(tensor(labels.slice(0, 2)).expandDims(-1), tensor([[10_001], [10_003.5]]));
    await step(tensor(labels.slice(2)).expandDims(-1), tensor([[10_005.5], [10_007]]));
    expect(await read(metric)).toBeCloseTo(1 - 0.5 / 20, 6);
    step.dispose();
  });

  test('reset forgets, for state of a shape that was known only late too', async () => {
    const metric = metrics.f1Score();
    expect(await read(metric)).toBe(0);
    expect(await metric.resultVector()).toEqual(new Float64Array());
    metric.reset();
    const labels = tensor([
      [1, 0],
      [0, 1],
    ]);
    metric.update(labels, labels, ones([2]));
    expect(await read(metric)).toBeCloseTo(1, 6);
    metric.reset();
    expect([...(await metric.resultVector())]).toEqual([0, 0]);
  });

  test('classes along another axis are found there', async () => {
    const labels = tensor([0, 1, 2, 1, 0, 2, 2, 1], [2, 4], 'int32').oneHot(3);
    const scores = tensor([0, 1, 1, 1, 0, 2, 0, 1], [2, 4], 'int32').oneHot(3);
    const last = metrics.oneHotMeanIoU({ numClasses: 3 });
    const first = metrics.oneHotMeanIoU({ numClasses: 3, axis: 1 });
    last.update(labels, scores, ones([2]));
    first.update(labels.transpose([0, 2, 1]), scores.transpose([0, 2, 1]), ones([2]));
    const expected = (2 / 3 + 3 / 4 + 1 / 3) / 3;
    expect(await read(last)).toBeCloseTo(expected, 6);
    expect(await read(first)).toBeCloseTo(expected, 6);
  });

  test('fractions of weights count where Keras cuts them off to whole numbers', async () => {
    const metric = metrics.meanIoU({ numClasses: 2 });
    metric.update(tensor([0, 1, 1], undefined, 'int32'), tensor([0, 1, 0], undefined, 'int32'), tensor([0.5, 1, 0.5]));
    expect(await read(metric)).toBeCloseTo((0.5 / 1 + 1 / 1.5) / 2, 6);
  });
});

describe('in a model', () => {
  useBackend();

  test('metrics are those of all samples, whatever the batches, weighted or not', async () => {
    setRandomSeed(7);
    const count = 50;
    const x = tensor(
      Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 12.9898)),
      [count, 2],
    );
    const classes = Int32Array.from({ length: count }, (_, i) => ((i * i) % 7) % 3);
    const y = toCategorical(tensor(classes), 3);
    const sampleWeight = tensor(Float32Array.from({ length: count }, (_, i) => (i % 4) / 2));
    const model = sequential([dense({ units: 3, activation: 'softmax', inputShape: [2] })]);
    const f1 = metrics.f1Score({ name: 'f1' });
    model.compile({
      loss: 'categoricalCrossentropy',
      optimizer: 'sgd',
      metrics: [f1, metrics.auc({ numThresholds: 5000, multiLabel: true, name: 'auc' }), 'precision'],
      weightedMetrics: [metrics.f1Score({ name: 'weighted_f1', average: 'weighted' })],
    });
    // 50 rows by 32: the second batch is smaller.
    const results = await model.evaluate(x, y, { batchSize: 32, sampleWeight, returnDict: true, verbose: 0 });
    const predictions = await (await model.predict(x, { verbose: 0 })).realize();
    const report = classificationReport(classes, predictions);
    const scores = report.classes.map(({ f1Score }) => f1Score);
    expect((await f1.resultVector()).length).toBe(3);
    (await f1.resultVector()).forEach((score, index) => expect(score).toBeCloseTo(scores[index]!, 5));
    expect(results.f1).toBeCloseTo(report.macroAverage.f1Score, 5);
    const weighted = classificationReport(classes, predictions, { sampleWeight: await sampleWeight.realize() });
    expect(results.weighted_f1).toBeCloseTo(weighted.weightedAverage.f1Score, 5);
    expect(results.auc).toBeCloseTo(rocAuc(classes, predictions, { multiClass: 'ovr' }), 2);
    const isRight = Array.from(predictions.data, (_, i) => classes[Math.floor(i / 3)] === i % 3);
    const found = isRight.filter((_, i) => predictions.data[i]! > 0.5);
    expect(found.length).toBeGreaterThan(0);
    expect(results.precision).toBeCloseTo(found.filter(Boolean).length / found.length, 6);
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 32, verbose: 0, validationData: [x, y] });
    expect(Object.keys(history).sort()).toEqual([
      'auc',
      'f1',
      'loss',
      'precision',
      'val_auc',
      'val_f1',
      'val_loss',
      'val_precision',
      'val_weighted_f1',
      'weighted_f1',
    ]);
    expect(history.val_f1!.every((value) => value > 0 && value < 1)).toBe(true);
  });
});

describe('names', () => {
  test('without one, metrics are called after their class, and counted', () => {
    expect([metrics.precision(), metrics.precision({ classId: 1 })].map(({ name }) => name)).toEqual([
      'precision',
      'precision_1',
    ]);
    expect(metrics.auc().name).toBe('auc');
    expect(metrics.meanIoU({ numClasses: 2 }).name).toBe('mean_io_u');
    expect(metrics.sensitivityAtSpecificity({ specificity: 0.5 }).name).toBe('sensitivity_at_specificity');
    expect([metrics.fBetaScore(), metrics.f1Score(), metrics.r2Score()].map(({ name }) => name)).toEqual([
      'fbeta_score',
      'f1_score',
      'r2_score',
    ]);
  });

  test.each([
    ['AUC', 'AUC', 'AUC'],
    ['auc', 'auc', 'AUC'],
    ['f1Score', 'f1_score', 'F1Score'],
    ['r2_score', 'r2_score', 'R2Score'],
    ['Precision', 'Precision', 'Precision'],
    ['truePositives', 'true_positives', 'TruePositives'],
    ['RootMeanSquaredError', 'RootMeanSquaredError', 'RootMeanSquaredError'],
    ['mape', 'mape', 'MeanAbsolutePercentageError'],
    ['MSLE', 'MSLE', 'MeanSquaredLogarithmicError'],
    ['kl_divergence', 'kl_divergence', 'KLDivergence'],
    ['sparse_top_k_categorical_accuracy', 'sparse_top_k_categorical_accuracy', 'SparseTopKCategoricalAccuracy'],
  ])('the string %s is %s of class %s', (option, name, className) => {
    const metric = resolveMetric(option, undefined, [null, 3], [null, 3]);
    expect(metric).toMatchObject({ name, className });
  });

  test('a name that needs options says which', () => {
    expect(() => resolveMetric('mean_io_u', undefined, [null], [null])).toThrow(
      "Metric 'meanIoU' needs options: write metrics.meanIoU({ numClasses: 21 }).",
    );
    expect(() => resolveMetric('precisions', undefined, [null], [null])).toThrow("Did you mean 'precision'?");
  });
});

describe('errors', () => {
  const numbers = zeros([4], 'int32');
  const scores = zeros([4, 3]);
  const weights = ones([4]);

  test('class numbers where one-hot labels belong', () => {
    for (const metric of [metrics.precision(), metrics.f1Score(), metrics.auc()])
      expect(() => metric.update(numbers, scores, weights)).toThrow(
        /expected labels 0 and 1 in the shape of the predictions, \[4, 3\], received shape \[4\].*toCategorical\(y, 3\)/,
      );
    expect(() => metrics.recall().update(zeros([4, 1]), scores, weights)).toThrow(/toCategorical/);
    expect(() => metrics.topKCategoricalAccuracy().update(numbers, scores, weights)).toThrow(
      /\[4, 3\], received \[4\]/,
    );
    expect(() => metrics.meanIoU({ numClasses: 3 }).update(numbers, scores, weights)).toThrow(/sparseYPred: false/);
    expect(() => metrics.r2Score().update(zeros([4, 2]), scores, weights)).toThrow(/r2Score: expected labels/);
  });

  test('shapes and classes that do not exist', () => {
    expect(() => metrics.precision({ classId: 3 }).update(scores, scores, weights)).toThrow(/classId 3.*\[4, 3\]/);
    expect(() => metrics.precision({ topK: 4 }).update(scores, scores, weights)).toThrow(/at most the 3 classes/);
    expect(() => metrics.auc({ multiLabel: true }).update(zeros([4, 2, 3]), zeros([4, 2, 3]), weights)).toThrow(
      /\[B, labels\]/,
    );
    expect(() => metrics.f1Score().update(zeros([4, 2, 3]), zeros([4, 2, 3]), weights)).toThrow(/\[B, classes\]/);
    const metric = metrics.f1Score({ name: 'f1' });
    metric.update(scores, scores, weights);
    expect(() => metric.update(zeros([4, 2]), zeros([4, 2]), weights)).toThrow(/"f1": expected predictions as before/);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'a threshold outside',
      () => metrics.precision({ thresholds: 1.5 }),
      /thresholds: expected a number from 0 to 1.*1\.5/,
    ],
    ['no thresholds', () => metrics.recall({ thresholds: [] }), /thresholds/],
    ['top 0', () => metrics.recall({ topK: 0 }), /topK: expected a whole number of at least 1/],
    ['a class that is no number', () => metrics.recall({ classId: 'a' as never }), /classId/],
    [
      'an unknown option',
      () => metrics.truePositives({ topK: 1 } as never),
      /Unknown option of metrics.truePositives 'topK'/,
    ],
    ['an unknown curve', () => metrics.auc({ curve: 'RCO' }), /Unknown curve of metrics.auc 'RCO'. Did you mean 'ROC'/],
    ['one threshold', () => metrics.auc({ numThresholds: 1 }), /at least 2/],
    ['labels without multiLabel', () => metrics.auc({ numLabels: 3 }), /multiLabel: true/],
    ['weights that are no list', () => metrics.auc({ labelWeights: 3 as never }), /labelWeights/],
    ['a share outside', () => metrics.recallAtPrecision({ precision: 2 }), /precision: expected a number from 0 to 1/],
    [
      'no share',
      () => metrics.recallAtPrecision({} as never),
      /precision: expected a number from 0 to 1, received undefined/,
    ],
    ['an unknown average', () => metrics.f1Score({ average: 'mean' as never }), /'macro', 'weighted', 'micro' or null/],
    ['beta for F1', () => metrics.f1Score({ beta: 2 } as never), /Unknown option of metrics.f1Score 'beta'/],
    ['beta 0', () => metrics.fBetaScore({ beta: 0 }), /above 0/],
    ['threshold 0', () => metrics.f1Score({ threshold: 0 }), /above 0/],
    ['no classes', () => metrics.meanIoU({} as never), /numClasses/],
    ['a class too many', () => metrics.iou({ numClasses: 2, targetClassIds: [2] }), /from 0 to 1, received \[2\]/],
    [
      'an ignored class that is no number',
      () => metrics.meanIoU({ numClasses: 2, ignoreClass: 0.5 }),
      /a whole number, received 0.5/,
    ],
    ['targets of a mean', () => metrics.meanIoU({ numClasses: 2, targetClassIds: [0] } as never), /Unknown option/],
    ['an unknown aggregation', () => metrics.r2Score({ classAggregation: 'mean' as never }), /'uniform_average'/],
    ['the axis of samples', () => metrics.cosineSimilarity({ axis: 0 }), /axis/],
    ['k 0', () => metrics.sparseTopKCategoricalAccuracy({ k: 0 }), /k: expected/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
