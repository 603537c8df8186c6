// The receiver operating characteristic: what share of the positives is found at the price of what share of the negatives.
import { rejectUnknownOptions } from '../base/suggest.js';
import { binaryProblem, type BinaryOptions, type BinaryProblem, type Teaching } from './binary.js';
import type { ArrayInput } from './inputs.js';
import { countsAt, thresholdCounts, type ThresholdCounts } from './threshold-counts.js';

export interface RocCurveOptions extends BinaryOptions {
  /** Whether points on a straight line between others are left out; true by default. The area stays the same. */
  readonly dropIntermediate?: boolean;
}

/** A curve of points, one for each threshold, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** The share of the negatives that score at least the threshold; NaN throughout where there are no negatives. */
  readonly fpr: Float64Array;
  /** The share of the positives that score at least the threshold; NaN throughout where there are no positives. */
  readonly tpr: Float64Array;
  /** From Infinity, which no score reaches, down to the smallest score. */
  readonly thresholds: Float64Array;
}

const teaching: Teaching = { what: 'rocCurve', perClass: 'rocCurves', subject: 'A ROC curve' };

/** The ROC curve of two classes, or of one against the rest. */
export function rocCurve(yTrue: ArrayInput, yScore: ArrayInput, options: RocCurveOptions = {}): RocCurve {
  rejectUnknownOptions('rocCurve', options, ['posLabel', 'classId', 'sampleWeight', 'dropIntermediate']);
  return rocOf('rocCurve', binaryProblem(teaching, yTrue, yScore, options), options.dropIntermediate ?? true);
}

/** The curve of a problem of two classes. */
export function rocOf(what: string, problem: BinaryProblem, dropIntermediate: boolean): RocCurve {
  const all = thresholdCounts(what, problem);
  const counts = dropIntermediate ? countsAt(all, corners(all)) : all;
  return {
    fpr: rates(counts.falsePositives),
    tpr: rates(counts.truePositives),
    thresholds: startingWith(Infinity, counts.thresholds),
  };
}

/** The positions of the first point, the last, and those where the curve bends. */
function corners({ falsePositives: x, truePositives: y }: ThresholdCounts): number[] {
  const last = x.length - 1;
  const positions: number[] = [];
  for (let i = 0; i <= last; i++) {
    const isEnd = i === 0 || i === last;
    // The second difference is exactly 0 where two steps are alike.
    const bends = (values: Float64Array): boolean => values[i + 1]! - values[i]! - (values[i]! - values[i - 1]!) !== 0;
    if (isEnd || bends(x) || bends(y)) positions.push(i);
  }
  return positions;
}

/** Shares of the last count, which is that of all, beginning with 0. */
function rates(counts: Float64Array): Float64Array {
  const total = counts.at(-1)!;
  return startingWith(0, counts).map((count) => (total > 0 ? count / total : NaN));
}

function startingWith(first: number, values: Float64Array): Float64Array {
  const result = new Float64Array(values.length + 1);
  result[0] = first;
  result.set(values, 1);
  return result;
}
