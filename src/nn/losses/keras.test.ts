// Losses agree with Keras: values per sample, reduced values and gradients on recorded labels and predictions.
import { expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../../tests/support/golden.js';
import { expectNear, expectTensor, goldenTensor, optionsOf } from '../../../tests/support/keras.js';
import { variableGradients } from '../../tensor/grad.js';
import { Variable } from '../../tensor/variable.js';
import { sigmoid, softmax } from '../activations.js';
import * as losses from './index.js';

interface LossCase {
  readonly name: string;
  readonly loss: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly y_true: GoldenArray;
  readonly y_pred: GoldenArray;
  readonly sample_weight: GoldenArray | null;
  readonly reduced: number;
  readonly per_sample: GoldenArray;
  readonly gradient: GoldenArray;
}

interface AfterActivationCase {
  readonly name: string;
  readonly loss: string;
  readonly activation: 'softmax' | 'sigmoid';
  readonly y_true: GoldenArray;
  readonly logits: GoldenArray;
  readonly probabilities: GoldenArray;
  readonly reduced: number;
  readonly gradient: GoldenArray;
  readonly reduced_from_probabilities: number;
}

const golden = readGolden('losses') as {
  cases: readonly LossCase[];
  after_activation: readonly AfterActivationCase[];
};

const factories: Readonly<Record<string, (options?: object) => losses.Loss>> = {
  MeanSquaredError: losses.meanSquaredError,
  MeanAbsoluteError: losses.meanAbsoluteError,
  BinaryCrossentropy: losses.binaryCrossentropy,
  CategoricalCrossentropy: losses.categoricalCrossentropy,
  SparseCategoricalCrossentropy: losses.sparseCategoricalCrossentropy,
};

// A weight for each inner row is more than this library takes: weights are one for each sample.
const perInnerRow = (recorded: LossCase): boolean =>
  recorded.sample_weight !== null && recorded.sample_weight.shape.length === 2 && recorded.sample_weight.shape[1] !== 1;

forEachBackend(() => {
  test.each(
    golden.cases.filter((recorded) => !perInnerRow(recorded)).map((recorded) => [recorded.name, recorded] as const),
  )('%s', async (_, recorded) => {
    const loss = factories[recorded.loss]!(optionsOf(recorded.config));
    const labels = goldenTensor(recorded.y_true);
    const predictions = new Variable(goldenTensor(recorded.y_pred));
    const weights = recorded.sample_weight && goldenTensor(recorded.sample_weight).flatten();
    expect(loss.className).toBe(recorded.loss);

    const values = loss.values(labels, predictions.value);
    if (!weights) await expectTensor(values, recorded.per_sample, 1e-5);
    const { value, gradients } = variableGradients(
      () => loss.call(labels, predictions.value, weights ?? undefined),
      [predictions],
    );
    expect(value.shape).toEqual([]);
    expectNear(await value.data(), [recorded.reduced], 1e-5);
    await expectTensor(gradients[0]!, recorded.gradient, 1e-5);
  });

  test.each(golden.after_activation.map((recorded) => [recorded.name, recorded] as const))(
    '%s reaches back to the logits',
    async (_, recorded) => {
      const loss = factories[recorded.loss]!();
      const labels = goldenTensor(recorded.y_true);
      const logits = new Variable(goldenTensor(recorded.logits));
      const activation = { softmax, sigmoid }[recorded.activation];
      const { value, gradients } = variableGradients(() => loss.call(labels, activation(logits.value)), [logits]);
      expectNear(await value.data(), [recorded.reduced]);
      await expectTensor(gradients[0]!, recorded.gradient, 1e-6);
      const plain = loss.call(labels, goldenTensor(recorded.probabilities));
      expectNear(await plain.data(), [recorded.reduced_from_probabilities], 1e-5);
    },
  );
});
