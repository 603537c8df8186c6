// What the functions that make pictures take, brought to plain arrays, and the checks that they share.
import type { DType, TypedArray } from './base/dtype.js';
import { ShapeError, ValueError } from './base/errors.js';
import { fromNested, ndarray, type NDArray, type NestedArray } from './base/ndarray.js';
import { formatShape } from './base/shape.js';
import { rejectUnknownOptions } from './base/suggest.js';
import { checkPixels, type PictureOptions } from './plot/specs/spec.js';
import { Tensor } from './tensor/tensor.js';

/** Numbers: a tensor, lists of numbers, a typed array, or an array with a shape. */
export type PictureValues = Tensor | NDArray | TypedArray | readonly NestedArray[];

export function isNDArray(value: unknown): value is NDArray {
  return typeof value === 'object' && value !== null && 'shape' in value && 'data' in value && 'dtype' in value;
}

/** Whether `value` is numbers at all, and not an object that names several. */
export function isValues(value: unknown): value is PictureValues {
  return value instanceof Tensor || ArrayBuffer.isView(value) || Array.isArray(value) || isNDArray(value);
}

/** The numbers with their shape. @throws ValueError for what is none of the accepted forms */
export async function toArray(value: PictureValues, what: string, listType: DType = 'float64'): Promise<NDArray> {
  const given: unknown = value;
  if (given instanceof Tensor) return given.realize();
  if (ArrayBuffer.isView(given)) return ndarray(given as TypedArray);
  if (isNDArray(given)) return given;
  if (!Array.isArray(given))
    throw new ValueError(
      `${what}: expected a tensor, a list of numbers or a typed array, received ${given === null ? 'null' : typeof given}.`,
    );
  return fromNested(given as NestedArray, listType);
}

/** One number after the other: [N], [N, 1] or [1, N]. @throws ShapeError for another shape */
export async function toNumbers(value: PictureValues, what: string): Promise<TypedArray> {
  const { shape, data } = await toArray(value, what);
  if (shape.filter((size) => size !== 1).length > 1)
    throw new ShapeError(
      `${what}: expected one number after the other, shape [N], received shape ${formatShape(shape)}.`,
    );
  return data;
}

/** @throws ValueError for an option that does not exist, or a width or height that is no number of pixels */
export function checkPictureOptions(what: string, options: PictureOptions, known: readonly string[]): void {
  rejectUnknownOptions(what, options, known);
  if (options.width !== undefined) checkPixels(options.width, `${what}: width`);
  if (options.height !== undefined) checkPixels(options.height, `${what}: height`);
}

/** A whole number of at least 1. @throws ValueError otherwise */
export function checkCount(value: number | undefined, usual: number, what: string): number {
  if (value === undefined) return usual;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ValueError(`${what}: expected a whole number of at least 1, received ${String(value)}.`);
}

/** The name of class `label`: the one given for it, else its number. @throws ValueError if there are names, but none for it */
export function classNameOf(label: number, classNames: readonly string[] | undefined, what: string): string {
  if (classNames === undefined) return String(label);
  const name = classNames[label];
  if (name !== undefined) return name;
  throw new ValueError(
    `${what}: classNames: expected a name for every class, received ${classNames.length} names (classes 0 to ${classNames.length - 1}) and a label ${label}.`,
  );
}

/** Of labels or predictions: the class numbers, and how sure each is where scores [N, classes] were given. */
export interface ClassNumbers {
  readonly classes: ArrayLike<number>;
  readonly confidences: Float64Array | undefined;
}

/**
 * Class numbers [N]; of one-hot labels or scores [N, classes] the first of the largest of each row. Rows that are
 * probabilities say how sure they are.
 * @throws ShapeError for another shape
 */
export async function toClassNumbers(value: PictureValues, what: string): Promise<ClassNumbers> {
  const array = await toArray(value, what);
  const [count = 0, width = 1] = array.shape;
  if (array.shape.length > 2 || array.shape.length === 0)
    throw new ShapeError(
      `${what}: expected class numbers [N] or a score for each class [N, classes], received shape ${formatShape(array.shape)}.`,
    );
  const { data } = array;
  if (width === 1) {
    // One probability a sample: above a half is class 1.
    const areWhole = Array.prototype.every.call(data, Number.isInteger);
    if (areWhole) return { classes: data, confidences: undefined };
    return {
      classes: Float64Array.from(data, (value) => (value > 0.5 ? 1 : 0)),
      confidences: Float64Array.from(data, (value) => (value > 0.5 ? value : 1 - value)),
    };
  }
  const classes = new Float64Array(count);
  const confidences = new Float64Array(count);
  let areProbabilities = true;
  for (let row = 0; row < count; row++) {
    let best = 0;
    let sum = 0;
    for (let index = 0; index < width; index++) {
      const score = data[row * width + index]!;
      if (score > data[row * width + best]!) best = index;
      if (!(score >= 0)) areProbabilities = false;
      sum += score;
    }
    if (Math.abs(sum - 1) > 1e-3) areProbabilities = false;
    classes[row] = best;
    confidences[row] = data[row * width + best]!;
  }
  return { classes, confidences: areProbabilities ? confidences : undefined };
}
