// Precision against recall: how much of what is found is right, for each share of the positives that is found.
import { rejectUnknownOptions } from '../base/suggest.js';
import { binaryProblem, type BinaryOptions, type BinaryProblem, type Teaching } from './binary.js';
import type { ArrayInput } from './inputs.js';
import { countsAt, thresholdCounts, type ThresholdCounts } from './threshold-counts.js';

export interface PrecisionRecallCurveOptions extends BinaryOptions {
  /** Whether thresholds between others of equal recall are left out; false by default. */
  readonly dropIntermediate?: boolean;
}

/** A point for each threshold, from the smallest up, and one more at the end: precision 1, recall 0, no threshold. */
export interface PrecisionRecallCurve {
  /** The share of those that score at least the threshold that are positive. One longer than `thresholds`. */
  readonly precision: Float64Array;
  /** The share of the positives that score at least the threshold; 1 throughout where there are no positives. */
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}

const teaching: Teaching = {
  what: 'precisionRecallCurve',
  perClass: 'precisionRecallCurves',
  subject: 'A precision-recall curve',
};

/** The precision-recall curve of two classes, or of one against the rest. */
export function precisionRecallCurve(
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options: PrecisionRecallCurveOptions = {},
): PrecisionRecallCurve {
  const what = 'precisionRecallCurve';
  rejectUnknownOptions(what, options, ['posLabel', 'classId', 'sampleWeight', 'dropIntermediate']);
  return precisionRecallOf(what, binaryProblem(teaching, yTrue, yScore, options), options.dropIntermediate ?? false);
}

/** The curve of a problem of two classes. */
export function precisionRecallOf(
  what: string,
  problem: BinaryProblem,
  dropIntermediate: boolean,
): PrecisionRecallCurve {
  const all = thresholdCounts(what, problem);
  const { falsePositives, truePositives, thresholds } = dropIntermediate ? countsAt(all, endsOfRecall(all)) : all;
  const size = thresholds.length;
  const total = truePositives[size - 1]!;
  const precision = new Float64Array(size + 1);
  const recall = new Float64Array(size + 1);
  for (let i = 0; i < size; i++) {
    const found = truePositives[i]! + falsePositives[i]!;
    precision[size - 1 - i] = found === 0 ? 0 : truePositives[i]! / found;
    recall[size - 1 - i] = total === 0 ? 1 : truePositives[i]! / total;
  }
  precision[size] = 1;
  return { precision, recall, thresholds: thresholds.reverse() };
}

/** The positions of the first and the last threshold of each recall. */
function endsOfRecall({ truePositives }: ThresholdCounts): number[] {
  const positions: number[] = [];
  truePositives.forEach((count, i) => {
    const isInside = i > 0 && i + 1 < truePositives.length;
    if (!isInside || count !== truePositives[i - 1] || count !== truePositives[i + 1]) positions.push(i);
  });
  return positions;
}
