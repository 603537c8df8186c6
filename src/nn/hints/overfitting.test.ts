import { expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';

useBackend();

const options = { batchSize: 8, epochs: 20, verbose: 0 } as const;
const few = points({ count: 64, distance: 1 });
const others = points({ count: 200, distance: 1, seed: 2 });

test('a validation loss that turns up is reported, with the three remedies', async () => {
  const model = classifier({ units: 64 });
  const lines = await linesOf(() => model.fit(few.x, few.y, { ...options, validationData: [others.x, others.y] }));
  expect(lines).toEqual([
    expect.stringMatching(
      /^Hint: The model overfits: since epoch \d+ the loss on the validation samples has risen from 0\.7\d+ to 0\.\d+, while that on the training samples falls\. Take more data or vary it, add dropout or a kernelRegularizer, or stop training early\. /,
    ),
  ]);
});

test('a training that stops in time is silent, and so is one that cannot know', async () => {
  const validationData = [others.x, others.y] as const;
  expect(
    await hintsOf(() => classifier({ units: 64 }).fit(few.x, few.y, { ...options, epochs: 7, validationData })),
  ).toEqual([]);
  expect(await hintsOf(() => classifier({ units: 64 }).fit(few.x, few.y, options))).toEqual([]);
});

test('more samples of the same kind are silent', async () => {
  const many = points({ count: 1024, distance: 1 });
  const validationData = [others.x, others.y] as const;
  expect(
    await hintsOf(() => classifier({ units: 8 }).fit(many.x, many.y, { ...options, epochs: 8, validationData })),
  ).toEqual([]);
});
