import { expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { dense } from '../layers/index.js';
import { setRandomSeed } from '../naming.js';
import { sequential, type Sequential } from '../model/sequential.js';
import { adam } from '../optimizers/index.js';

useBackend();

const options = { batchSize: 8, epochs: 8, verbose: 0 } as const;
const shuffled = points({ count: 512, distance: 0 });

function regressor(): Sequential {
  setRandomSeed(1);
  const model = sequential([dense({ units: 1, inputShape: [8] })]);
  model.compile({ optimizer: adam(0.01), loss: 'mse' });
  return model;
}

test('labels that have nothing to do with their samples are reported', async () => {
  const [line, ...others] = await linesOf(() =>
    classifier({ optimizer: adam(0.001) }).fit(shuffled.x, shuffled.y, options),
  );
  expect(line).toMatch(
    /^Hint: After \d epochs the model is no better than guessing \(accuracy 0\.\d+, where always giving the most frequent class has 0\.2\d+\)\. /,
  );
  expect(others).toEqual([]);
});

test('it is reported for numbers too, by the loss', async () => {
  const [line] = await linesOf(() => regressor().fit(shuffled.x, shuffled.y, options));
  expect(line).toMatch(/is no better than guessing \(loss 1\.\d+, where always giving the same answer has 1\.\d+\)\. /);
});

test('labels that can be learned are silent, and so is a beginning', async () => {
  const { x, y } = points({ count: 512, distance: 1 });
  expect(await hintsOf(() => classifier({ optimizer: adam(0.001) }).fit(x, y, options))).toEqual([]);
  expect(await hintsOf(() => regressor().fit(x, y, options))).toEqual([]);
  expect(await hintsOf(() => classifier().fit(shuffled.x, shuffled.y, { ...options, epochs: 1 }))).toEqual([]);
});
