import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { dense } from '../layers/index.js';
import { setRandomSeed } from '../naming.js';
import { sequential, type Sequential } from '../model/sequential.js';
import { adam, sgd } from '../optimizers/index.js';

useBackend();

const { x, y } = points({ count: 128 });
const options = { batchSize: 8, epochs: 6, verbose: 0 } as const;

/** Predicts one number from all features. */
function line(rate: number): Sequential {
  setRandomSeed(1);
  const model = sequential([dense({ units: 1, inputShape: [8] })]);
  model.compile({ optimizer: sgd(rate), loss: 'mse' });
  return model;
}

describe('a learning rate that is too high is reported', () => {
  test('where the loss is no number any more', async () => {
    expect(await linesOf(() => classifier({ optimizer: sgd(100) }).fit(x, y, options))).toEqual([
      'Hint: In epoch 1 the loss became NaN, not a number. The learning rate is likely too high: try a tenth of it (10 instead of 100), or an optimizer with clipNorm: 1. See docs/hints/learning-rate-too-high.md.',
    ]);
    expect(await hintsOf(() => line(0.3).fit(x, y, options))).toEqual(['learningRateTooHigh']);
  });

  test('where the loss rises', async () => {
    const [first, ...others] = await linesOf(() => line(0.036).fit(x, y, { ...options, batchSize: 128, epochs: 12 }));
    expect(first).toMatch(/^Hint: The loss on the training samples rises: it was .* and is .* after \d+ epochs\./);
    expect(others).toEqual([]);
  });

  test('where it is far above that of guessing', async () => {
    const [first] = await linesOf(() => classifier({ optimizer: sgd(3) }).fit(x, y, { ...options, batchSize: 4 }));
    expect(first).toMatch(/^Hint: The loss is .* after 1 epoch, far more than the 1\.\d+ of guessing\./);
  });
});

test('a rate ten times lower is silent', async () => {
  expect(await hintsOf(() => classifier({ optimizer: adam(0.03) }).fit(x, y, options))).toEqual([]);
  expect(await hintsOf(() => line(0.0036).fit(x, y, { ...options, batchSize: 128, epochs: 12 }))).toEqual([]);
});

test('a loss that wavers, or begins far off, is silent', async () => {
  expect(await hintsOf(() => classifier({ optimizer: adam(1) }).fit(x, y, options))).toEqual([]);
  expect(await hintsOf(() => line(0.001).fit(x, y.add(1000), options))).toEqual([]);
});
