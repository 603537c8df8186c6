// A training that has time enough and gets nowhere, for no reason that the other hints know.
import { accuracyIn } from './chance.js';
import type { Hint } from './hint.js';
import { counted, shown } from './wording.js';

/** Updates that ought to show something. */
const enough = 100;
/** Epochs before the end of a training that ought to. */
const patience = 5;

export const noBetterThanChance: Hint = {
  name: 'noBetterThanChance',
  explainedBy: [
    'labelMismatch',
    'softmaxTwice',
    'logitsAsProbabilities',
    'deadRelus',
    'learningRateTooHigh',
    'learningRateTooLow',
    'oneClass',
  ],
  afterEpoch: ({ isStuck, isFalling, isOver, updates, logs, last, plan: { chance } }) => {
    if (!isStuck || isFalling || updates < enough || (logs.length < patience && !isOver)) return undefined;
    const accuracy = accuracyIn(last);
    const reached =
      accuracy !== undefined && chance.accuracy !== undefined
        ? `accuracy ${shown(accuracy)}, where always giving the most frequent class has ${shown(chance.accuracy)}`
        : `loss ${shown(last.loss!)}, where always giving the same answer has ${shown(chance.loss!)}`;
    return {
      problem: `After ${counted(logs.length, 'epoch')} the model is no better than guessing (${reached}).`,
      remedy: 'Check that each label belongs to its sample, then try more units or layers, or another learning rate.',
    };
  },
};
