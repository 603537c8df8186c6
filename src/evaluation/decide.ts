// Labels and predictions as class numbers, whichever way they are written.
import { ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { checkFinite, checkSamples, column, toNDArray, type ArrayInput } from './inputs.js';

/** Class numbers of samples, true and predicted. */
export interface Decided {
  readonly labels: ArrayLike<number>;
  readonly predictions: ArrayLike<number>;
  /** How many classes the scores told apart, where scores were given. */
  readonly classes: number | undefined;
}

/**
 * Class numbers [N] or one-hot labels [N, classes]; predictions as class numbers [N], as scores [N, classes], of which
 * the first of the largest is taken, or, for labels 0 and 1, as probabilities [N] or [N, 1], of which those above 0.5
 * are class 1.
 * @throws ValueError or ShapeError for what is none of these
 */
export function decide(what: string, yTrue: ArrayInput, yPred: ArrayInput): Decided {
  const labels = toNDArray(yTrue, `${what}: yTrue`);
  const predictions = toNDArray(yPred, `${what}: yPred`);
  checkSamples(what, labels, predictions, ['yTrue', 'yPred']);
  checkFinite(labels.data, `${what}: yTrue`);
  checkFinite(predictions.data, `${what}: yPred`);
  const truth = isTable(labels) ? fromOneHot(what, labels) : wholeNumbers(what, labels);
  if (isTable(predictions)) return { labels: truth, predictions: argMax(predictions), classes: predictions.shape[1]! };
  const values = column(predictions, `${what}: yPred`, ' Or scores of shape [N, classes].');
  if (values.every(Number.isInteger)) return { labels: truth, predictions: values, classes: undefined };
  const areProbabilities = values.every((value) => value >= 0 && value <= 1);
  const areBinary = Array.prototype.every.call(truth, (label) => label === 0 || label === 1);
  if (!areProbabilities || !areBinary)
    throw new ValueError(
      `${what}: yPred: expected class numbers, or scores [N, classes], or, for labels 0 and 1, probabilities; received ${values.find((value) => !Number.isInteger(value))}.`,
    );
  return { labels: truth, predictions: values.map((value) => (value > 0.5 ? 1 : 0)), classes: 2 };
}

function isTable({ shape }: NDArray): boolean {
  return shape.length === 2 && shape[1]! > 1;
}

function wholeNumbers(what: string, labels: NDArray): ArrayLike<number> {
  const values = column(labels, `${what}: yTrue`, ' Or one-hot labels of shape [N, classes].');
  const broken = values.find((value) => !Number.isInteger(value));
  if (broken !== undefined)
    throw new ValueError(`${what}: yTrue: expected class numbers or one-hot labels, received ${broken}.`);
  return values;
}

function fromOneHot(what: string, labels: NDArray): Float64Array {
  const width = labels.shape[1]!;
  const { data } = labels;
  const result = argMax(labels);
  result.forEach((label, row) => {
    for (let index = 0; index < width; index++)
      if (data[row * width + index] !== (index === label ? 1 : 0))
        throw new ValueError(
          `${what}: yTrue: expected class numbers [N] or one-hot labels, received a row without exactly one 1 (row ${row}). Where samples may have several labels, look at one column at a time.`,
        );
  });
  return result;
}

/** The first position of the largest of each row: [N, classes] -> [N]. */
function argMax({ shape, data }: NDArray): Float64Array {
  const [count, width] = shape as [number, number];
  const result = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let best = 0;
    for (let index = 1; index < width; index++)
      if (data[row * width + index]! > data[row * width + best]!) best = index;
    result[row] = best;
  }
  return result;
}
