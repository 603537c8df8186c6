// Judging predictions, for tensors too: the functions of src/evaluation, which compute on plain arrays.
import type { TypedArray } from './base/dtype.js';
import type { NDArray, NestedArray } from './base/ndarray.js';
import * as plain from './evaluation/index.js';
import { Tensor } from './tensor/tensor.js';

export type {
  Average,
  ClassPrecisionRecallCurve,
  ClassReport,
  ClassRocCurve,
  ClassScores,
  ConfusionMatrix,
  CalibrationCurve,
  PrecisionRecallCurve,
  RocCurve,
} from './evaluation/index.js';
export { ClassificationReport } from './evaluation/index.js';

/** Labels, scores or weights: a tensor, lists of numbers, a typed array, or an array with a shape. */
export type Values = Tensor | NDArray | TypedArray | readonly NestedArray[];

/** Options of the function on plain arrays, with weights that may be a tensor. */
type WithTensors<Options> = Omit<Options, 'sampleWeight'> & {
  /** How much each sample counts, [N]. */
  readonly sampleWeight?: Values;
};

export type AveragePrecisionOptions = WithTensors<plain.AveragePrecisionOptions>;
export type CalibrationCurveOptions = plain.CalibrationCurveOptions;
export type ClassificationReportOptions = WithTensors<plain.ClassificationReportOptions>;
export type ConfusionMatrixOptions = WithTensors<plain.ConfusionMatrixOptions>;
export type CurvesOptions = WithTensors<plain.CurvesOptions>;
export type PrecisionRecallCurveOptions = WithTensors<plain.PrecisionRecallCurveOptions>;
export type RocAucOptions = WithTensors<plain.RocAucOptions>;
export type RocCurveOptions = WithTensors<plain.RocCurveOptions>;

/** The values of a tensor; anything else as it is. */
async function plainly(first: Values, second: Values): Promise<[plain.ArrayInput, plain.ArrayInput]> {
  return Promise.all([valuesOf(first), valuesOf(second)]);
}

async function valuesOf(values: Values): Promise<plain.ArrayInput> {
  return values instanceof Tensor ? values.realize() : values;
}

/** Options with the values of their tensor of weights. */
async function plainOptions<Options extends { readonly sampleWeight?: Values }>(
  options: Options,
): Promise<Omit<Options, 'sampleWeight'> & { sampleWeight?: plain.ArrayInput }> {
  const { sampleWeight, ...others } = options;
  return sampleWeight === undefined ? others : { ...others, sampleWeight: await valuesOf(sampleWeight) };
}

/**
 * How many samples of each class were taken for which. Labels are class numbers [N] or one-hot [N, classes]; predictions
 * are class numbers [N], scores [N, classes] (the first of the largest is taken, and every class has its row and column,
 * even one that does not occur), or, for labels 0 and 1, probabilities [N] or [N, 1] (above 0.5 is class 1). Values as
 * scikit-learn's `confusion_matrix`; a share of nothing is 0.
 * @throws ValueError if none of `labels` occurs in yTrue, or predictions are not of any of these forms
 * @example
 * const { matrix } = await confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]);
 * console.log(matrix[2][0]); // 1: a 2 was taken for a 0
 */
export async function confusionMatrix(
  yTrue: Values,
  yPred: Values,
  options: ConfusionMatrixOptions = {},
): Promise<plain.ConfusionMatrix> {
  return plain.confusionMatrix(...(await plainly(yTrue, yPred)), await plainOptions(options));
}

/**
 * Precision, recall, F1 and support of every class, and their averages. Labels are class numbers [N] or one-hot
 * [N, classes]; predictions are class numbers [N], scores [N, classes] (the first of the largest is taken), or, for
 * labels 0 and 1, probabilities [N] or [N, 1] (above 0.5 is class 1). Values and text as scikit-learn's
 * `classification_report`.
 * @throws ValueError if names and classes differ in number, or predictions are not of any of these forms
 * @example
 * const report = await classificationReport([0, 1, 2, 2], [0, 0, 2, 2], { targetNames: ['ant', 'bee', 'cat'] });
 * console.log(String(report), report.accuracy); // 0.75
 */
export async function classificationReport(
  yTrue: Values,
  yPred: Values,
  options: ClassificationReportOptions = {},
): Promise<plain.ClassificationReport> {
  return plain.classificationReport(...(await plainly(yTrue, yPred)), await plainOptions(options));
}

/**
 * The ROC curve of labels [N] (0 and 1) and scores [N]: of probabilities, logits, or whatever is larger for the positive
 * class. Equal scores are one threshold. With `classId`, labels are class numbers [N] (or one-hot [N, classes]) and
 * scores [N, classes]: that class against the rest. Source: Fawcett, "An introduction to ROC analysis" (2006);
 * points as in scikit-learn's `roc_curve`.
 * @throws ValueError for labels of more than two classes without `classId`
 * @example
 * const { fpr, tpr, thresholds } = await rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 */
export async function rocCurve(yTrue: Values, scores: Values, options: RocCurveOptions = {}): Promise<plain.RocCurve> {
  return plain.rocCurve(...(await plainly(yTrue, scores)), await plainOptions(options));
}

/**
 * The ROC curve of every class against the rest, in the order of the classes: class numbers [N] (or one-hot labels
 * [N, classes]) and scores [N, classes], as `model.predict` gives them.
 * @throws ShapeError for scores [N]: class numbers have no curve
 * @example
 * for (const { classId, auc } of await rocCurves(yTest, await model.predict(xTest))) console.log(classId, auc);
 */
export async function rocCurves(
  yTrue: Values,
  scores: Values,
  options: CurvesOptions = {},
): Promise<plain.ClassRocCurve[]> {
  return plain.rocCurves(...(await plainly(yTrue, scores)), await plainOptions(options));
}

/**
 * The precision-recall curve of labels [N] (0 and 1) and scores [N]. Equal scores are one threshold. With `classId`,
 * labels are class numbers [N] (or one-hot [N, classes]) and scores [N, classes]: that class against the rest. Points as
 * in scikit-learn's `precision_recall_curve`.
 * @throws ValueError for labels of more than two classes without `classId`
 * @example
 * const { precision, recall } = await precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 */
export async function precisionRecallCurve(
  yTrue: Values,
  scores: Values,
  options: PrecisionRecallCurveOptions = {},
): Promise<plain.PrecisionRecallCurve> {
  return plain.precisionRecallCurve(...(await plainly(yTrue, scores)), await plainOptions(options));
}

/**
 * The precision-recall curve of every class against the rest, in the order of the classes; labels and scores as
 * `rocCurves` takes them.
 * @throws ShapeError for scores [N]: class numbers have no curve
 */
export async function precisionRecallCurves(
  yTrue: Values,
  scores: Values,
  options: CurvesOptions = {},
): Promise<plain.ClassPrecisionRecallCurve[]> {
  return plain.precisionRecallCurves(...(await plainly(yTrue, scores)), await plainOptions(options));
}

/**
 * The area under the ROC curve, of labels and scores as follows; NaN where a class is missing.
 * - labels [N] of two classes and scores [N]: the larger label is positive;
 * - class numbers [N] and probabilities [N, classes]: `multiClass` says 'ovr' or 'ovo' (Hand and Till, 2001);
 * - zeros and ones [N, classes] and scores [N, classes]: each column by itself;
 * - with `classId`: that class against the rest.
 *
 * Values as scikit-learn's `roc_auc_score`; the standardised part (McClish, 1989) too.
 * @throws ValueError for several classes without `multiClass` or `classId`, and for combinations that have no meaning
 * @example
 * await rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 */
export function rocAuc(
  yTrue: Values,
  scores: Values,
  options: RocAucOptions & { readonly average: null },
): Promise<Float64Array>;
export function rocAuc(
  yTrue: Values,
  scores: Values,
  options?: RocAucOptions & { readonly average?: Exclude<plain.Average, null> },
): Promise<number>;
export async function rocAuc(
  yTrue: Values,
  scores: Values,
  options: RocAucOptions = {},
): Promise<number | Float64Array> {
  return plain.rocAuc(...(await plainly(yTrue, scores)), await plainOptions(options));
}

/**
 * The sum over thresholds of (recall - the recall before) x precision, without interpolation; 0 where there are no
 * positives. Of labels [N] (0 and 1) and scores [N]; class numbers [N] and scores [N, classes], each class against the
 * rest; zeros and ones [N, classes] and scores [N, classes]; or one class with `classId`. Values as scikit-learn's
 * `average_precision_score`.
 * @throws ValueError for labels of more than two classes with scores [N]
 * @example
 * await averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.8333
 */
export function averagePrecision(
  yTrue: Values,
  scores: Values,
  options: AveragePrecisionOptions & { readonly average: null },
): Promise<Float64Array>;
export function averagePrecision(
  yTrue: Values,
  scores: Values,
  options?: AveragePrecisionOptions & { readonly average?: Exclude<plain.Average, null> },
): Promise<number>;
export async function averagePrecision(
  yTrue: Values,
  scores: Values,
  options: AveragePrecisionOptions = {},
): Promise<number | Float64Array> {
  return plain.averagePrecision(...(await plainly(yTrue, scores)), await plainOptions(options));
}

/**
 * The area under the points (x[i], y[i]) by the trapezoidal rule: the sum of (x[i+1] - x[i]) (y[i] + y[i+1]) / 2. x
 * increases or decreases throughout; NaN gives NaN.
 * @throws ShapeError for fewer than two points, or x and y of different lengths; ValueError if x turns back
 * @example
 * await auc([0, 0.5, 1], [0, 1, 1]); // 0.75
 */
export async function auc(x: Values, y: Values): Promise<number> {
  return plain.auc(...(await plainly(x, y)));
}

/**
 * How often samples are positive, for each bin of the probability they were given: labels [N] (0 and 1), probabilities
 * [N]. With `classId`, class numbers [N] and probabilities [N, classes]. Values as scikit-learn's `calibration_curve`.
 * @throws ValueError for probabilities outside 0 to 1, and for labels of more than two classes without `classId`
 * @example
 * const { probTrue, probPred } = await calibrationCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { nBins: 2 });
 */
export async function calibrationCurve(
  yTrue: Values,
  probabilities: Values,
  options: CalibrationCurveOptions = {},
): Promise<plain.CalibrationCurve> {
  return plain.calibrationCurve(...(await plainly(yTrue, probabilities)), options);
}
