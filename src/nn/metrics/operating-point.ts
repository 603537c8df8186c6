// The best that one share can be while another is at least as large as wanted: sensitivity at a specificity, and its kin.
import { rejectUnknownOptions } from '../../base/suggest.js';
import { checkNumber, checkWhole } from '../check.js';
import type { MetricOptions } from './accuracy.js';
import { checkClassId, share, ThresholdMetric, type Counts } from './threshold-counts.js';
import { thresholdsFrom0To1 } from './thresholds.js';

export interface OperatingPointOptions extends MetricOptions {
  /** How many thresholds from 0 to 1 are tried; 200 by default. */
  readonly numThresholds?: number;
  /** Only this class: labels and predictions are then [B, ..., classes]. */
  readonly classId?: number;
}

export interface SpecificityOption extends OperatingPointOptions {
  /** The least specificity wanted, from 0 to 1. */
  readonly specificity: number;
}
export interface SensitivityOption extends OperatingPointOptions {
  /** The least sensitivity wanted, from 0 to 1. */
  readonly sensitivity: number;
}
export interface RecallOption extends OperatingPointOptions {
  /** The least recall wanted, from 0 to 1. */
  readonly recall: number;
}
export interface PrecisionOption extends OperatingPointOptions {
  /** The least precision wanted, from 0 to 1. */
  readonly precision: number;
}

const shares = {
  sensitivity: (counts: Counts) => share(counts.truePositives, counts.truePositives + counts.falseNegatives),
  recall: (counts: Counts) => share(counts.truePositives, counts.truePositives + counts.falseNegatives),
  specificity: (counts: Counts) => share(counts.trueNegatives, counts.trueNegatives + counts.falsePositives),
  precision: (counts: Counts) => share(counts.truePositives, counts.truePositives + counts.falsePositives),
};
type ShareName = keyof typeof shares;

/** The largest of one share over the thresholds at which another is large enough. */
export class OperatingPointMetric extends ThresholdMetric {
  readonly #wanted: ShareName;
  readonly #limited: ShareName;
  readonly #least: number;

  constructor(
    className: string,
    what: string,
    options: OperatingPointOptions,
    wanted: ShareName,
    limited: ShareName,
    least: number,
  ) {
    const name = `metrics.${what}`;
    rejectUnknownOptions(name, options, ['name', limited, 'numThresholds', 'classId']);
    const classId = checkClassId(options.classId, name);
    const count = checkWhole(options.numThresholds ?? 200, `${name}: numThresholds`);
    const config = { class_id: classId ?? null, num_thresholds: count, [limited]: least };
    super(className, what, options.name, config, thresholdsFrom0To1(count), { classId });
    this.#wanted = wanted;
    this.#limited = limited;
    this.#least = checkNumber(least, `${name}: ${limited}`, 0, 1);
  }

  protected override formula([counts]: readonly (readonly Counts[])[]): Float64Array {
    // As Keras compares: in single precision, so that 0.8 of ten is 0.8.
    const isEnough = (each: Counts): boolean => Math.fround(shares[this.#limited](each)) >= Math.fround(this.#least);
    return Float64Array.of(Math.max(0, ...counts!.filter(isEnough).map(shares[this.#wanted])));
  }
}

/**
 * The largest sensitivity, TP / (TP + FN), at a threshold where the specificity, TN / (TN + FP), is at least as wanted; 0
 * where it is so at none. Labels 0 and 1 in the shape of the predictions, which are probabilities.
 * @example
 * metrics.sensitivityAtSpecificity({ specificity: 0.9 });
 */
export function sensitivityAtSpecificity(options: SpecificityOption): OperatingPointMetric {
  const { specificity } = options;
  return new OperatingPointMetric(
    'SensitivityAtSpecificity',
    'sensitivityAtSpecificity',
    options,
    'sensitivity',
    'specificity',
    specificity,
  );
}

/** The largest specificity, TN / (TN + FP), at a threshold where the sensitivity is at least as wanted. */
export function specificityAtSensitivity(options: SensitivityOption): OperatingPointMetric {
  const { sensitivity } = options;
  return new OperatingPointMetric(
    'SpecificityAtSensitivity',
    'specificityAtSensitivity',
    options,
    'specificity',
    'sensitivity',
    sensitivity,
  );
}

/** The largest precision, TP / (TP + FP), at a threshold where the recall is at least as wanted. */
export function precisionAtRecall(options: RecallOption): OperatingPointMetric {
  return new OperatingPointMetric(
    'PrecisionAtRecall',
    'precisionAtRecall',
    options,
    'precision',
    'recall',
    options.recall,
  );
}

/** The largest recall, TP / (TP + FN), at a threshold where the precision is at least as wanted. */
export function recallAtPrecision(options: PrecisionOption): OperatingPointMetric {
  return new OperatingPointMetric(
    'RecallAtPrecision',
    'recallAtPrecision',
    options,
    'recall',
    'precision',
    options.precision,
  );
}
