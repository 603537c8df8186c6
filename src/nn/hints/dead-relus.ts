// A relu layer that gives 0 for everything: no gradient comes through it any more.
import type { Hint } from './hint.js';
import { insteadOf } from './wording.js';

export const deadRelus: Hint = {
  name: 'deadRelus',
  explainedBy: ['learningRateTooHigh', 'learningRateTooLow', 'oneClass', 'noBetterThanChance'],
  afterEpoch: async (course) => {
    if (!course.isStuck) return undefined;
    const look = await course.look();
    const layer = look?.silentLayers[0];
    if (look === undefined || layer === undefined) return undefined;
    return {
      problem: `Layer "${layer}" gives 0 for all of ${look.samples} samples: its relu units are dead, and what comes before them no longer learns.`,
      remedy: `Begin anew with a smaller learning rate${insteadOf(course.learningRate, 0.1)}, inputs around 0, or activation: 'tanh'.`,
    };
  },
};
