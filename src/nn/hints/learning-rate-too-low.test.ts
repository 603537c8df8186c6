import { expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { dense } from '../layers/index.js';
import { sequential } from '../model/sequential.js';
import { adam, sgd } from '../optimizers/index.js';

useBackend();

const { x, y } = points({ count: 128 });
const options = { batchSize: 8, epochs: 5, verbose: 0 } as const;

test('a learning rate that moves nothing is reported', async () => {
  const lines = await linesOf(() => classifier({ optimizer: sgd(1e-5) }).fit(x, y, options));
  expect(lines).toEqual([
    expect.stringMatching(
      /^Hint: The loss hardly moves \([\d.]+ to [\d.]+ in 3 epochs\), and nor do the weights\. The learning rate is likely too low: try ten times as much \(0\.0001 instead of 0\.00001\)\. /,
    ),
  ]);
  expect(await hintsOf(() => classifier({ optimizer: adam(1e-7) }).fit(x, y, options))).toEqual(['learningRateTooLow']);
});

test('it is reported for a loss of numbers too', async () => {
  const model = sequential([dense({ units: 1, inputShape: [8] })]);
  model.compile({ optimizer: sgd(1e-7), loss: 'mae' });
  const far = y.add(50);
  await far.data();
  expect(await hintsOf(() => model.fit(x, far, options))).toEqual(['learningRateTooLow']);
});

test('a slow training, a sound one, and one that has converged are silent', async () => {
  expect(await hintsOf(() => classifier({ optimizer: adam(1e-4) }).fit(x, y, options))).toEqual([]);
  const model = classifier();
  expect(await hintsOf(() => model.fit(x, y, { ...options, epochs: 20 }))).toEqual([]);
  model.compile({ optimizer: sgd(1e-7), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  expect(await hintsOf(() => model.fit(x, y, options))).toEqual([]);
});
