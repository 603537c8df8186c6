// Judging predictions: pure functions over labels and scores as plain arrays.
export { auc } from './auc.js';
export { type Average } from './average.js';
export { averagePrecision, type AveragePrecisionOptions } from './average-precision.js';
export { calibrationCurve, type CalibrationCurve, type CalibrationCurveOptions } from './calibration-curve.js';
export {
  ClassificationReport,
  classificationReport,
  type ClassificationReportOptions,
} from './classification-report.js';
export { confusionMatrix, type ConfusionMatrix, type ConfusionMatrixOptions } from './confusion-matrix.js';
export type { ArrayInput } from './inputs.js';
export {
  precisionRecallCurves,
  rocCurves,
  type ClassPrecisionRecallCurve,
  type ClassRocCurve,
  type CurvesOptions,
} from './per-class.js';
export {
  precisionRecallCurve,
  type PrecisionRecallCurve,
  type PrecisionRecallCurveOptions,
} from './precision-recall-curve.js';
export type { ClassReport, ClassScores } from './report-text.js';
export { rocAuc, type RocAucOptions } from './roc-auc.js';
export { rocCurve, type RocCurve, type RocCurveOptions } from './roc-curve.js';
