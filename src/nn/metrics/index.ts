// The namespace `metrics`: what makes metrics, and the options that each takes.
export {
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  type BinaryAccuracyOptions,
  type MetricOptions,
} from './accuracy.js';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from './errors.js';
export { Mean, MeanMetric } from './mean.js';
export type { Metric, MetricFunction } from './metric.js';
