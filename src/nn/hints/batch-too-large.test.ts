import { expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';

useBackend();

const { x, y } = points({ count: 200 });
const train = (batchSize: number, epochs: number) => () => classifier().fit(x, y, { batchSize, epochs, verbose: 0 });

test('a batch that leaves a handful of updates is reported', async () => {
  expect(await linesOf(train(128, 3))).toEqual([
    'Hint: A batch of 128 is large for 200 samples: the weights change only 6 times in this fit. Try a batchSize of 32 or less, or more epochs. See docs/hints/batch-too-large.md.',
  ]);
  expect(await hintsOf(train(256, 3))).toEqual(['batchTooLarge']);
});

test('it is silent where epochs make up for it, where all samples are meant, and for the usual batch', async () => {
  expect(await hintsOf(train(128, 60))).toEqual([]);
  expect(await hintsOf(train(200, 3))).toEqual([]);
  expect(await hintsOf(train(32, 1))).toEqual([]);
  expect(await hintsOf(train(50, 1))).toEqual([]);
});
