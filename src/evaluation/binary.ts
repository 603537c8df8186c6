// The question behind every curve: which samples are positive, and with what score. Refuses what would give a curve that
// looks right and is wrong, such as class numbers of ten classes.
import type { TypedArray } from '../base/dtype.js';
import { ShapeError, ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';
import {
  checkFinite,
  checkInteger,
  checkSamples,
  column,
  distinct,
  readWeights,
  toNDArray,
  type ArrayInput,
} from './inputs.js';

export interface BinaryOptions {
  /** The label of the positive class; 1 by default, where the labels are 0 and 1, or -1 and 1. */
  readonly posLabel?: number;
  /**
   * One class against the rest: scores are then [N, classes], and positive is what has this class number. Not together
   * with `posLabel`.
   */
  readonly classId?: number;
  /** How much each sample counts, [N]. */
  readonly sampleWeight?: ArrayInput;
}

/** Positive or not, a score and a weight for each sample. */
export interface BinaryProblem {
  /** 1 where a sample is positive. */
  readonly positive: Uint8Array;
  readonly scores: TypedArray;
  readonly weights: Float64Array | undefined;
}

/** Names in the examples that errors show. */
export interface Teaching {
  /** The function that was called. */
  readonly what: string;
  /** Its relative that takes all classes at once, if there is one. */
  readonly perClass?: string;
  /** What it is that needs two classes. */
  readonly subject: string;
}

/** Reads labels and scores as a problem of two classes. @throws ShapeError, ValueError or DataError for what is none */
export function binaryProblem(
  teaching: Teaching,
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options: BinaryOptions,
): BinaryProblem {
  const { what } = teaching;
  const labels = toNDArray(yTrue, `${what}: yTrue`);
  const scores = toNDArray(yScore, `${what}: yScore`);
  const count = checkSamples(what, labels, scores, ['yTrue', 'yScore']);
  const weights = readWeights(what, options.sampleWeight, count);
  checkFinite(labels.data, `${what}: yTrue`);
  checkFinite(scores.data, `${what}: yScore`);
  if (options.classId !== undefined) {
    if (options.posLabel !== undefined)
      throw new ValueError(`${what}: expected either classId or posLabel, received both.`);
    return { ...oneAgainstRest(teaching, labels, scores, options.classId), weights };
  }
  const columnOfScores = column(
    scores,
    `${what}: yScore`,
    ` Of scores for several classes, name one: ${exampleCall(what, 1)}${allClasses(teaching, ', or ')}.`,
  );
  const columnOfLabels = column(labels, `${what}: yTrue`, ` For one-hot labels give classId and scores [N, classes].`);
  const posLabel = positiveLabel(teaching, columnOfLabels, columnOfScores, options.posLabel);
  return { positive: equalTo(columnOfLabels, posLabel), scores: columnOfScores, weights };
}

function exampleCall(what: string, classId: number): string {
  return `${what}(yTrue, scores, { classId: ${classId} })`;
}

function allClasses({ perClass }: Teaching, before: string): string {
  return perClass === undefined ? '' : `${before}${perClass}(yTrue, scores) for all classes`;
}

/** Positive is the class `classId`, the score is that of this class. */
export function oneAgainstRest(
  teaching: Teaching,
  labels: NDArray,
  scores: NDArray,
  classId: number,
): { positive: Uint8Array; scores: TypedArray } {
  const { what } = teaching;
  const [count, classes] = scores.shape;
  if (scores.shape.length !== 2 || classes! < 2)
    throw new ShapeError(
      `${what}: with classId, expected scores for each class, shape [N, classes], received shape ${formatShape(scores.shape)}. Pass what model.predict gives, not the class numbers that argMax makes of it.`,
    );
  checkInteger(classId, 0, classes! - 1, `${what}: classId, for scores of ${classes} classes,`);
  const isOneHot = labels.shape.length === 2 && labels.shape[1] === classes;
  const positive = isOneHot
    ? indicators(columnOf(labels, classId), `${what}: yTrue`)
    : equalTo(column(labels, `${what}: yTrue`, ` Or one-hot labels of shape [${count}, ${classes}].`), classId);
  return { positive, scores: columnOf(scores, classId) };
}

/** One column of [N, columns]. */
export function columnOf({ shape, data }: NDArray, index: number): Float64Array {
  const [count, width] = shape as [number, number];
  const values = new Float64Array(count);
  for (let row = 0; row < count; row++) values[row] = data[row * width + index]!;
  return values;
}

/** 1 where the label is the given one. */
export function equalTo(labels: ArrayLike<number>, label: number): Uint8Array {
  const result = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) result[i] = labels[i] === label ? 1 : 0;
  return result;
}

/** Zeros and ones as they are. @throws ValueError for anything else */
export function indicators(values: ArrayLike<number>, what: string): Uint8Array {
  const result = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== 0 && value !== 1)
      throw new ValueError(`${what}: expected labels of shape [N, classes] to be 0 or 1, received ${value}.`);
    result[i] = value;
  }
  return result;
}

/** More than the two values of a decision, and all of them labels. */
function looksLikeClasses(scores: Float64Array, classes: Float64Array): boolean {
  return scores.length > 2 && scores.every((score) => classes.includes(score));
}

/** The label that means positive. @throws ValueError that teaches, where labels are of more than two classes */
function positiveLabel(
  teaching: Teaching,
  labels: TypedArray,
  scores: TypedArray,
  posLabel: number | undefined,
): number {
  const { what, subject } = teaching;
  const classes = distinct(labels);
  const isMany = classes.length > 2;
  const areClassNumbers = isMany && looksLikeClasses(distinct(scores), classes);
  if (isMany && (posLabel === undefined || areClassNumbers)) {
    const example = posLabel ?? classes[Math.min(3, classes.length - 1)]!;
    const found = `${classes.length} (${classes[0]} to ${classes.at(-1)})`;
    const scoresNote = areClassNumbers
      ? ' The scores are class numbers too: pass the scores that model.predict gives, [N, classes], not their argMax.'
      : '';
    throw new ValueError(
      `${what}: expected labels of two classes, received ${found}. ${subject} asks of one class against the rest how well its score tells it apart; class numbers have no such order.${scoresNote} For one class: ${exampleCall(what, example)}${allClasses(teaching, '; or ')}.`,
    );
  }
  if (posLabel !== undefined) {
    if (classes.length === 2 && !classes.includes(posLabel))
      throw new ValueError(
        `${what}: posLabel: expected one of the labels ${classes.join(' and ')}, received ${posLabel}.`,
      );
    return posLabel;
  }
  const [low, high] = classes;
  const isUsual = classes.length === 1 ? [-1, 0, 1].includes(low!) : high === 1 && (low === 0 || low === -1);
  if (!isUsual)
    throw new ValueError(
      `${what}: expected labels 0 and 1, or -1 and 1, received ${classes.join(' and ')}. Say which is positive: { posLabel: ${classes.at(-1)} }.`,
    );
  return 1;
}
