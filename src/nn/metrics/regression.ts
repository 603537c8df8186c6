// Metrics of predicted numbers: how far they are from the true ones.
import type { NDArray } from '../../base/ndarray.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkWhole } from '../check.js';
import {
  absoluteErrors,
  logCoshErrors,
  percentageErrors,
  squaredErrors,
  squaredLogarithmicErrors,
} from '../losses/regression.js';
import { alignLabels } from '../losses/reduce.js';
import type { MetricOptions } from './accuracy.js';
import { MeanMetric } from './mean.js';

/** The mean of (yTrue - yPred)^2. */
export function meanSquaredError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.meanSquaredError', options, ['name']);
  return new MeanMetric(options.name ?? 'mean_squared_error', (yTrue, yPred) => squaredErrors(yTrue, yPred), {
    className: 'MeanSquaredError',
  });
}

class RootMeanMetric extends MeanMetric {
  override result(values: readonly NDArray[]): number {
    return Math.sqrt(super.result(values));
  }
}

/** The square root of the mean of (yTrue - yPred)^2 over everything seen, in the unit of the labels. */
export function rootMeanSquaredError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.rootMeanSquaredError', options, ['name']);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => squaredErrors(yTrue, yPred, 'rootMeanSquaredError');
  return new RootMeanMetric(options.name ?? 'root_mean_squared_error', values, { className: 'RootMeanSquaredError' });
}

/** The mean of |yTrue - yPred|. */
export function meanAbsoluteError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.meanAbsoluteError', options, ['name']);
  return new MeanMetric(options.name ?? 'mean_absolute_error', (yTrue, yPred) => absoluteErrors(yTrue, yPred), {
    className: 'MeanAbsoluteError',
  });
}

/** The mean of 100 |yTrue - yPred| / |yTrue|, in percent. No |yTrue| counts as less than 1e-7. */
export function meanAbsolutePercentageError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.meanAbsolutePercentageError', options, ['name']);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => percentageErrors(yTrue, yPred);
  return new MeanMetric(options.name ?? 'mean_absolute_percentage_error', values, {
    className: 'MeanAbsolutePercentageError',
  });
}

/** The mean of (log(1 + yTrue) - log(1 + yPred))^2; nothing counts as less than 1e-7. */
export function meanSquaredLogarithmicError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.meanSquaredLogarithmicError', options, ['name']);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => squaredLogarithmicErrors(yTrue, yPred);
  return new MeanMetric(options.name ?? 'mean_squared_logarithmic_error', values, {
    className: 'MeanSquaredLogarithmicError',
  });
}

/** The mean of log(cosh(yPred - yTrue)): near the squared error for small differences, the absolute one for large. */
export function logCoshError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.logCoshError', options, ['name']);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => logCoshErrors(yTrue, yPred, 'logCoshError');
  return new MeanMetric(options.name ?? 'logcosh', values, { className: 'LogCoshError' });
}

export interface CosineSimilarityOptions extends MetricOptions {
  /** The axis along which vectors lie; -1, the last, by default. Not 0, which is that of the samples. */
  readonly axis?: number;
}

/** 1 / Keras's epsilon: the most that a vector is multiplied by to have length 1. */
const largestScale = 1e7;

/** The mean cosine of the angle between yTrue and yPred: 1 in the same direction, 0 at right angles, -1 opposite. */
export function cosineSimilarity(options: CosineSimilarityOptions = {}): MeanMetric {
  const what = 'metrics.cosineSimilarity';
  rejectUnknownOptions(what, options, ['name', 'axis']);
  const axis = options.axis ?? -1;
  if (axis >= 0) checkWhole(axis, `${what}: axis`);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => {
    const unit = (x: Tensor): Tensor => x.mul(x.square().sum(axis, true).rsqrt().minimum(largestScale));
    // A prediction without an axis of its own is a vector of one number.
    const predicted = yPred.rank < 2 ? yPred.expandDims(-1) : yPred;
    return unit(alignLabels(yTrue, predicted, 'cosineSimilarity'))
      .mul(unit(predicted))
      .sum(axis);
  };
  return new MeanMetric(options.name ?? 'cosine_similarity', values, { className: 'CosineSimilarity' });
}
