// Top-k accuracies: the share of samples whose class is among the k with the largest scores.
import { rejectUnknownOptions } from '../../base/suggest.js';
import { where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBoolean, checkWhole } from '../check.js';
import { alignLabels, classIndices } from '../losses/reduce.js';
import type { MetricOptions } from './accuracy.js';
import { MeanMetric } from './mean.js';

export interface TopKOptions extends MetricOptions {
  /** How many of the largest scores count; 5 by default. */
  readonly k?: number;
}

export interface SparseTopKOptions extends TopKOptions {
  /** Whether predictions are class numbers already, the best first, instead of scores. False by default. */
  readonly fromSortedIds?: boolean;
}

/** Whether fewer than k scores are larger than that of the class: [B, ..., K] and [B, ...] -> [B, ...]. */
function isAmongTop(scores: Tensor, classes: Tensor, k: number): Tensor {
  const score = where(classes.oneHot(scores.shape.at(-1)!, 'bool'), scores, -Infinity).max(-1, true);
  const larger = scores.greater(score).cast('int32').sum(-1);
  // NaN is larger than nothing, so that a row with one would pass for sure of its class.
  const isKnown = scores.abs().less(Infinity).all(-1);
  const exists = classes.greaterEqual(0).logicalAnd(classes.less(scores.shape.at(-1)!));
  return larger.less(k).logicalAnd(isKnown).logicalAnd(exists);
}

/** The share of samples whose class, of one-hot labels, is among the k with the largest scores; equal scores count. */
export function topKCategoricalAccuracy(options: TopKOptions = {}): MeanMetric {
  const what = 'metrics.topKCategoricalAccuracy';
  rejectUnknownOptions(what, options, ['name', 'k']);
  const k = checkWhole(options.k ?? 5, `${what}: k`);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor =>
    isAmongTop(yPred, alignLabels(yTrue, yPred, 'topKCategoricalAccuracy').argMax(-1), k).cast('float32');
  return new MeanMetric(options.name ?? 'top_k_categorical_accuracy', values, {
    className: 'TopKCategoricalAccuracy',
    config: { k },
  });
}

/** The share of samples whose class number is among the k with the largest scores; equal scores count. */
export function sparseTopKCategoricalAccuracy(options: SparseTopKOptions = {}): MeanMetric {
  const what = 'metrics.sparseTopKCategoricalAccuracy';
  rejectUnknownOptions(what, options, ['name', 'k', 'fromSortedIds']);
  const k = checkWhole(options.k ?? 5, `${what}: k`);
  const fromSortedIds = checkBoolean(options.fromSortedIds ?? false, `${what}: fromSortedIds`);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => {
    const classes = classIndices(yTrue, yPred, 'sparseTopKCategoricalAccuracy');
    if (!fromSortedIds) return isAmongTop(yPred, classes, k).cast('float32');
    const best = yPred.slice(...yPred.shape.slice(1).map(() => null), [0, k]);
    return best.equal(classes.expandDims(-1).cast(yPred.dtype)).any(-1).cast('float32');
  };
  return new MeanMetric(options.name ?? 'sparse_top_k_categorical_accuracy', values, {
    className: 'SparseTopKCategoricalAccuracy',
    config: { k, ...(fromSortedIds && { from_sorted_ids: true }) },
  });
}
