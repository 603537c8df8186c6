// The curves of all classes at once, each against the rest.
import { ShapeError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { areaUnder } from './auc.js';
import { areaUnderSteps } from './average-precision.js';
import { binaryProblem, type BinaryProblem, type Teaching } from './binary.js';
import { toNDArray, type ArrayInput } from './inputs.js';
import { precisionRecallOf, type PrecisionRecallCurve } from './precision-recall-curve.js';
import { rocOf, type RocCurve } from './roc-curve.js';

export interface CurvesOptions {
  /** How much each sample counts, [N]. */
  readonly sampleWeight?: ArrayInput;
  /** Whether points that do not change the curve are left out: by default in ROC curves, not in precision-recall. */
  readonly dropIntermediate?: boolean;
}

/** The ROC curve of one class against the rest. */
export interface ClassRocCurve extends RocCurve {
  readonly classId: number;
  /** The area under it; NaN where the class has no samples, or all of them. */
  readonly auc: number;
}

/** The precision-recall curve of one class against the rest. */
export interface ClassPrecisionRecallCurve extends PrecisionRecallCurve {
  readonly classId: number;
  readonly averagePrecision: number;
}

/** The ROC curve of every class against the rest, in the order of the classes. */
export function rocCurves(yTrue: ArrayInput, yScore: ArrayInput, options: CurvesOptions = {}): ClassRocCurve[] {
  return curves({ what: 'rocCurves', subject: 'A ROC curve' }, yTrue, yScore, options, (problem, classId) => {
    const curve = rocOf('rocCurves', problem, options.dropIntermediate ?? true);
    return { classId, ...curve, auc: areaUnder(curve.fpr, curve.tpr) };
  });
}

/** The precision-recall curve of every class against the rest, in the order of the classes. */
export function precisionRecallCurves(
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options: CurvesOptions = {},
): ClassPrecisionRecallCurve[] {
  const teaching = { what: 'precisionRecallCurves', subject: 'A precision-recall curve' };
  return curves(teaching, yTrue, yScore, options, (problem, classId) => {
    const curve = precisionRecallOf('precisionRecallCurves', problem, options.dropIntermediate ?? false);
    return { classId, ...curve, averagePrecision: areaUnderSteps(curve) };
  });
}

function curves<Curve>(
  teaching: Teaching,
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options: CurvesOptions,
  curveOf: (problem: BinaryProblem, classId: number) => Curve,
): Curve[] {
  rejectUnknownOptions(teaching.what, options, ['sampleWeight', 'dropIntermediate']);
  const labels: NDArray = toNDArray(yTrue, `${teaching.what}: yTrue`);
  const scores = toNDArray(yScore, `${teaching.what}: yScore`);
  const classes = scores.shape[1] ?? 1;
  if (scores.shape.length !== 2 || classes < 2)
    throw new ShapeError(
      `${teaching.what}: expected scores for each class, shape [N, classes], received shape ${formatShape(scores.shape)}. Pass what model.predict gives, not the class numbers that argMax makes of it.`,
    );
  const weights = options.sampleWeight === undefined ? {} : { sampleWeight: options.sampleWeight };
  return Array.from({ length: classes }, (_, classId) =>
    curveOf(binaryProblem(teaching, labels, scores, { classId, ...weights }), classId),
  );
}
