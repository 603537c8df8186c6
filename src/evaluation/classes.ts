// Labels and scores of several classes: which column of the scores is which class, and one-against-rest problems.
import { ShapeError, ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sizeOf } from '../base/shape.js';
import { columnOf, equalTo, indicators, type BinaryProblem } from './binary.js';
import { checkFinite, checkSamples, column, distinct, readWeights, toNDArray, type ArrayInput } from './inputs.js';

/** Scores [N, classes] with labels as class numbers, or as zeros and ones of the scores' shape. */
export type Classified =
  | { readonly kind: 'binary'; readonly labels: NDArray; readonly scores: NDArray }
  | {
      readonly kind: 'classes';
      readonly labels: NDArray;
      readonly scores: NDArray;
      /** The label that each column of the scores stands for. */
      readonly classes: Float64Array;
    }
  | { readonly kind: 'indicators'; readonly labels: NDArray; readonly scores: NDArray };

/** Tells which of the three it is. @throws ShapeError or ValueError if the labels do not fit the scores */
export function readClassified(
  what: string,
  yTrue: ArrayInput,
  yScore: ArrayInput,
  givenClasses: readonly number[] | undefined,
): Classified {
  const labels = toNDArray(yTrue, `${what}: yTrue`);
  const scores = toNDArray(yScore, `${what}: yScore`);
  checkSamples(what, labels, scores, ['yTrue', 'yScore']);
  checkFinite(labels.data, `${what}: yTrue`);
  checkFinite(scores.data, `${what}: yScore`);
  const columns = scores.shape[1] ?? 1;
  if (scores.shape.length > 2 || scores.shape.length === 0)
    throw new ShapeError(`${what}: expected scores [N] or [N, classes], received shape ${formatShape(scores.shape)}.`);
  if (columns === 1) return { kind: 'binary', labels, scores };
  if (labels.shape.length === 2 && labels.shape[1] === columns) return { kind: 'indicators', labels, scores };
  const present = distinct(
    column(labels, `${what}: yTrue`, ` Or one-hot labels of shape ${formatShape(scores.shape)}.`),
  );
  return { kind: 'classes', labels, scores, classes: classesOf(what, present, columns, givenClasses) };
}

function classesOf(
  what: string,
  present: Float64Array,
  columns: number,
  given: readonly number[] | undefined,
): Float64Array {
  if (given === undefined) {
    if (present.length === columns) return present;
    const all = Array.from({ length: columns }, (_, index) => index);
    throw new ValueError(
      `${what}: expected a column of scores for each class in yTrue, received ${columns} columns and ${present.length} classes (${present.join(', ')}). Where a class is missing from yTrue, name all: { labels: [${all.join(', ')}] }.`,
    );
  }
  const classes = Float64Array.from(given);
  if (classes.length !== columns || classes.some((label, index) => index > 0 && label <= classes[index - 1]!))
    throw new ValueError(
      `${what}: labels: expected the ${columns} labels of the columns in ascending order, received [${given.join(', ')}].`,
    );
  const stray = present.find((label) => !classes.includes(label));
  if (stray !== undefined)
    throw new ValueError(`${what}: labels: expected every label of yTrue among them, received ${stray} in yTrue.`);
  return classes;
}

/** One problem for each column: its class against the rest. */
export function oneAgainstRestProblems(
  what: string,
  classified: Exclude<Classified, { kind: 'binary' }>,
  sampleWeight: ArrayInput | undefined,
): BinaryProblem[] {
  const { labels, scores } = classified;
  const [count, columns] = scores.shape as [number, number];
  const weights = readWeights(what, sampleWeight, count);
  return Array.from({ length: columns }, (_, index) => ({
    positive:
      classified.kind === 'classes'
        ? equalTo(labels.data, classified.classes[index]!)
        : indicators(columnOf(labels, index), `${what}: yTrue`),
    scores: columnOf(scores, index),
    weights,
  }));
}

/** All problems as one: every pair of a sample and a class is a sample of its own. */
export function pooled(problems: readonly BinaryProblem[]): BinaryProblem {
  const count = problems.reduce((sum, { positive }) => sum + positive.length, 0);
  const positive = new Uint8Array(count);
  const scores = new Float64Array(count);
  const weights = problems[0]!.weights && new Float64Array(count);
  let start = 0;
  for (const problem of problems) {
    positive.set(problem.positive, start);
    scores.set(problem.scores, start);
    weights?.set(problem.weights!, start);
    start += problem.positive.length;
  }
  return { positive, scores, weights };
}

/** @throws ValueError unless every row sums to 1 */
export function checkProbabilities(what: string, { data, shape }: NDArray): void {
  const width = shape[1]!;
  for (let start = 0; start < sizeOf(shape); start += width) {
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += data[i]!;
    if (Math.abs(1 - sum) > 1e-8 + 1e-5 * Math.abs(sum))
      throw new ValueError(
        `${what}: expected probabilities, rows that sum to 1, received a row that sums to ${sum}. Take the softmax of logits first.`,
      );
  }
}
