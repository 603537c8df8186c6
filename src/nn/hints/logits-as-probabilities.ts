// A loss of probabilities behind a last layer that gives none.
import type { Hint } from './hint.js';

export const logitsAsProbabilities: Hint = {
  name: 'logitsAsProbabilities',
  atStart: ({ ending: { activation }, loss: { className, fromLogits } }) => {
    if (fromLogits || activation === undefined || !/Crossentropy$/.test(className ?? '')) return undefined;
    if (activation === 'softmax' || activation === 'sigmoid') return undefined;
    const wanted = /^Binary/.test(className!) ? 'sigmoid' : 'softmax';
    const ending = activation === 'linear' ? 'without an activation' : `in ${activation}`;
    return {
      problem: `The loss expects probabilities, but the model ends ${ending}.`,
      remedy: `Give the last layer activation: '${wanted}'${activation === 'linear' ? ', or the loss fromLogits: true' : ''}.`,
    };
  },
};
