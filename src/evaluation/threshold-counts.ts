// How many positives and negatives score at least each threshold: what ROC and precision-recall curves are made of.
import { DataError } from '../base/errors.js';
import type { BinaryProblem } from './binary.js';
import { descendingOrder } from './order.js';

/** For each score that occurs, from the largest to the smallest: the (weighted) numbers of samples that reach it. */
export interface ThresholdCounts {
  readonly falsePositives: Float64Array;
  readonly truePositives: Float64Array;
  readonly thresholds: Float64Array;
}

/** Samples of equal score come together; samples of weight 0 do not come at all. */
export function thresholdCounts(what: string, { positive, scores, weights }: BinaryProblem): ThresholdCounts {
  const falsePositives = new Float64Array(scores.length);
  const truePositives = new Float64Array(scores.length);
  const thresholds = new Float64Array(scores.length);
  let [size, negatives, positives] = [0, 0, 0];
  for (const sample of descendingOrder(scores)) {
    const weight = weights ? weights[sample]! : 1;
    if (weight === 0) continue;
    const score = scores[sample]!;
    if (size === 0 || score !== thresholds[size - 1]) thresholds[size++] = score;
    if (positive[sample]) positives += weight;
    else negatives += weight;
    falsePositives[size - 1] = negatives;
    truePositives[size - 1] = positives;
  }
  if (size === 0) throw new DataError(`${what}: expected a sample whose weight is not 0, received none.`);
  return {
    falsePositives: falsePositives.slice(0, size),
    truePositives: truePositives.slice(0, size),
    thresholds: thresholds.slice(0, size),
  };
}

/** The counts at the given positions. */
export function countsAt(counts: ThresholdCounts, positions: readonly number[]): ThresholdCounts {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(positions, (position) => values[position]!);
  return {
    falsePositives: pick(counts.falsePositives),
    truePositives: pick(counts.truePositives),
    thresholds: pick(counts.thresholds),
  };
}
