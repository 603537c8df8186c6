// Metrics that report a loss: errors of numbers and cross-entropies, whatever the model is trained on.
import { rejectUnknownOptions } from '../../base/suggest.js';
import * as crossentropy from '../losses/crossentropy.js';
import type { CrossentropyOptions, SparseCrossentropyOptions } from '../losses/crossentropy.js';
import type { Loss } from '../losses/loss.js';
import { absoluteErrors, squaredErrors } from '../losses/regression.js';
import type { MetricOptions } from './accuracy.js';
import { MeanMetric } from './mean.js';

/** The mean of (yTrue - yPred)^2. */
export function meanSquaredError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.meanSquaredError', options, ['name']);
  return new MeanMetric(options.name ?? 'mean_squared_error', (yTrue, yPred) => squaredErrors(yTrue, yPred), {
    className: 'MeanSquaredError',
  });
}

/** The mean of |yTrue - yPred|. */
export function meanAbsoluteError(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.meanAbsoluteError', options, ['name']);
  return new MeanMetric(options.name ?? 'mean_absolute_error', (yTrue, yPred) => absoluteErrors(yTrue, yPred), {
    className: 'MeanAbsoluteError',
  });
}

function metricOf(loss: Loss): MeanMetric {
  const { name: _name, reduction: _reduction, ...config } = loss.getConfig();
  const className = loss.className === undefined ? {} : { className: loss.className };
  return new MeanMetric(loss.name, (yTrue, yPred) => loss.values(yTrue, yPred), { ...className, config });
}

/** The mean binary cross-entropy; options as those of the loss. */
export function binaryCrossentropy(options: CrossentropyOptions = {}): MeanMetric {
  return metricOf(crossentropy.binaryCrossentropy(options));
}

/** The mean cross-entropy for one-hot labels; options as those of the loss. */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): MeanMetric {
  return metricOf(crossentropy.categoricalCrossentropy(options));
}

/** The mean cross-entropy for class numbers; options as those of the loss. */
export function sparseCategoricalCrossentropy(options: SparseCrossentropyOptions = {}): MeanMetric {
  return metricOf(crossentropy.sparseCategoricalCrossentropy(options));
}
