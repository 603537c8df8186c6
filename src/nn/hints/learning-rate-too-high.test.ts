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
    const many = points({ count: 256 });
    const lines = await linesOf(() => line(0.026).fit(many.x, many.y, options));
    expect(lines).toEqual([
      expect.stringMatching(
        /^Hint: The loss on the training samples rises: it was [\d.]+, and is [\d.]+ after 2 epochs\. /,
      ),
    ]);
  });

  test('where it is far above that of guessing', async () => {
    const [first] = await linesOf(() => classifier({ optimizer: sgd(3) }).fit(x, y, { ...options, batchSize: 4 }));
    expect(first).toMatch(/^Hint: The loss is .* after 1 epoch, far more than the 1\.\d+ of guessing\./);
  });
});

test('a rate ten times lower is silent', async () => {
  expect(await hintsOf(() => classifier({ optimizer: adam(0.03) }).fit(x, y, options))).toEqual([]);
  expect(await hintsOf(() => line(0.0026).fit(x, y, { ...options, batchSize: 128, epochs: 12 }))).toEqual([]);
});

test('a loss that wavers, or begins far off, is silent', async () => {
  expect(await hintsOf(() => classifier({ optimizer: adam(1) }).fit(x, y, options))).toEqual([]);
  expect(await hintsOf(() => line(0.001).fit(x, y.add(1000), options))).toEqual([]);
});

test('the ups and downs of epochs that are a single update are silent', async () => {
  // Full batches at a rate that single updates cannot follow: the loss goes up as often as down, and falls all the same.
  const model = classifier({ optimizer: sgd(0.7) });
  const losses: number[] = [];
  const callbacks = { onEpochEnd: (_: number, logs: Record<string, number>) => void losses.push(logs.loss!) };
  expect(await hintsOf(() => model.fit(x, y, { ...options, batchSize: 128, epochs: 60, callbacks }))).toEqual([]);
  expect(losses.some((loss, epoch) => epoch > 0 && loss > 1.5 * losses[epoch - 1]!)).toBe(true);
});
