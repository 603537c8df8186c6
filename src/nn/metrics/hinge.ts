// Hinge metrics: how far predictions are from being right by a margin of 1.
import { rejectUnknownOptions } from '../../base/suggest.js';
import { categoricalHingeValues, hingeValues, squaredHingeValues } from '../losses/hinge.js';
import type { MetricOptions } from './accuracy.js';
import { MeanMetric } from './mean.js';

/** The mean of max(1 - yTrue yPred, 0), for labels -1 and 1 (or 0 and 1) in the predictions' shape. */
export function hinge(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.hinge', options, ['name']);
  return new MeanMetric(options.name ?? 'hinge', (yTrue, yPred) => hingeValues(yTrue, yPred), { className: 'Hinge' });
}

/** The mean of max(1 - yTrue yPred, 0)^2, for labels -1 and 1 (or 0 and 1) in the predictions' shape. */
export function squaredHinge(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.squaredHinge', options, ['name']);
  return new MeanMetric(options.name ?? 'squared_hinge', (yTrue, yPred) => squaredHingeValues(yTrue, yPred), {
    className: 'SquaredHinge',
  });
}

/** The mean of max(wrong - right + 1, 0), the scores of the right class and of the best wrong one; one-hot labels. */
export function categoricalHinge(options: MetricOptions = {}): MeanMetric {
  rejectUnknownOptions('metrics.categoricalHinge', options, ['name']);
  return new MeanMetric(options.name ?? 'categorical_hinge', (yTrue, yPred) => categoricalHingeValues(yTrue, yPred), {
    className: 'CategoricalHinge',
  });
}
