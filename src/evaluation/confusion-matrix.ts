// The confusion matrix: how many samples of each class were taken for which.
import { ValueError } from '../base/errors.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { decide } from './decide.js';
import { checkChoice, distinct, readWeights, type ArrayInput } from './inputs.js';

export interface ConfusionMatrixOptions {
  /** The classes to show and their order. All by default, ascending. Samples of other classes are left out. */
  readonly labels?: readonly number[];
  /** Shares instead of counts: of the true class (a row), of the predicted class (a column), of all. */
  readonly normalize?: 'true' | 'pred' | 'all';
  /** How much each sample counts, [N]. */
  readonly sampleWeight?: ArrayInput;
}

export interface ConfusionMatrix {
  /** The class numbers of the rows and columns. */
  readonly labels: Float64Array;
  /** `matrix[i][j]`: samples of class `labels[i]` that were taken for class `labels[j]`; a row for each true class. */
  readonly matrix: readonly Float64Array[];
}

const what = 'confusionMatrix';

/** How many samples of each class were taken for which. */
export function confusionMatrix(
  yTrue: ArrayInput,
  yPred: ArrayInput,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  rejectUnknownOptions(what, options, ['labels', 'normalize', 'sampleWeight']);
  const { normalize } = options;
  if (normalize !== undefined) checkChoice(normalize, ['true', 'pred', 'all'], `${what}: normalize`);
  const decided = decide(what, yTrue, yPred);
  const weights = readWeights(what, options.sampleWeight, decided.labels.length);
  const labels = classesOf(options.labels, decided.labels, decided.predictions, decided.classes);
  const matrix = countPairs(labels, decided.labels, decided.predictions, weights);
  if (normalize !== undefined) normalizeInPlace(matrix, normalize);
  return { labels, matrix };
}

function classesOf(
  given: readonly number[] | undefined,
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number | undefined,
): Float64Array {
  if (given === undefined) {
    const present = [...distinct(labels), ...distinct(predictions)];
    return distinct([...present, ...Array.from({ length: classes ?? 0 }, (_, index) => index)]);
  }
  const present = distinct(labels);
  if (new Set(given).size !== given.length || !given.every(Number.isInteger))
    throw new ValueError(`${what}: labels: expected different class numbers, received [${given.join(', ')}].`);
  if (!given.some((label) => present.includes(label)))
    throw new ValueError(
      `${what}: labels: expected at least one that occurs in yTrue (${present.join(', ')}), received [${given.join(', ')}].`,
    );
  return Float64Array.from(given);
}

/** The weight of the samples of each pair of true and predicted class; samples of other classes do not count. */
export function countPairs(
  classes: Float64Array,
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  weights: Float64Array | undefined,
): Float64Array[] {
  const indices = new Map(Array.from(classes, (label, index) => [label, index] as const));
  const matrix = Array.from(classes, () => new Float64Array(classes.length));
  for (let sample = 0; sample < labels.length; sample++) {
    const row = indices.get(labels[sample]!);
    const index = indices.get(predictions[sample]!);
    if (row === undefined || index === undefined) continue;
    matrix[row]![index]! += weights ? weights[sample]! : 1;
  }
  return matrix;
}

function normalizeInPlace(matrix: readonly Float64Array[], by: 'true' | 'pred' | 'all'): void {
  const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const rows = Float64Array.from(matrix, sumOf);
  const columns = rows.map((_, index) => sumOf(Float64Array.from(matrix, (row) => row[index]!)));
  const all = sumOf(rows);
  matrix.forEach((row, i) => {
    row.forEach((count, j) => {
      const total = { true: rows[i]!, pred: columns[j]!, all }[by];
      row[j] = total === 0 ? 0 : count / total;
    });
  });
}
