// Steps that are too short: the loss falls a little in every epoch, and the weights are where they were.
import type { Hint } from './hint.js';
import { counted, insteadOf, shown } from './wording.js';

/** How far an epoch moves weights and loss where the rate is worth having, as parts of what they are. */
const smallMovement = 0.003;
const smallFall = 0.005;

export const learningRateTooLow: Hint = {
  name: 'learningRateTooLow',
  explainedBy: ['labelMismatch', 'softmaxTwice', 'logitsAsProbabilities', 'deadRelus', 'learningRateTooHigh'],
  afterEpoch: ({ isStuck, movement, losses, learningRate }) => {
    if (!isStuck || movement === undefined || movement > smallMovement) return undefined;
    const falls = losses.slice(1).map((loss, index) => 1 - loss / losses[index]!);
    // A loss that goes up and down, or has come down from somewhere, has another reason.
    if (!falls.every((fall) => fall > -smallFall / 5 && fall < smallFall)) return undefined;
    return {
      problem: `The loss hardly moves (${shown(losses[0]!)} to ${shown(losses.at(-1)!)} in ${counted(losses.length, 'epoch')}), and nor do the weights.`,
      remedy: `The learning rate is likely too low: try ten times as much${insteadOf(learningRate, 10)}.`,
    };
  },
};
