import { expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ActivationOption } from '../activation-option.js';
import { dense } from '../layers/index.js';
import type { CompileOptions } from '../model/compiled.js';
import { sequential } from '../model/sequential.js';
import { sparseCategoricalCrossentropy } from '../losses/index.js';

useBackend();

const { x, y } = points({ count: 64 });

function train(
  units: number,
  activation: ActivationOption,
  loss: CompileOptions['loss'],
  labels: Tensor,
): () => Promise<unknown> {
  const model = sequential([dense({ units, activation, inputShape: [8] })]);
  model.compile({ loss });
  return () => model.fit(x, labels, { verbose: 0 });
}
const isFirst = y.equal(0).cast('float32');

test('a last layer without softmax is reported where the loss expects probabilities', async () => {
  const lines = await linesOf(train(4, null, 'sparseCategoricalCrossentropy', y));
  expect(lines).toEqual([
    "Hint: The loss expects probabilities, but the model ends without an activation. Give the last layer activation: 'softmax', or the loss fromLogits: true. See docs/hints/logits-as-probabilities.md.",
  ]);
  expect(await hintsOf(train(4, 'relu', 'sparseCategoricalCrossentropy', y))).toEqual(['logitsAsProbabilities']);
  const [line] = await linesOf(train(1, 'tanh', 'binaryCrossentropy', isFirst));
  expect(line).toContain("the model ends in tanh. Give the last layer activation: 'sigmoid'.");
});

test('it is right where the loss takes logits, and where probabilities come from a function that has no name', async () => {
  expect(await hintsOf(train(4, null, sparseCategoricalCrossentropy({ fromLogits: true }), y))).toEqual([]);
  expect(await hintsOf(train(4, (z: Tensor) => z.softmax(), 'sparseCategoricalCrossentropy', y))).toEqual([]);
  expect(await hintsOf(train(1, 'sigmoid', 'binaryCrossentropy', isFirst))).toEqual([]);
  expect(await hintsOf(train(1, null, 'mse', isFirst))).toEqual([]);
});
