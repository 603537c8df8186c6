// Accuracies: the share of right answers, for each way of writing labels.
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkNumber } from '../check.js';
import { alignLabels, classIndices } from '../losses/reduce.js';
import { MeanMetric } from './mean.js';

export interface MetricOptions {
  /** The key in the history. */
  readonly name?: string;
}

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above it count as 1; 0.5 by default. */
  readonly threshold?: number;
}

/** The share of answers on the right side of the threshold; labels 0 and 1 in the predictions' shape. */
export function binaryAccuracy(options: BinaryAccuracyOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.binaryAccuracy', options, ['name', 'threshold']);
  const threshold = checkNumber(options.threshold ?? 0.5, 'metrics.binaryAccuracy: threshold');
  const values = (yTrue: Tensor, yPred: Tensor): Tensor => {
    const labels = alignLabels(yTrue, yPred, 'binaryAccuracy');
    const matches = labels.equal(yPred.greater(threshold).cast(yPred.dtype)).cast('float32');
    return matches.rank < 2 ? matches : matches.mean(-1);
  };
  return new MeanMetric(options.name ?? 'binary_accuracy', values, {
    className: 'BinaryAccuracy',
    config: { threshold },
  });
}

/** The share of samples whose most probable class is that of the one-hot label. */
export function categoricalAccuracy(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.categoricalAccuracy', options, ['name']);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor =>
    alignLabels(yTrue, yPred, 'categoricalAccuracy').argMax(-1).equal(yPred.argMax(-1)).cast('float32');
  return new MeanMetric(options.name ?? 'categorical_accuracy', values, { className: 'CategoricalAccuracy' });
}

/** The share of samples whose most probable class has the label's number. */
export function sparseCategoricalAccuracy(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.sparseCategoricalAccuracy', options, ['name']);
  const values = (yTrue: Tensor, yPred: Tensor): Tensor =>
    classIndices(yTrue, yPred, 'sparseCategoricalAccuracy').equal(yPred.argMax(-1)).cast('float32');
  return new MeanMetric(options.name ?? 'sparse_categorical_accuracy', values, {
    className: 'SparseCategoricalAccuracy',
  });
}
