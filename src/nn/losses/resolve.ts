// Finds the loss that a name, a loss or a user's function stands for.
import { ValueError } from '../../base/errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { hasMethod, show } from '../check.js';
import { keyOf, lookUp, type Spelling } from '../lookup.js';
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from './crossentropy.js';
import { defineLoss } from './define.js';
import type { Loss, LossFunction } from './loss.js';
import { meanAbsoluteError, meanSquaredError } from './regression.js';

const table = {
  meanSquaredError,
  meanAbsoluteError,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} as const;

/** Keras's short names. */
export const lossAliases = { mse: 'meanSquaredError', mae: 'meanAbsoluteError', bce: 'binaryCrossentropy' };

export type LossName = keyof typeof table | keyof typeof lossAliases;

/** The loss that a name means, in any of the spellings; undefined for none. */
export function lossName(name: string): string | undefined {
  return keyOf(name, table, lossAliases);
}

/** What a `loss` option takes. */
export type LossOption = Spelling<LossName> | Loss | LossFunction;

/** The loss that a `loss` option stands for. @throws ValueError for what is none */
export function resolveLoss(option: LossOption): Loss {
  if (typeof option === 'string') return lookUp<() => Loss>('loss', option, table, lossAliases).value();
  if (typeof option === 'function') return userLoss(option);
  if (!hasMethod(option, 'values'))
    throw new ValueError(
      `loss: expected a name, a loss such as losses.meanSquaredError(), or a function of (yTrue, yPred), received ${show(option)}.`,
    );
  return option;
}

function userLoss(fn: LossFunction): Loss {
  const name = fn.name || 'loss';
  return defineLoss({
    className: undefined,
    name,
    labels: 'any',
    values: (yTrue, yPred) => {
      const values: unknown = fn(yTrue, yPred);
      if (!(values instanceof Tensor))
        throw new ValueError(`Loss function "${name}": expected it to return a tensor, received ${String(values)}.`);
      return values;
    },
  });
}
