// R2: how much of the labels' variance the predictions explain.
import { ShapeError, ValueError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkWhole, show } from '../check.js';
import { alignLabels } from '../losses/reduce.js';
import type { MetricOptions } from './accuracy.js';
import { StatefulMetric } from './stateful.js';

/**
 * How the outputs' scores become one: their mean; their mean weighted by each output's variance; null leaves them as
 * they are (the result is then their mean, and `resultVector()` gives them all).
 */
export type ClassAggregation = 'uniform_average' | 'variance_weighted_average' | null;

export interface R2ScoreOptions extends MetricOptions {
  /** How the outputs' scores become one; 'uniform_average' by default. */
  readonly classAggregation?: ClassAggregation | 'uniformAverage' | 'varianceWeightedAverage';
  /** How many independent variables a regression has, for the adjusted R2; 0, the default, is the plain one. */
  readonly numRegressors?: number;
}

const aggregations: Readonly<Record<string, ClassAggregation>> = {
  uniform_average: 'uniform_average',
  uniformAverage: 'uniform_average',
  variance_weighted_average: 'variance_weighted_average',
  varianceWeightedAverage: 'variance_weighted_average',
};

export class R2ScoreMetric extends StatefulMetric {
  readonly #aggregation: ClassAggregation;
  readonly #numRegressors: number;

  constructor(options: R2ScoreOptions = {}) {
    const what = 'metrics.r2Score';
    rejectUnknownOptions(what, options, ['name', 'classAggregation', 'numRegressors']);
    const { classAggregation: given = 'uniform_average' } = options;
    const aggregation = given === null ? null : aggregations[given];
    if (aggregation === undefined)
      throw new ValueError(
        `${what}: classAggregation: expected 'uniform_average', 'variance_weighted_average' or null, received ${show(given)}.`,
      );
    const numRegressors = checkWhole(options.numRegressors ?? 0, `${what}: numRegressors`, 0);
    super('R2Score', options.name ?? 'r2_score', { class_aggregation: aggregation, num_regressors: numRegressors });
    this.#aggregation = aggregation;
    this.#numRegressors = numRegressors;
  }

  /** Labels and predictions [B, outputs], weights [B]. */
  update(yTrue: Tensor, yPred: Tensor, weights: Tensor): void {
    const predicted = yPred.rank === 1 ? yPred.expandDims(-1) : yPred;
    const labels = alignLabels(yTrue, predicted, 'r2Score');
    if (predicted.rank !== 2)
      throw new ShapeError(
        `r2Score: expected predictions of shape [B, outputs], received ${formatShape(yPred.shape)}.`,
      );
    const outputs = [labels.shape[1]!];
    const [count, mean, spread, residual, rows] = this.state({
      count: [],
      mean: outputs,
      spread: outputs,
      residual: outputs,
      num_samples: [],
    });
    const each = weights.expandDims(-1);
    const added = weights.sum();
    const quotient = (part: Tensor, whole: Tensor): Tensor => where(whole.equal(0), 0, part.div(whole));
    // Chan, Golub and LeVeque's way to join the squared distances from two means: sums of squares would lose the
    // variance of labels that are large beside their spread.
    const batchMean = quotient(labels.mul(each).sum(0), added);
    const batchSpread = labels.sub(batchMean).square().mul(each).sum(0);
    const together = count!.value.add(added);
    const part = quotient(added, together);
    const distance = batchMean.sub(mean!.value);
    spread!.assign(spread!.value.add(batchSpread).add(distance.square().mul(count!.value).mul(part)).cast('float32'));
    mean!.assign(mean!.value.add(distance.mul(part)).cast('float32'));
    count!.assign(together.cast('float32'));
    residual!.assign(residual!.value.add(labels.sub(predicted).square().mul(each).sum(0)).cast('float32'));
    rows!.assign(rows!.value.add(weights.notEqual(0).cast('float32').sum()));
  }

  protected numbers([, , spread, residual, rows]: readonly NDArray[]): Float64Array {
    const totals = Float64Array.from(spread!.data);
    const scores = totals.map((total, output) => {
      const score = 1 - residual!.data[output]! / total;
      return Math.abs(score) === Infinity ? 0 : score;
    });
    const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);
    const averages = {
      uniform_average: () => Float64Array.of(sum(scores) / scores.length),
      variance_weighted_average: () => Float64Array.of(sum(scores.map((score, i) => score * totals[i]!)) / sum(totals)),
    };
    const values = this.#aggregation === null ? scores : averages[this.#aggregation]();
    // Keras counts numbers here, not samples.
    const count = rows!.data[0]! * scores.length;
    const freedom = count - this.#numRegressors - 1;
    if (this.#numRegressors === 0 || freedom <= 0) return values;
    return values.map((value) => 1 - ((1 - value) * (count - 1)) / freedom);
  }
}

/**
 * 1 - the sum of (yTrue - yPred)^2 / the sum of (yTrue - its mean)^2, for each output [B, outputs], averaged: 1 is
 * perfect, 0 no better than the mean. An output whose labels are all alike counts 0.
 */
export function r2Score(options: R2ScoreOptions = {}): R2ScoreMetric {
  return new R2ScoreMetric(options);
}
