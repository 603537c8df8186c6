// Metrics made of how many positives and negatives score above thresholds.
import { ShapeError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape } from '../../base/shape.js';
import { checkWhole } from '../check.js';
import { stack, where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { labelsLike } from './labels.js';
import { addExactly, exactSum, StatefulMetric, weightsFor } from './stateful.js';
import { exceeds, type Thresholds } from './thresholds.js';
import { keepTop } from './top-scores.js';

/** The (weighted) numbers for one threshold. */
export interface Counts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** What is done to labels and predictions before they are counted. */
export interface Selection {
  /** Only the largest scores of each sample can be above a threshold. */
  readonly topK?: number | undefined;
  /** Only this column of labels and predictions. */
  readonly classId?: number | undefined;
  /** Whether predictions are logits, of which the sigmoid is still to be taken. */
  readonly fromLogits?: boolean;
  /** Whether each column of labels and predictions is counted by itself. */
  readonly isMultiLabel?: boolean;
  /** How much each column counts. */
  readonly labelWeights?: Tensor | undefined;
}

/** `part / whole`; 0 where the whole is 0. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** A metric that is a formula of the counts of each threshold. */
export abstract class ThresholdMetric extends StatefulMetric {
  readonly #what: string;
  readonly #thresholds: Thresholds;
  readonly #selection: Selection;

  constructor(
    className: string,
    what: string,
    name: string | undefined,
    config: Readonly<Record<string, unknown>>,
    thresholds: Thresholds,
    selection: Selection = {},
  ) {
    super(className, name, config);
    this.#what = what;
    this.#thresholds = thresholds;
    this.#selection = selection;
    // Where each column is counted by itself, their number is known with the first predictions.
    if (!selection.isMultiLabel) this.#counts(1);
  }

  /** Labels [B, ...] count as positive where they are not 0; weights [B]. */
  update(yTrue: Tensor, yPred: Tensor, weights: Tensor): void {
    const { positive, scores } = this.#select(labelsLike(yTrue, yPred, this.#what).notEqual(0), yPred);
    const { isMultiLabel = false, labelWeights } = this.#selection;
    const each = weightsFor(scores, weights).cast('float32');
    const weighted = labelWeights ? each.mul(labelWeights) : each;
    // [columns, N]
    const grouped = (x: Tensor): Tensor => (isMultiLabel ? x.transpose() : x.reshape([1, -1]));
    const byLabel = stack([grouped(where(positive, weighted, 0)), grouped(where(positive, 0, weighted))], 1);
    const counts = byLabel.matMul(exceeds(grouped(scores), this.#thresholds));
    const [total, rest] = this.#counts(counts.shape[0]!);
    addExactly(total!, rest!, counts);
  }

  #counts(columns: number): ReturnType<StatefulMetric['state']> {
    // For each column, of positives and of negatives: all, and those above each threshold.
    const shape = [columns, 2, 1 + this.#thresholds.values.length];
    return this.state({ counts: shape, rest: shape });
  }

  #select(positive: Tensor, yPred: Tensor): { readonly positive: Tensor; readonly scores: Tensor } {
    const { topK, classId, fromLogits, isMultiLabel } = this.#selection;
    if (isMultiLabel && yPred.rank !== 2)
      throw new ShapeError(
        `${this.#what}: with multiLabel, expected predictions of shape [B, labels], received ${formatShape(yPred.shape)}.`,
      );
    if (classId !== undefined) checkClass(classId, yPred, this.#what);
    const probabilities = fromLogits ? yPred.sigmoid() : yPred;
    const scores = topK === undefined ? probabilities : keepTop(probabilities, topK, this.#what);
    if (classId === undefined) return { positive, scores };
    const ofClass = (x: Tensor): Tensor => x.slice(...x.shape.slice(1).map(() => null), [classId, classId + 1]);
    return { positive: ofClass(positive), scores: ofClass(scores) };
  }

  protected numbers([total, rest]: readonly NDArray[]): Float64Array {
    const [columns, , width] = total!.shape as [number, number, number];
    const sums = exactSum(total!, rest!);
    const countsOf = (column: number): Counts[] => {
      const at = (label: 0 | 1, index: number): number => sums[(column * 2 + label) * width + index]!;
      return this.#thresholds.values.map((_, index) => ({
        truePositives: at(0, index + 1),
        falsePositives: at(1, index + 1),
        falseNegatives: at(0, 0) - at(0, index + 1),
        trueNegatives: at(1, 0) - at(1, index + 1),
      }));
    };
    return this.formula(Array.from({ length: columns }, (_, column) => countsOf(column)));
  }

  /** The result for the counts of each column and threshold. */
  protected abstract formula(counts: readonly (readonly Counts[])[]): Float64Array;
}

function checkClass(classId: number, { shape }: Tensor, what: string): void {
  if (shape.length < 2 || classId >= shape.at(-1)!)
    throw new ShapeError(
      `${what}: with classId ${classId}, expected predictions of shape [B, ..., classes] with a class of that number, received ${formatShape(shape)}.`,
    );
}

/** `classId` if it is a class number or left out. */
export function checkClassId(classId: unknown, what: string): number | undefined {
  return classId === undefined ? undefined : checkWhole(classId, `${what}: classId`, 0);
}
