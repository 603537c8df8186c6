import { expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { constant } from '../initializers.js';

const { x, y } = points({ count: 128 });
const options = { batchSize: 8, epochs: 4, verbose: 0 } as const;

forEachBackend(() => {
  test('a relu layer that gives 0 for everything is reported by its name', async () => {
    const model = classifier({ biasInitializer: constant(-100) });
    expect(await linesOf(() => model.fit(x, y, options))).toEqual([
      `Hint: Layer "dense" gives 0 for all of 32 samples: its relu units are dead, and what comes before them no longer learns. Begin anew with a smaller learning rate (0.001 instead of 0.01), inputs around 0, or activation: 'tanh'. See docs/hints/dead-relus.md.`,
    ]);
  });

  test('one whose units are mostly, but not all, dead is not', async () => {
    const model = classifier({ biasInitializer: constant(-6) });
    expect(await hintsOf(() => model.fit(x, y, options))).toEqual([]);
  });
});
