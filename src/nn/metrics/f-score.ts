// F-scores: precision and recall as one number, for each class or averaged.
import { ShapeError, ValueError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { stack } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkNumber, show } from '../check.js';
import type { MetricOptions } from './accuracy.js';
import { labelsLike } from './labels.js';
import { addExactly, exactSum, StatefulMetric } from './stateful.js';

/**
 * How the classes' scores become one: 'macro' their mean; 'weighted' the mean by how many labels each class has; 'micro'
 * the score of all classes' counts together; null leaves them as they are (the result is then their mean, and
 * `resultVector()` gives them all).
 */
export type FScoreAverage = 'macro' | 'weighted' | 'micro' | null;

export interface F1ScoreOptions extends MetricOptions {
  /** How the classes' scores become one; null by default, as in Keras. */
  readonly average?: FScoreAverage;
  /** Scores above it count as positive. Without one (null, the default) the largest score of each sample does. */
  readonly threshold?: number | null;
}

export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How much more recall counts than precision; 1 by default. */
  readonly beta?: number;
}

/** Keras's epsilon, which keeps every quotient finite. */
const epsilon = 1e-7;
const averages: readonly unknown[] = ['macro', 'weighted', 'micro', null];

/** The counts of one class, by weight. */
interface ClassCounts {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

export class FScoreMetric extends StatefulMetric {
  readonly #what: string;
  readonly #average: FScoreAverage;
  readonly #beta: number;
  readonly #threshold: number | null;

  constructor(className: 'FBetaScore' | 'F1Score', what: string, presetName: string, options: FBetaScoreOptions) {
    const { average = null, threshold = null, beta = 1 } = options;
    if (!averages.includes(average))
      throw new ValueError(
        `metrics.${what}: average: expected 'macro', 'weighted', 'micro' or null, received ${show(average)}.`,
      );
    if (threshold !== null && !(checkNumber(threshold, `metrics.${what}: threshold`, 0, 1) > 0))
      throw new ValueError(`metrics.${what}: threshold: expected a number above 0 and up to 1, received ${threshold}.`);
    if (!(checkNumber(beta, `metrics.${what}: beta`) > 0))
      throw new ValueError(`metrics.${what}: beta: expected a number above 0, received ${beta}.`);
    super(className, options.name ?? presetName, {
      average,
      ...(className === 'FBetaScore' && { beta }),
      threshold,
    });
    this.#what = what;
    this.#average = average;
    this.#beta = beta;
    this.#threshold = threshold;
  }

  /** Labels 0 and 1 [B, classes], scores [B, classes], weights [B]. */
  update(yTrue: Tensor, yPred: Tensor, weights: Tensor): void {
    const labels = labelsLike(yTrue, yPred, this.#what);
    if (yPred.rank !== 2)
      throw new ShapeError(
        `${this.#what}: expected predictions of shape [B, classes], received ${formatShape(yPred.shape)}.`,
      );
    const isChosen =
      this.#threshold === null
        ? // A row of zeros chooses nothing.
          yPred.greaterEqual(yPred.max(-1, true)).logicalAnd(yPred.abs().greater(1e-9))
        : yPred.greater(this.#threshold);
    const chosen = isChosen.cast('float32').mul(weights.expandDims(-1));
    const actual = labels.mul(weights.expandDims(-1));
    const counts = stack([chosen.mul(labels).sum(0), chosen.sum(0), actual.sum(0)]).cast('float32');
    const [total, rest] = this.state({ counts: counts.shape, rest: counts.shape });
    addExactly(total!, rest!, counts);
  }

  protected numbers([total, rest]: readonly NDArray[]): Float64Array {
    const sums = exactSum(total!, rest!);
    const size = total!.shape[1]!;
    const classes = Array.from({ length: size }, (_, index) => ({
      hits: sums[index]!,
      predicted: sums[size + index]!,
      actual: sums[2 * size + index]!,
    }));
    const all = (part: keyof ClassCounts): number => classes.reduce((sum, counts) => sum + counts[part], 0);
    if (this.#average === 'micro')
      return Float64Array.of(this.#score({ hits: all('hits'), predicted: all('predicted'), actual: all('actual') }));
    const scores = classes.map((counts) => this.#score(counts));
    if (this.#average === null) return Float64Array.from(scores);
    if (this.#average === 'macro')
      return Float64Array.of(scores.reduce((sum, score) => sum + score, 0) / scores.length);
    const support = all('actual') + epsilon;
    return Float64Array.of(scores.reduce((sum, score, index) => sum + (score * classes[index]!.actual) / support, 0));
  }

  #score({ hits, predicted, actual }: ClassCounts): number {
    const precision = hits / (predicted + epsilon);
    const recall = hits / (actual + epsilon);
    const beta2 = this.#beta ** 2;
    return ((1 + beta2) * precision * recall) / (beta2 * precision + recall + epsilon);
  }
}

/**
 * (1 + beta^2) precision recall / (beta^2 precision + recall), for each class or averaged. Labels 0 and 1 and scores
 * [B, classes].
 * @throws ShapeError, once a model is trained, for class numbers: make them one-hot
 */
export function fBetaScore(options: FBetaScoreOptions = {}): FScoreMetric {
  rejectUnknownOptions('metrics.fBetaScore', options, ['name', 'average', 'beta', 'threshold']);
  return new FScoreMetric('FBetaScore', 'fBetaScore', 'fbeta_score', options);
}

/**
 * 2 precision recall / (precision + recall), for each class or averaged. Labels 0 and 1 and scores [B, classes].
 * @throws ShapeError, once a model is trained, for class numbers: make them one-hot
 * @example
 * model.compile({ loss: 'categoricalCrossentropy', metrics: [metrics.f1Score({ average: 'macro' })] });
 */
export function f1Score(options: F1ScoreOptions = {}): FScoreMetric {
  rejectUnknownOptions('metrics.f1Score', options, ['name', 'average', 'threshold']);
  return new FScoreMetric('F1Score', 'f1Score', 'f1_score', options);
}
