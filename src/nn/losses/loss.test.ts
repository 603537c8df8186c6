import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { expectNear } from '../../../tests/support/keras.js';
import { ShapeError } from '../../base/errors.js';
import { scalar, tensor, zeros } from '../../tensor/creation.js';
import { grad } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import * as losses from './index.js';
import { reduceLoss } from './reduce.js';
import { resolveLoss } from './resolve.js';

forEachBackend(() => {
  describe('reduceLoss', () => {
    const values = tensor([
      [1, 3],
      [5, 7],
      [100, 100],
    ]);

    test('averages each sample and divides by the number of samples that count', async () => {
      const weights = tensor([1, 1, 0]);
      expectNear(await reduceLoss(values, weights, scalar(2)).data(), [4]);
    });

    test('does not divide by the weights', async () => {
      expectNear(await reduceLoss(values, tensor([2, 0.5, 0]), 3).data(), [(2 * 2 + 0.5 * 6) / 3]);
      expectNear(await reduceLoss(values, undefined, 3).data(), [108 / 3]);
    });

    test('takes a scalar as it is', async () => {
      expectNear(await reduceLoss(scalar(5), tensor([1, 1]), 2).data(), [5]);
    });

    test('wants one weight for each sample', () => {
      expect(() => reduceLoss(values, tensor([[1], [1], [1]]), 3)).toThrow(
        'Loss: expected one weight for each sample (shape [3]), received shape [3, 1].',
      );
    });
  });

  describe('values', () => {
    test('of predictions [B] are those of [B, 1]', async () => {
      const yTrue = tensor([1, 2]);
      const yPred = tensor([3, 5]);
      expectNear(await losses.meanSquaredError().values(yTrue, yPred).data(), [4, 9]);
      expectNear(await losses.meanAbsoluteError().values(yTrue, yPred).data(), [2, 3]);
      const p = tensor([0.25, 0.5]);
      expectNear(
        await losses
          .binaryCrossentropy()
          .values(tensor([1, 0]), p)
          .data(),
        [1.3862944, 0.6931472],
      );
    });

    test('of a class that does not exist are NaN, not small', async () => {
      const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
      const values = await loss.values(tensor([0, 3, -1], undefined, 'int32'), zeros([3, 3])).data();
      expectNear(values.slice(0, 1), [Math.log(3)]);
      expect([...values.slice(1)]).toEqual([NaN, NaN]);
    });

    test('from large logits do not lose digits', async () => {
      const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
      // log(1 + exp(-2)); float32 numbers near 10,000 lie 0.001 apart.
      const values = loss.values(tensor([0], undefined, 'int32'), tensor([[10_002, 10_000]]));
      expectNear(await values.data(), [0.126928], 1e-5, 0.1);
    });

    test('of logits 0 have the gradient sigmoid - label', async () => {
      const loss = losses.binaryCrossentropy({ fromLogits: true });
      const gradient = grad((x: Tensor) => loss.values(tensor([[1], [0]]), x).sum())(zeros([2, 1]));
      expectNear(await gradient.data(), [-0.5, 0.5]);
    });
  });

  test("a user's function is a loss, averaged over samples", async () => {
    const loss = resolveLoss(function squares(yTrue, yPred) {
      return yPred.sub(yTrue).square();
    });
    expect([loss.name, loss.labels, loss.className]).toEqual(['squares', 'any', undefined]);
    const yPred = tensor([
      [1, 2],
      [3, 4],
    ]);
    expectNear(await loss.call(zeros([2, 2]), yPred).data(), [7.5]);
    expectNear(
      await resolveLoss((_, p) => p.sum())
        .call(zeros([2, 2]), yPred)
        .data(),
      [10],
    );
  });
});

describe('a loss refuses', () => {
  const scores = zeros([4, 3]);

  test('labels of another shape', () => {
    expect(() => losses.meanSquaredError().values(zeros([4, 2]), scores)).toThrow(ShapeError);
    expect(() => losses.meanSquaredError().values(zeros([4]), scores)).toThrow(
      'meanSquaredError: expected labels in the shape of the predictions, [4, 3], received [4].',
    );
  });

  test('one-hot labels where it wants class numbers, and the reverse, with the remedy', () => {
    expect(() => losses.sparseCategoricalCrossentropy().values(zeros([4, 3]), scores)).toThrow(
      'sparseCategoricalCrossentropy: expected one class number for each prediction (shape [4]), received labels of shape [4, 3]. For one-hot labels use categoricalCrossentropy and categoricalAccuracy.',
    );
    for (const shape of [[4], [4, 1]])
      expect(() => losses.categoricalCrossentropy().values(zeros(shape), scores)).toThrow(
        'For class numbers use sparseCategoricalCrossentropy, or toCategorical.',
      );
  });

  test('predictions without classes', () => {
    expect(() => losses.categoricalCrossentropy().values(zeros([]), zeros([]))).toThrow(
      'expected predictions [B, ..., classes]',
    );
  });

  test('options that do not exist or mean nothing', () => {
    expect(() => losses.sparseCategoricalCrossentropy({ fromLogit: true } as never)).toThrow(
      "Did you mean 'fromLogits'?",
    );
    expect(() => losses.binaryCrossentropy({ labelSmoothing: 2 })).toThrow(
      'labelSmoothing: expected a number from 0 to 1',
    );
    expect(() => losses.categoricalCrossentropy({ fromLogits: 1 as never })).toThrow('fromLogits');
  });
});

describe('a loss option', () => {
  test.each([
    ['mse', 'MeanSquaredError'],
    ['MAE', 'MeanAbsoluteError'],
    ['binary_crossentropy', 'BinaryCrossentropy'],
    ['categoricalCrossentropy', 'CategoricalCrossentropy'],
    ['SparseCategoricalCrossentropy', 'SparseCategoricalCrossentropy'],
  ])('%s is %s', (name, className) => {
    expect(resolveLoss(name).className).toBe(className);
  });

  test('may be a loss', () => {
    const loss = losses.meanSquaredError();
    expect(resolveLoss(loss)).toBe(loss);
  });

  test('that is not understood is an error', () => {
    expect(() => resolveLoss('crossentropie')).toThrow(/Unknown loss 'crossentropie'.*Known: meanSquaredError/);
    for (const option of [undefined, null, 3, {}])
      expect(() => resolveLoss(option as never)).toThrow('loss: expected a name, a loss such as');
    expect(() => resolveLoss(() => 1 as never).values(zeros([1]), zeros([1]))).toThrow(
      'expected it to return a tensor, received 1',
    );
  });
});

test("configurations are Keras's", () => {
  const reduction = 'sum_over_batch_size';
  expect(losses.meanSquaredError().getConfig()).toEqual({ name: 'mean_squared_error', reduction });
  expect(losses.meanAbsoluteError({ name: 'l1' }).getConfig()).toEqual({ name: 'l1', reduction });
  expect(losses.binaryCrossentropy({ labelSmoothing: 0.1 }).getConfig()).toEqual({
    name: 'binary_crossentropy',
    reduction,
    from_logits: false,
    label_smoothing: 0.1,
    axis: -1,
  });
  expect(losses.sparseCategoricalCrossentropy({ fromLogits: true }).getConfig()).toEqual({
    name: 'sparse_categorical_crossentropy',
    reduction,
    from_logits: true,
    ignore_class: null,
  });
});
