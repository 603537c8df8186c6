import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { tensor, zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dense } from '../layers/index.js';
import type { ActivationOption } from '../activation-option.js';
import type { CompileOptions } from '../model/compiled.js';
import { sequential } from '../model/sequential.js';
import { toCategorical } from '../to-categorical.js';

useBackend();

const quiet = { verbose: 0 } as const;
const { x, y } = points({ count: 64 });
const oneHot = toCategorical(y, 4);
const isFirst = y.equal(0).cast('float32');

interface Case {
  readonly units: number;
  readonly activation: ActivationOption;
  readonly loss: CompileOptions['loss'];
  readonly labels: Tensor;
  readonly metrics?: CompileOptions['metrics'];
}

function train({ units, activation, loss, labels, metrics = [] }: Case): () => Promise<unknown> {
  const model = sequential([dense({ units, activation, inputShape: [8] })]);
  model.compile({ loss, metrics });
  return () => model.fit(x, labels, quiet);
}

const amounts = tensor(Array.from({ length: 64 }, (_, i) => i));

test.each<[says: string, wrong: Case]>([
  ['softmax of a single unit', { units: 1, activation: 'softmax', loss: 'binaryCrossentropy', labels: isFirst }],
  ['softmax of a single unit', { units: 1, activation: 'softmax', loss: 'mse', labels: isFirst }],
  [
    'so that the loss is always 0',
    { units: 1, activation: 'sigmoid', loss: 'categoricalCrossentropy', labels: isFirst },
  ],
  ['softmax makes one choice', { units: 4, activation: 'softmax', loss: 'binaryCrossentropy', labels: oneHot }],
  ['sigmoid makes every output', { units: 4, activation: 'sigmoid', loss: 'sparseCategoricalCrossentropy', labels: y }],
  [
    'theirs sum to 0 up to 2',
    {
      units: 2,
      activation: 'softmax',
      loss: 'categoricalCrossentropy',
      labels: tensor(Array.from({ length: 64 }, (_, i) => [i % 2, i >> 5])),
    },
  ],
  [
    'labels reach from 0 to 63, but sigmoid in the last layer gives only numbers from 0 to 1',
    { units: 1, activation: 'sigmoid', loss: 'mse', labels: amounts },
  ],
  [
    'relu in the last layer gives only numbers from 0 on',
    { units: 1, activation: 'relu', loss: 'mae', labels: amounts.sub(9).reshape([64, 1]) },
  ],
  ['Accuracy was asked for', { units: 1, activation: null, loss: 'mse', labels: amounts, metrics: ['accuracy'] }],
  [
    'All 64 labels that were looked at are of one class',
    { units: 2, activation: 'softmax', loss: 'sparseCategoricalCrossentropy', labels: zeros([64]) },
  ],
])('what does not belong together is reported: %s', async (says, wrong) => {
  await wrong.labels.data();
  const lines = await linesOf(train(wrong));
  expect(lines).toEqual([expect.stringContaining(says)]);
  expect(await hintsOf(train(wrong))).toEqual(['labelMismatch']);
});

describe('what belongs together is silent:', () => {
  test.each<[what: string, right: Case]>([
    ['two classes', { units: 1, activation: 'sigmoid', loss: 'binaryCrossentropy', labels: isFirst }],
    ['several classes a sample', { units: 4, activation: 'sigmoid', loss: 'binaryCrossentropy', labels: oneHot }],
    ['one-hot labels', { units: 4, activation: 'softmax', loss: 'categoricalCrossentropy', labels: oneHot }],
    [
      'labels of shares',
      {
        units: 2,
        activation: 'softmax',
        loss: 'categoricalCrossentropy',
        labels: tensor(Array.from({ length: 64 }, (_, i) => [i / 64, 1 - i / 64])),
      },
    ],
    ['class numbers', { units: 4, activation: 'softmax', loss: 'sparseCategoricalCrossentropy', labels: y }],
    ['squared errors of one-hot labels', { units: 4, activation: 'softmax', loss: 'mse', labels: oneHot }],
    ['amounts', { units: 1, activation: null, loss: 'mse', labels: amounts, metrics: ['mae'] }],
    ['amounts from 0 on', { units: 1, activation: 'relu', loss: 'mse', labels: amounts }],
    ['yes and no as numbers', { units: 1, activation: null, loss: 'mse', labels: isFirst, metrics: ['accuracy'] }],
  ])('%s', async (_, right) => {
    expect(await hintsOf(train(right))).toEqual([]);
  });

  test('few samples of one class', async () => {
    expect(await hintsOf(() => classifier().fit(zeros([8, 8]), zeros([8]), quiet))).toEqual([]);
  });
});
