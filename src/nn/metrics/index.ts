// The namespace `metrics`: what makes metrics, and the options that each takes.
export {
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  type BinaryAccuracyOptions,
  type MetricOptions,
} from './accuracy.js';
export { auc, type AucMetric, type AucOptions } from './auc.js';
export type { AucCurve, AucSummation } from './auc-formula.js';
export {
  falseNegatives,
  falsePositives,
  precision,
  recall,
  trueNegatives,
  truePositives,
  type PrecisionOptions,
  type ThresholdFormulaMetric,
  type ThresholdOptions,
} from './confusion.js';
export {
  f1Score,
  fBetaScore,
  type F1ScoreOptions,
  type FBetaScoreOptions,
  type FScoreAverage,
  type FScoreMetric,
} from './f-score.js';
export { categoricalHinge, hinge, squaredHinge } from './hinge.js';
export {
  binaryIoU,
  iou,
  meanIoU,
  oneHotIoU,
  oneHotMeanIoU,
  type BinaryIoUOptions,
  type IoUMetric,
  type IoUOptions,
  type MeanIoUOptions,
  type OneHotIoUOptions,
  type OneHotMeanIoUOptions,
} from './iou.js';
export { Mean, MeanMetric } from './mean.js';
export type { Metric, MetricFunction } from './metric.js';
export {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  type OperatingPointMetric,
  type OperatingPointOptions,
  type PrecisionOption,
  type RecallOption,
  type SensitivityOption,
  type SpecificityOption,
} from './operating-point.js';
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  klDivergence,
  poisson,
  sparseCategoricalCrossentropy,
} from './probabilistic.js';
export { r2Score, type ClassAggregation, type R2ScoreMetric, type R2ScoreOptions } from './r2-score.js';
export {
  cosineSimilarity,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  rootMeanSquaredError,
  type CosineSimilarityOptions,
} from './regression.js';
export type { StatefulMetric } from './stateful.js';
export {
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
  type SparseTopKOptions,
  type TopKOptions,
} from './top-k.js';
