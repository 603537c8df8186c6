// Losses of numbers: squared and absolute differences.
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { defineLoss } from './define.js';
import type { Loss } from './loss.js';
import { alignLabels } from './reduce.js';

export interface LossOptions {
  readonly name?: string;
}

/** Keras's epsilon. */
const epsilon = 1e-7;

/** Keras takes the mean over the last axis; predictions [B] have only the batch, which stays. */
export function meanOfLastAxis(x: Tensor): Tensor {
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

/** 100 |yTrue - yPred| / |yTrue|, averaged over the last axis: [B, ..., K] -> [B, ...]. No |yTrue| counts as less than 1e-7. */
export function percentageErrors(yTrue: Tensor, yPred: Tensor, what = 'meanAbsolutePercentageError'): Tensor {
  const labels = alignLabels(yTrue, yPred, what);
  return meanOfLastAxis(labels.sub(yPred).div(labels.abs().maximum(epsilon)).abs()).mul(100);
}

/** (log(1 + yTrue) - log(1 + yPred))^2, averaged over the last axis: [B, ..., K] -> [B, ...]. Nothing counts as less than 1e-7. */
export function squaredLogarithmicErrors(yTrue: Tensor, yPred: Tensor, what = 'meanSquaredLogarithmicError'): Tensor {
  const logarithm = (x: Tensor): Tensor => x.maximum(epsilon).add(1).log();
  return meanOfLastAxis(
    logarithm(yPred)
      .sub(logarithm(alignLabels(yTrue, yPred, what)))
      .square(),
  );
}

/** log(cosh(yPred - yTrue)), averaged over the last axis: [B, ..., K] -> [B, ...]. */
export function logCoshErrors(yTrue: Tensor, yPred: Tensor, what = 'logCosh'): Tensor {
  const x = yPred.sub(alignLabels(yTrue, yPred, what));
  // cosh itself would overflow: log(cosh x) = x + log(1 + exp(-2x)) - log 2.
  return meanOfLastAxis(x.add(x.mul(-2).softplus()).sub(Math.LN2));
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
