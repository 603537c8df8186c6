// Precision, recall, and the four counts that they are made of.
import { rejectUnknownOptions } from '../../base/suggest.js';
import { checkWhole } from '../check.js';
import type { MetricOptions } from './accuracy.js';
import { checkClassId, share, ThresholdMetric, type Counts, type Selection } from './threshold-counts.js';
import { checkThresholds, givenThresholds, type Thresholds } from './thresholds.js';
import { farBelow } from './top-scores.js';

export interface ThresholdOptions extends MetricOptions {
  /**
   * Predictions above it count as positive; 0.5 by default. Of several, the result is the mean over them, and
   * `resultVector()` gives one number for each.
   */
  readonly thresholds?: number | readonly number[];
}

export interface PrecisionOptions extends ThresholdOptions {
  /** Only the k largest scores of a sample count as positive; then without a threshold unless one is given. */
  readonly topK?: number;
  /** Only this class: labels and predictions are then [B, ..., classes]. */
  readonly classId?: number;
}

/** One number for each threshold, by a formula of its counts. */
export class ThresholdFormulaMetric extends ThresholdMetric {
  readonly #formula: (counts: Counts) => number;

  constructor(
    className: string,
    what: string,
    settings: {
      readonly name: string | undefined;
      readonly config: Readonly<Record<string, unknown>>;
      readonly thresholds: Thresholds;
      readonly selection?: Selection;
    },
    formula: (counts: Counts) => number,
  ) {
    super(className, what, settings.name, settings.config, settings.thresholds, settings.selection);
    this.#formula = formula;
  }

  protected override formula([counts]: readonly (readonly Counts[])[]): Float64Array {
    return Float64Array.from(counts!, this.#formula);
  }
}

function ratio(
  className: string,
  what: string,
  options: PrecisionOptions,
  formula: (counts: Counts) => number,
): ThresholdFormulaMetric {
  const name = `metrics.${what}`;
  rejectUnknownOptions(name, options, ['name', 'thresholds', 'topK', 'classId']);
  const { thresholds } = options;
  const topK = options.topK === undefined ? undefined : checkWhole(options.topK, `${name}: topK`);
  const classId = checkClassId(options.classId, name);
  const preset = topK === undefined ? [0.5] : [farBelow];
  const values = thresholds === undefined ? preset : checkThresholds(thresholds, `${name}: thresholds`);
  const config = { thresholds: thresholds ?? null, top_k: topK ?? null, class_id: classId ?? null };
  const settings = { name: options.name, config, thresholds: givenThresholds(values), selection: { topK, classId } };
  return new ThresholdFormulaMetric(className, what, settings, formula);
}

/**
 * The share of those found positive that are so: TP / (TP + FP), 0 where nothing is found. Labels 0 and 1 in the
 * predictions' shape [B, ...]; every element is an answer of its own, unless `classId` picks one of each sample.
 * @throws ShapeError, once a model is trained, for class numbers: make them one-hot
 * @example
 * model.compile({ loss: 'binaryCrossentropy', metrics: [metrics.precision(), metrics.recall({ thresholds: 0.3 })] });
 */
export function precision(options: PrecisionOptions = {}): ThresholdFormulaMetric {
  return ratio('Precision', 'precision', options, (counts) =>
    share(counts.truePositives, counts.truePositives + counts.falsePositives),
  );
}

/**
 * The share of the positives that are found: TP / (TP + FN), 0 where there are none. Labels and options as those of
 * `precision`.
 */
export function recall(options: PrecisionOptions = {}): ThresholdFormulaMetric {
  return ratio('Recall', 'recall', options, (counts) =>
    share(counts.truePositives, counts.truePositives + counts.falseNegatives),
  );
}

function count(className: string, what: keyof Counts, options: ThresholdOptions): ThresholdFormulaMetric {
  const name = `metrics.${what}`;
  rejectUnknownOptions(name, options, ['name', 'thresholds']);
  const { thresholds = null } = options;
  const values = thresholds === null ? [0.5] : checkThresholds(thresholds, `${name}: thresholds`);
  const settings = { name: options.name, config: { thresholds }, thresholds: givenThresholds(values) };
  return new ThresholdFormulaMetric(className, what, settings, (counts) => counts[what]);
}

/** How many positives are found, by weight. Labels 0 and 1 in the predictions' shape. */
export function truePositives(options: ThresholdOptions = {}): ThresholdFormulaMetric {
  return count('TruePositives', 'truePositives', options);
}

/** How many negatives are taken for positives, by weight. Labels 0 and 1 in the predictions' shape. */
export function falsePositives(options: ThresholdOptions = {}): ThresholdFormulaMetric {
  return count('FalsePositives', 'falsePositives', options);
}

/** How many negatives are taken for negatives, by weight. Labels 0 and 1 in the predictions' shape. */
export function trueNegatives(options: ThresholdOptions = {}): ThresholdFormulaMetric {
  return count('TrueNegatives', 'trueNegatives', options);
}

/** How many positives are missed, by weight. Labels 0 and 1 in the predictions' shape. */
export function falseNegatives(options: ThresholdOptions = {}): ThresholdFormulaMetric {
  return count('FalseNegatives', 'falseNegatives', options);
}
