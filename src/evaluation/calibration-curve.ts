// The calibration curve: whether of the samples given a probability of 0.8, eight in ten are positive.
import { ValueError } from '../base/errors.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { binaryProblem } from './binary.js';
import { checkChoice, checkInteger, type ArrayInput } from './inputs.js';

export interface CalibrationCurveOptions {
  /** Into how many bins the probabilities are divided; 5 by default. */
  readonly nBins?: number;
  /** Bins of equal width (the default), or of equally many samples. */
  readonly strategy?: 'uniform' | 'quantile';
  /** The label of the positive class; 1 by default, where the labels are 0 and 1, or -1 and 1. */
  readonly posLabel?: number;
  /** One class against the rest: probabilities are then [N, classes]. */
  readonly classId?: number;
}

/** A point for each bin that is not empty, in ascending order. */
export interface CalibrationCurve {
  /** The share of positives in the bin. */
  readonly probTrue: Float64Array;
  /** The mean probability in the bin. */
  readonly probPred: Float64Array;
  /** How many samples are in the bin. */
  readonly counts: Float64Array;
}

const what = 'calibrationCurve';
const teaching = { what, subject: 'A calibration curve' };

/** How often samples are positive, for each bin of the probability they were given. */
export function calibrationCurve(
  yTrue: ArrayInput,
  yProb: ArrayInput,
  options: CalibrationCurveOptions = {},
): CalibrationCurve {
  rejectUnknownOptions(what, options, ['nBins', 'strategy', 'posLabel', 'classId']);
  const { nBins: _nBins, strategy: _strategy, ...binary } = options;
  const bins = checkInteger(options.nBins ?? 5, 1, Infinity, `${what}: nBins`);
  const strategy = checkChoice(options.strategy ?? 'uniform', ['uniform', 'quantile'], `${what}: strategy`);
  const { positive, scores } = binaryProblem(teaching, yTrue, yProb, binary);
  const outside = scores.find((probability) => probability < 0 || probability > 1);
  if (outside !== undefined)
    throw new ValueError(
      `${what}: expected probabilities from 0 to 1, received ${outside}. Take the sigmoid of logits first.`,
    );
  const edges = strategy === 'uniform' ? evenEdges(bins) : quantiles(scores, bins);
  const sums = new Float64Array(bins);
  const hits = new Float64Array(bins);
  const counts = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const bin = edgesBelow(edges, scores[i]!);
    sums[bin]! += scores[i]!;
    hits[bin]! += positive[i]!;
    counts[bin]! += 1;
  }
  const filled = Array.from(counts.keys()).filter((bin) => counts[bin] !== 0);
  return {
    probTrue: Float64Array.from(filled, (bin) => hits[bin]! / counts[bin]!),
    probPred: Float64Array.from(filled, (bin) => sums[bin]! / counts[bin]!),
    counts: Float64Array.from(filled, (bin) => counts[bin]!),
  };
}

/** The inner edges of bins of equal width. */
function evenEdges(bins: number): Float64Array {
  const width = 1 / bins;
  return Float64Array.from({ length: bins - 1 }, (_, index) => (index + 1) * width);
}

/** The inner edges of bins of equally many values: quantiles, linear between neighbours. */
function quantiles(values: ArrayLike<number>, bins: number): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return evenEdges(bins).map((share) => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)]!;
    const above = sorted[Math.min(Math.floor(position) + 1, sorted.length - 1)]!;
    const part = position - Math.floor(position);
    // From the nearer end, so that the way to either end is exact.
    return part < 0.5 ? below + (above - below) * part : above - (above - below) * (1 - part);
  });
}

/** How many of the ascending edges are below the value. */
function edgesBelow(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
