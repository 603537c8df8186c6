// Finds out what kind of problem a model solves, from its loss, the labels and what it predicts, and brings labels and
// predictions to one form.
import { DataError, ShapeError, ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';

/** Two classes from one number, several classes from a score each, or numbers. */
export type ReportTask = 'binary' | 'multiclass' | 'regression';

export const reportTasks: readonly ReportTask[] = ['binary', 'multiclass', 'regression'];

/** What is asked of the loss that a model was compiled with. */
export interface LossFacts {
  readonly name: string;
  readonly labels: 'sameShape' | 'classIndex' | 'oneHot' | 'any';
  readonly fromLogits: boolean;
}

const every = (data: ArrayLike<number>, holds: (value: number) => boolean): boolean =>
  Array.prototype.every.call(data, holds);

/** The number of labels a sample. */
const widthOf = (array: NDArray): number => array.data.length / Math.max(1, array.shape[0] ?? 0);

function areOneHot(labels: NDArray, width: number): boolean {
  for (let start = 0; start < labels.data.length; start += width) {
    let ones = 0;
    for (let i = start; i < start + width; i++) {
      if (labels.data[i] === 1) ones++;
      else if (labels.data[i] !== 0) return false;
    }
    if (ones !== 1) return false;
  }
  return true;
}

/**
 * @throws DataError if predictions are not finite
 * @throws ShapeError or ValueError for labels and predictions that no report is made of
 */
export function taskOf(labels: NDArray, predictions: NDArray, loss: LossFacts | undefined): ReportTask {
  const [width, labelWidth] = [widthOf(predictions), widthOf(labels)];
  if (width === 1) {
    const areBits = every(labels.data, (label) => label === 0 || label === 1);
    const areSigns = every(labels.data, (label) => label === -1 || label === 1);
    if (areBits || (areSigns && /hinge/i.test(loss?.name ?? ''))) return 'binary';
    return 'regression';
  }
  if (labelWidth === 1) return 'multiclass';
  if (labelWidth === width && areOneHot(labels, width)) return 'multiclass';
  // Smoothed or soft labels: the class is the likeliest.
  if (loss?.labels === 'oneHot') return 'multiclass';
  if (/binary_?crossentropy/i.test(loss?.name ?? ''))
    throw new ValueError(
      `report: expected one class a sample, received rows with several labels, shape ${formatShape(labels.shape)}. Judge each label for itself, for example with rocCurve(yTrue, scores) of one column.`,
    );
  return 'regression';
}

/** @throws DataError unless all predictions are finite */
export function checkPredictions(predictions: NDArray): void {
  let broken = 0;
  for (const value of predictions.data) if (!Number.isFinite(value)) broken++;
  if (broken > 0)
    throw new DataError(
      `report: expected finite predictions, received ${broken} of ${predictions.data.length} that are NaN or infinite. The training has diverged; try a smaller learning rate.`,
    );
}

/** Labels as class numbers [N], and a score for each class. */
export interface ClassData {
  readonly task: 'binary' | 'multiclass';
  readonly labels: Int32Array;
  readonly classes: number;
  /** [N] of class 1 for `binary`, [N, classes] for `multiclass`. */
  readonly scores: NDArray;
  /** Whether scores are probabilities. */
  readonly areProbabilities: boolean;
  /** Scores of class 1 above it are decided for class 1; for `binary`. */
  readonly threshold: number;
}

const whole = (label: number): boolean => Number.isInteger(label);

/**
 * Labels and predictions of a classifier. Where predictions are logits, their probabilities are taken.
 * @throws ValueError for labels that are no class numbers, or that have no score
 */
export function classData(
  task: 'binary' | 'multiclass',
  labels: NDArray,
  predictions: NDArray,
  loss: LossFacts | undefined,
): ClassData {
  const width = widthOf(predictions);
  const count = predictions.shape[0]!;
  const wantsMany = task === 'multiclass';
  if (wantsMany ? width < 2 : width !== 1)
    throw new ShapeError(
      `report: task '${task}': expected predictions of shape ${wantsMany ? '[N, classes]' : '[N, 1]'}, received ${formatShape(predictions.shape)}.`,
    );
  if (wantsMany) {
    const classes = labelClasses(labels, width);
    const isBeyond = classes.find((label) => label < 0 || label >= width);
    if (isBeyond !== undefined)
      throw new ValueError(
        `report: expected class numbers from 0 to ${width - 1}, one of the ${width} that the model has a score for, received ${isBeyond}.`,
      );
    const data = loss?.fromLogits === true ? softmax(predictions.data, width) : Float64Array.from(predictions.data);
    return {
      task,
      labels: classes,
      classes: width,
      scores: { dtype: 'float64', shape: [count, width], data },
      areProbabilities: every(data, (value) => value >= 0 && value <= 1 + 1e-6),
      threshold: 0.5,
    };
  }
  const areSigns = every(labels.data, (label) => label === -1 || label === 1);
  if (!areSigns && !every(labels.data, (label) => label === 0 || label === 1))
    throw new ValueError(
      `report: task 'binary': expected labels 0 and 1, received ${labels.data.find((label) => label !== 0 && label !== 1)}.`,
    );
  const data =
    loss?.fromLogits === true
      ? Float64Array.from(predictions.data, (logit) => 1 / (1 + Math.exp(-logit)))
      : Float64Array.from(predictions.data);
  // Labels of one class alone may be all 1, with probabilities beside them.
  const isSigned = areSigns && labels.data.some((label) => label === -1);
  return {
    task,
    labels: Int32Array.from(labels.data, (label) => (label > 0 ? 1 : 0)),
    classes: 2,
    scores: { dtype: 'float64', shape: [count], data },
    areProbabilities: !isSigned && every(data, (value) => value >= 0 && value <= 1),
    threshold: isSigned ? 0 : 0.5,
  };
}

function labelClasses(labels: NDArray, width: number): Int32Array {
  if (widthOf(labels) === 1) {
    const broken = labels.data.find((label) => !whole(label));
    if (broken !== undefined)
      throw new ValueError(`report: expected class numbers or one-hot labels, received ${broken}.`);
    return Int32Array.from(labels.data);
  }
  return argMax(labels.data, width);
}

/** The first position of the largest of each row. */
export function argMax(data: ArrayLike<number>, width: number): Int32Array {
  return Int32Array.from({ length: data.length / width }, (_, row) => {
    let best = 0;
    for (let i = 1; i < width; i++) if (data[row * width + i]! > data[row * width + best]!) best = i;
    return best;
  });
}

/** exp(x - max) / sum of each row. */
function softmax(data: ArrayLike<number>, width: number): Float64Array {
  const result = Float64Array.from(data);
  for (let start = 0; start < result.length; start += width) {
    const row = result.subarray(start, start + width);
    const greatest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (let i = 0; i < width; i++) sum += row[i] = Math.exp(row[i]! - greatest);
    for (let i = 0; i < width; i++) row[i]! /= sum;
  }
  return result;
}
