// Labels, loss and last layer that do not belong together, although their shapes do.
import type { Advice, Hint } from './hint.js';
import type { FitPlan } from './plan.js';
import { shown } from './wording.js';

/** Losses of numbers: an output that cannot reach the labels cannot learn them. */
const ofNumbers: readonly (string | undefined)[] = [
  'MeanSquaredError',
  'MeanAbsoluteError',
  'MeanAbsolutePercentageError',
  'MeanSquaredLogarithmicError',
  'Huber',
  'LogCosh',
];

/** What activations can give. */
const ranges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  softmax: [0, 1],
  sigmoid: [0, 1],
  tanh: [-1, 1],
  relu: [0, Infinity],
};

/** Labels that were looked at, from which on one class only is no accident. */
const enough = 32;

type Check = (plan: FitPlan) => Advice | undefined;

const softmaxOfOne: Check = ({ ending, outputs, loss }) =>
  ending.activation === 'softmax' && outputs === 1 && !ofCategories(loss.className)
    ? {
        problem: 'The last layer takes softmax of a single unit, which is 1 for every sample.',
        remedy: "Use activation: 'sigmoid' with the loss 'binaryCrossentropy', or one unit for each class.",
      }
    : undefined;

const categoriesOfOne: Check = ({ outputs, loss }) =>
  ofCategories(loss.className) && outputs === 1
    ? {
        problem: 'The loss compares classes, but the last layer has a single unit, so that the loss is always 0.',
        remedy:
          "For two classes use activation: 'sigmoid' with 'binaryCrossentropy'; otherwise one unit for each class.",
      }
    : undefined;

const softmaxForBinary: Check = ({ ending, outputs, loss }) =>
  loss.className === 'BinaryCrossentropy' && ending.activation === 'softmax' && outputs > 1
    ? {
        problem:
          'The loss binaryCrossentropy takes each output for a yes or no of its own, but softmax makes one choice.',
        remedy: "For one class a sample use 'categoricalCrossentropy'; for several at once activation: 'sigmoid'.",
      }
    : undefined;

const sigmoidForCategories: Check = ({ ending, outputs, loss }) =>
  ofCategories(loss.className) && ending.activation === 'sigmoid' && outputs > 1
    ? {
        problem: 'The loss expects one class a sample, but sigmoid makes every output a yes or no of its own.',
        remedy: "Use activation: 'softmax' in the last layer; for several classes at once 'binaryCrossentropy'.",
      }
    : undefined;

const rowsThatAreNoShares: Check = ({ labels, loss, outputs }) => {
  if (loss.className !== 'CategoricalCrossentropy' || !labels || outputs === 1) return undefined;
  const { min, max } = labels.sums;
  if (Math.abs(min - 1) < 1e-3 && Math.abs(max - 1) < 1e-3) return undefined;
  return {
    problem: `The loss categoricalCrossentropy expects labels whose rows sum to 1, but theirs sum to ${shown(min)} up to ${shown(max)}.`,
    remedy: "For several classes a sample use activation: 'sigmoid' with 'binaryCrossentropy'; otherwise one-hot rows.",
  };
};

const outOfReach: Check = ({ ending, labels, loss }) => {
  const range = ranges[ending.activation ?? ''];
  if (!range || !labels || !ofNumbers.includes(loss.className)) return undefined;
  const [low, high] = range;
  if (labels.min >= low && labels.max <= high) return undefined;
  const reach = high === Infinity ? `numbers from ${low} on` : `numbers from ${low} to ${high}`;
  return {
    problem: `The labels reach from ${shown(labels.min)} to ${shown(labels.max)}, but ${ending.activation} in the last layer gives only ${reach}.`,
    remedy: 'Leave the activation of the last layer out, or scale the labels.',
  };
};

const accuracyOfNumbers: Check = ({ ending, labels, loss, outputs, measuresAccuracy }) =>
  measuresAccuracy &&
  ofNumbers.includes(loss.className) &&
  outputs === 1 &&
  ending.activation === 'linear' &&
  labels?.areWhole === true &&
  labels.distinct > 2
    ? {
        problem:
          'Accuracy was asked for, but the model predicts one number a sample, which is hardly ever exactly right.',
        remedy:
          "If the labels are classes, use one unit for each with softmax and 'sparseCategoricalCrossentropy'; if they are amounts, the metric 'mae'.",
      }
    : undefined;

const oneLabelForAll: Check = ({ labels, loss }) => {
  if (!labels || labels.rows < enough) return undefined;
  const isOne = ofCategories(loss.className)
    ? Math.max(...(labels.shares ?? labels.means)) === 1
    : loss.className === 'BinaryCrossentropy' && labels.distinct === 1;
  if (!isOne) return undefined;
  return {
    problem: `All ${labels.rows} labels that were looked at are of one class, so there is nothing to tell apart.`,
    remedy: 'Check how y is made, and that every class is among the training samples.',
  };
};

function ofCategories(className: string | undefined): boolean {
  return className === 'CategoricalCrossentropy' || className === 'SparseCategoricalCrossentropy';
}

const checks: readonly Check[] = [
  softmaxOfOne,
  categoriesOfOne,
  softmaxForBinary,
  sigmoidForCategories,
  rowsThatAreNoShares,
  outOfReach,
  accuracyOfNumbers,
  oneLabelForAll,
];

export const labelMismatch: Hint = {
  name: 'labelMismatch',
  atStart: (plan) => {
    for (const check of checks) {
      const advice = check(plan);
      if (advice) return advice;
    }
    return undefined;
  },
};
