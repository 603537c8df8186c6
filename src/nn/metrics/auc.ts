// The area under the ROC or the precision-recall curve, over thresholds that are fixed beforehand.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { tensor } from '../../tensor/creation.js';
import { checkBoolean, checkNumber, checkWhole, show } from '../check.js';
import { lookUp } from '../lookup.js';
import type { MetricOptions } from './accuracy.js';
import { areaOf, type AucCurve, type AucSummation } from './auc-formula.js';
import { ThresholdMetric, type Counts } from './threshold-counts.js';
import { checkThresholds, thresholdsAround, thresholdsBeyond0And1 } from './thresholds.js';

export interface AucOptions extends MetricOptions {
  /** How many thresholds the curve has; 200 by default. */
  readonly numThresholds?: number;
  /** The curve; 'ROC' by default. */
  readonly curve?: AucCurve | (string & Record<never, never>);
  /**
   * How the area between two thresholds is taken: 'interpolation' (the default) between the two, 'minoring' never too
   * large, 'majoring' never too small.
   */
  readonly summationMethod?: AucSummation | (string & Record<never, never>);
  /** Thresholds of one's own, from 0 to 1, instead of `numThresholds`. */
  readonly thresholds?: readonly number[];
  /** Whether each column of labels and predictions [B, labels] has a curve of its own; the result is their mean. */
  readonly multiLabel?: boolean;
  /** How many labels there are, with `multiLabel`; known from the predictions where it is left out. */
  readonly numLabels?: number;
  /** How much each label counts: in the mean with `multiLabel`, as a weight of its answers without. */
  readonly labelWeights?: readonly number[];
  /** Whether predictions are logits, of which the sigmoid is still to be taken. False by default. */
  readonly fromLogits?: boolean;
}

const known = [
  'name',
  'numThresholds',
  'curve',
  'summationMethod',
  'thresholds',
  'multiLabel',
  'numLabels',
  'labelWeights',
  'fromLogits',
];
const curves: Readonly<Record<AucCurve, AucCurve>> = { ROC: 'ROC', PR: 'PR', PRGAIN: 'PRGAIN' };
const summations: Readonly<Record<AucSummation, AucSummation>> = {
  interpolation: 'interpolation',
  majoring: 'majoring',
  minoring: 'minoring',
};

export class AucMetric extends ThresholdMetric {
  readonly #curve: AucCurve;
  readonly #summation: AucSummation;
  /** How much each column counts in the mean over columns. */
  readonly #columnWeights: readonly number[] | undefined;

  constructor(options: AucOptions = {}) {
    const what = 'metrics.auc';
    rejectUnknownOptions(what, options, known);
    const curve = lookUp('curve of metrics.auc', options.curve ?? 'ROC', curves).value;
    const summation = lookUp(
      'summationMethod of metrics.auc',
      options.summationMethod ?? 'interpolation',
      summations,
    ).value;
    const isMultiLabel = checkBoolean(options.multiLabel ?? false, `${what}: multiLabel`);
    const fromLogits = checkBoolean(options.fromLogits ?? false, `${what}: fromLogits`);
    const { numLabels, labelWeights } = options;
    if (numLabels !== undefined) checkWhole(numLabels, `${what}: numLabels`);
    if (numLabels !== undefined && !isMultiLabel)
      throw new ValueError(`${what}: numLabels is for multiLabel: true; without it leave numLabels out.`);
    if (labelWeights !== undefined && !Array.isArray(labelWeights))
      throw new ValueError(`${what}: labelWeights: expected a list of numbers, received ${show(labelWeights)}.`);
    labelWeights?.forEach((weight) => checkNumber(weight, `${what}: labelWeights`, 0));
    const given = options.thresholds && checkThresholds(options.thresholds, `${what}: thresholds`);
    const count = checkWhole(options.numThresholds ?? 200, `${what}: numThresholds`, 2);
    const thresholds = given ? thresholdsAround(given) : thresholdsBeyond0And1(count);
    const config = {
      num_thresholds: thresholds.values.length,
      curve,
      summation_method: summation,
      multi_label: isMultiLabel,
      num_labels: numLabels ?? null,
      label_weights: labelWeights ?? null,
      from_logits: fromLogits,
      ...(given && { thresholds: thresholds.values.slice(1, -1) }),
    };
    const weighsAnswers = labelWeights !== undefined && !isMultiLabel;
    super('AUC', 'auc', options.name, config, thresholds, {
      fromLogits,
      isMultiLabel,
      labelWeights: weighsAnswers ? tensor(Float32Array.from(labelWeights)) : undefined,
    });
    this.#curve = curve;
    this.#summation = summation;
    this.#columnWeights = isMultiLabel ? labelWeights : undefined;
  }

  protected override formula(counts: readonly (readonly Counts[])[]): Float64Array {
    const areas = counts.map((ofColumn) => areaOf(ofColumn, this.#curve, this.#summation));
    const weights = this.#columnWeights ?? areas.map(() => 1);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const sum = areas.reduce((all, area, column) => all + area * weights[column]!, 0);
    return Float64Array.of(total === 0 ? 0 : sum / total);
  }
}

/**
 * The area under the ROC (or, with `curve: 'PR'`, the precision-recall) curve of labels 0 and 1 in the shape of the
 * predictions, which are probabilities from 0 to 1. It is taken over fixed thresholds, so that it can be counted batch by
 * batch; for the exact area use `rocAuc` or `averagePrecision` over all predictions. Precision between two thresholds by
 * Davis and Goadrich, "The relationship between precision-recall and ROC curves" (2006).
 * @example
 * model.compile({ loss: 'binaryCrossentropy', metrics: [metrics.auc(), metrics.auc({ curve: 'PR', name: 'prAuc' })] });
 */
export function auc(options: AucOptions = {}): AucMetric {
  return new AucMetric(options);
}
