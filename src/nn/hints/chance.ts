// What a model would reach that gives the same answer for every sample, the best one there is: the mark that learning
// has to pass.
import type { Logs } from '../callbacks/callback.js';
import type { Loss } from '../losses/loss.js';
import type { LabelStatistics } from './statistics.js';

export interface Chance {
  /** The share of right answers; undefined where answers are numbers, or the labels are not known. */
  readonly accuracy: number | undefined;
  /** Undefined where it cannot be told. */
  readonly loss: number | undefined;
}

/** The shares of the labels' classes; where they are not known, as if all were equally frequent. */
export function chanceOf(
  loss: Pick<Loss, 'className' | 'getConfig'>,
  outputs: number,
  labels: LabelStatistics | undefined,
  isLossPlain: boolean,
): Chance {
  const smoothing = Number(loss.getConfig().label_smoothing ?? 0);
  const chance = bareChance(loss.className, outputs, labels, smoothing);
  // Where all labels are the same, guessing is always right, and nothing can be said against it.
  if (chance.accuracy === 1 || chance.loss === 0) return { accuracy: undefined, loss: undefined };
  return isLossPlain ? chance : { ...chance, loss: undefined };
}

function bareChance(
  className: string | undefined,
  outputs: number,
  labels: LabelStatistics | undefined,
  smoothing: number,
): Chance {
  switch (className) {
    case 'SparseCategoricalCrossentropy':
    case 'CategoricalCrossentropy': {
      const shares = labels?.shares ?? labels?.means ?? Array.from({ length: outputs }, () => 1 / outputs);
      const smoothed = shares.map((share) => share * (1 - smoothing) + smoothing / shares.length);
      return { accuracy: Math.max(...shares), loss: sum(smoothed.map(surprise)) };
    }
    case 'BinaryCrossentropy': {
      if (!labels) return { accuracy: undefined, loss: undefined };
      const sides = labels.means.map((share) => Math.max(share, 1 - share));
      const smoothed = labels.means.map((share) => share * (1 - smoothing) + smoothing / 2);
      const entropies = smoothed.map((share) => surprise(share) + surprise(1 - share));
      return { accuracy: sum(sides) / sides.length, loss: sum(entropies) / entropies.length };
    }
    case 'MeanSquaredError':
      return { accuracy: undefined, loss: labels?.variance };
    case 'MeanAbsoluteError':
      return { accuracy: undefined, loss: labels?.deviation };
    default:
      return { accuracy: undefined, loss: undefined };
  }
}

/** -p log p: what it adds to the entropy. */
function surprise(share: number): number {
  return share > 0 ? -share * Math.log(share) : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The names that Keras gives to accuracies. */
const accuracyNames: readonly string[] = [
  'accuracy',
  'acc',
  'binary_accuracy',
  'categorical_accuracy',
  'sparse_categorical_accuracy',
];

/** The share of right answers, where the logs have it. */
export function accuracyIn(logs: Logs): number | undefined {
  const name = accuracyNames.find((known) => logs[known] !== undefined);
  return name === undefined ? undefined : logs[name];
}

/** Whether the answers are as often right as those of guessing, or hardly more often; undefined where it is not known. */
export function isAccuracyChance(logs: Logs, { accuracy }: Chance): boolean | undefined {
  const reached = accuracyIn(logs);
  if (reached === undefined || accuracy === undefined) return undefined;
  return reached <= accuracy + 0.05 * (1 - accuracy);
}

/** Whether the loss is that of guessing or worse; undefined where it is not known. */
export function isLossChance(logs: Logs, chance: Chance): boolean | undefined {
  if (chance.loss === undefined || logs.loss === undefined) return undefined;
  return logs.loss >= 0.97 * chance.loss;
}
