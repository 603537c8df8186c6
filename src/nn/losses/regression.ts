// Losses of numbers: squared and absolute differences.
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { defineLoss } from './define.js';
import type { Loss } from './loss.js';
import { alignLabels } from './reduce.js';

export interface LossOptions {
  readonly name?: string;
}

/** Keras takes the mean over the last axis; predictions [B] have only the batch, which stays. */
function meanOfLastAxis(x: Tensor): Tensor {
  return x.rank < 2 ? x : x.mean(-1);
}

/** (yTrue - yPred)^2, averaged over the last axis: [B, ..., K] -> [B, ...]. */
export function squaredErrors(yTrue: Tensor, yPred: Tensor, what = 'meanSquaredError'): Tensor {
  return meanOfLastAxis(yPred.sub(alignLabels(yTrue, yPred, what)).square());
}

/** |yTrue - yPred|, averaged over the last axis: [B, ..., K] -> [B, ...]. */
export function absoluteErrors(yTrue: Tensor, yPred: Tensor, what = 'meanAbsoluteError'): Tensor {
  return meanOfLastAxis(yPred.sub(alignLabels(yTrue, yPred, what)).abs());
}

/** The mean of (yTrue - yPred)^2. Labels in the predictions' shape. */
export function meanSquaredError(options: LossOptions = {}): Loss {
  rejectUnknownOptions('losses.meanSquaredError', options, ['name']);
  return defineLoss({
    className: 'MeanSquaredError',
    name: options.name ?? 'mean_squared_error',
    labels: 'sameShape',
    values: (yTrue, yPred) => squaredErrors(yTrue, yPred),
  });
}

/** The mean of |yTrue - yPred|. Labels in the predictions' shape. */
export function meanAbsoluteError(options: LossOptions = {}): Loss {
  rejectUnknownOptions('losses.meanAbsoluteError', options, ['name']);
  return defineLoss({
    className: 'MeanAbsoluteError',
    name: options.name ?? 'mean_absolute_error',
    labels: 'sameShape',
    values: (yTrue, yPred) => absoluteErrors(yTrue, yPred),
  });
}
