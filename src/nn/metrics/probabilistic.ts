// Metrics of predicted distributions: cross-entropies, divergence, Poisson's likelihood, whatever the model is trained on.
import { rejectUnknownOptions } from '../../base/suggest.js';
import * as crossentropy from '../losses/crossentropy.js';
import type { CrossentropyOptions, SparseCrossentropyOptions } from '../losses/crossentropy.js';
import { divergences, poissonValues } from '../losses/divergence.js';
import type { Loss } from '../losses/loss.js';
import type { MetricOptions } from './accuracy.js';
import { MeanMetric } from './mean.js';

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

/**
 * The mean of the sums of yTrue log(yTrue / yPred) over the last axis: distributions [B, ..., K]. Source: Kullback and
 * Leibler, "On information and sufficiency" (1951).
 */
export function klDivergence(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.klDivergence', options, ['name']);
  return new MeanMetric(options.name ?? 'kl_divergence', (yTrue, yPred) => divergences(yTrue, yPred), {
    className: 'KLDivergence',
  });
}

/** The mean of yPred - yTrue log(yPred), for counts and their predicted rates. Labels in the predictions' shape. */
export function poisson(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.poisson', options, ['name']);
  return new MeanMetric(options.name ?? 'poisson', (yTrue, yPred) => poissonValues(yTrue, yPred), {
    className: 'Poisson',
  });
}
