// Softmax (or sigmoid) applied twice: in two layers, or in the last layer and again by a loss that is told fromLogits.
import type { Hint } from './hint.js';

const makesProbabilities = (activation: string | undefined): activation is string =>
  activation === 'softmax' || activation === 'sigmoid';

export const softmaxTwice: Hint = {
  name: 'softmaxTwice',
  atStart: ({ ending: { activation, before }, loss }) => {
    if (!makesProbabilities(activation)) return undefined;
    if (makesProbabilities(before))
      return {
        problem: `The model ends in ${activation} of ${before}, which makes all classes nearly equally probable.`,
        remedy: 'Leave one of the two activations out.',
      };
    if (!loss.fromLogits) return undefined;
    return {
      problem: `The model ends in ${activation}, but the loss was told fromLogits: true, that this is still to come.`,
      remedy: 'Leave out either the activation of the last layer or fromLogits.',
    };
  },
};
