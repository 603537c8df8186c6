// A model that gives the same class for every sample.
import type { Hint } from './hint.js';

export const oneClass: Hint = {
  name: 'oneClass',
  explainedBy: [
    'labelMismatch',
    'softmaxTwice',
    'logitsAsProbabilities',
    'deadRelus',
    'learningRateTooHigh',
    'learningRateTooLow',
    'noBetterThanChance',
  ],
  afterEpoch: async (course) => {
    if (!course.isAccuracyStuck || course.isFalling) return undefined;
    const look = await course.look();
    if (look?.predicted?.length !== 1 || look.expected === undefined || look.expected.length < 2) return undefined;
    return {
      problem: `The model gives class ${look.predicted[0]} for all of ${look.samples} samples, whose labels are of ${look.expected.length} classes.`,
      remedy:
        'If one class is far more frequent, weight them with classWeight or take as many samples of each; otherwise try a smaller learning rate.',
    };
  },
};
