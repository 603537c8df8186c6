// Batches so large for the data that a fit makes only a few updates.
import type { Hint } from './hint.js';
import { counted } from './wording.js';

/** As many updates do not train a network. */
const fewUpdates = 100;

export const batchTooLarge: Hint = {
  name: 'batchTooLarge',
  atStart: ({ samples, batchSize, steps, epochs }) => {
    const updates = steps * epochs;
    // Keras's own batch of 32 is nobody's slip, and all samples in one batch are somebody's intention.
    if (batchSize <= 32 || batchSize === samples) return undefined;
    if (4 * batchSize <= samples || updates >= fewUpdates) return undefined;
    return {
      problem: `A batch of ${batchSize} is large for ${counted(samples, 'sample')}: the weights change only ${counted(updates, 'time')} in this fit.`,
      remedy: 'Try a batchSize of 32 or less, or more epochs.',
    };
  },
};
