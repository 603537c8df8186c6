import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { compile } from '../../tensor/compile.js';
import { ones, scalar, tensor, zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import * as losses from '../losses/index.js';
import * as metrics from './index.js';
import { Mean, MeanMetric } from './mean.js';
import type { Metric } from './metric.js';
import { resolveMetric } from './resolve.js';

const resultOf = async (metric: Pick<Metric, 'variables' | 'result'>): Promise<number> =>
  metric.result(await Promise.all(metric.variables.map((variable) => variable.value.realize())));

forEachBackend(() => {
  test('a mean weighs what it takes, and starts anew when it is reset', async () => {
    const mean = new Mean('loss');
    expect(await resultOf(mean)).toBe(0);
    mean.add(scalar(1), scalar(32));
    mean.add(scalar(5), scalar(8));
    expect(await resultOf(mean)).toBeCloseTo((32 + 40) / 40, 6);
    mean.reset();
    expect(await resultOf(mean)).toBe(0);
    mean.add(scalar(3), scalar(2));
    expect(await resultOf(mean)).toBe(3);
  });

  test('a compiled step updates a metric in place, step after step', async () => {
    const metric = metrics.sparseCategoricalAccuracy();
    const labels = tensor([0, 1], undefined, 'int32');
    const step = compile((scores: Tensor, weights: Tensor) => metric.update(labels, scores, weights));
    const scores = tensor([
      [1, 0],
      [1, 0],
    ]);
    await step.repeat(3, scores, ones([2]));
    expect(await resultOf(metric)).toBe(0.5);
    await step(scores, tensor([2, 0]));
    expect(await resultOf(metric)).toBe(5 / 8);
    step.dispose();
  });

  test('samples of weight 0 do not count', async () => {
    const metric = metrics.binaryAccuracy({ threshold: 0.3 });
    metric.update(tensor([1, 0, 1]), tensor([[0.4], [0.4], [0.1]]), tensor([1, 1, 0]));
    expect(await resultOf(metric)).toBe(0.5);
  });

  test("a user's function is a metric, of values or of one number for the batch", async () => {
    const update = async (metric: Metric): Promise<number> => {
      metric.update(
        zeros([2, 2]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
        ones([2]),
      );
      metric.update(zeros([1, 2]), tensor([[7, 7]]), ones([1]));
      return resultOf(metric);
    };
    const largest = (_: Tensor, yPred: Tensor): Tensor => yPred.max();
    const each = resolveMetric((_, yPred) => yPred, undefined, [null, 2], [null, 2]);
    const whole = resolveMetric(largest, undefined, [null, 2], [null, 2]);
    expect(whole.name).toBe('largest');
    expect(await update(each)).toBe((1.5 + 3.5 + 7) / 3);
    expect(await update(whole)).toBe((4 * 2 + 7) / 3);
  });

  test('a cross-entropy takes predictions for logits where the loss does', async () => {
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const metric = resolveMetric('crossentropy', loss, [null], [null, 3]);
    const labels = tensor([2], undefined, 'int32');
    metric.update(labels, tensor([[0, 0, 0]]), ones([1]));
    expect(await resultOf(metric)).toBeCloseTo(Math.log(3), 6);
  });
});

describe('accuracy', () => {
  test.each<[(number | null)[], (number | null)[], string]>([
    [[null], [null, 10], 'SparseCategoricalAccuracy'],
    [[null, 1], [null, 10], 'SparseCategoricalAccuracy'],
    [[null, 10], [null, 10], 'CategoricalAccuracy'],
    [[null, 1], [null, 1], 'BinaryAccuracy'],
    [[null], [null, 1], 'BinaryAccuracy'],
  ])('of labels %j and predictions %j is %s', (yTrueShape, yPredShape, className) => {
    const metric = resolveMetric('accuracy', undefined, yTrueShape, yPredShape);
    expect(metric instanceof MeanMetric && metric.className).toBe(className);
    expect(metric.name).toBe('accuracy');
  });
});

describe('a metric option', () => {
  test.each([
    ['acc', 'acc'],
    ['mse', 'mse'],
    ['MAE', 'MAE'],
    ['mean_squared_error', 'mean_squared_error'],
    ['meanSquaredError', 'mean_squared_error'],
    ['sparseCategoricalAccuracy', 'sparse_categorical_accuracy'],
    ['binary_accuracy', 'binary_accuracy'],
    ['bce', 'bce'],
  ])('%s goes by %s in the history', (option, name) => {
    expect(resolveMetric(option, undefined, [null, 2], [null, 2]).name).toBe(name);
  });

  test('may be a metric, under its own name', () => {
    const metric = metrics.meanSquaredError({ name: 'error' });
    expect(resolveMetric(metric, undefined, [null], [null])).toBe(metric);
    expect(metric.name).toBe('error');
    expect(metrics.meanAbsoluteError().name).toBe('mean_absolute_error');
  });

  test('that is not understood is an error', () => {
    expect(() => resolveMetric('acuracy', undefined, [null], [null])).toThrow(
      /Unknown metric 'acuracy'. Did you mean 'accuracy'\? Known: accuracy/,
    );
    for (const option of [undefined, null, 3, {}])
      expect(() => resolveMetric(option as never, undefined, [null], [null])).toThrow('metrics: expected a name');
    expect(() => metrics.binaryAccuracy({ treshold: 1 } as never)).toThrow("Did you mean 'threshold'?");
    const wrong = resolveMetric(() => 1 as never, undefined, [null], [null]);
    expect(() => wrong.update(zeros([1]), zeros([1]), ones([1]))).toThrow('expected it to return a tensor, received 1');
  });

  test('refuses labels of the wrong kind when it is used', () => {
    const accuracy = metrics.sparseCategoricalAccuracy();
    expect(() => accuracy.update(zeros([2, 3]), zeros([2, 3]), ones([2]))).toThrow('For one-hot labels use');
  });
});

test("configurations are Keras's", () => {
  expect(metrics.binaryAccuracy().getConfig()).toEqual({ name: 'binary_accuracy', dtype: 'float32', threshold: 0.5 });
  expect(metrics.categoricalAccuracy().getConfig()).toEqual({ name: 'categorical_accuracy', dtype: 'float32' });
  expect(metrics.sparseCategoricalCrossentropy().getConfig()).toMatchObject({
    name: 'sparse_categorical_crossentropy',
    dtype: 'float32',
    from_logits: false,
    ignore_class: null,
  });
});
