// Reads what callers pass to the functions of this folder: labels, scores and weights as lists, typed arrays or NDArrays.
import { DataError, ShapeError, ValueError } from '../base/errors.js';
import { fromNested, ndarray, type NDArray, type NestedArray } from '../base/ndarray.js';
import type { TypedArray } from '../base/dtype.js';
import { formatShape } from '../base/shape.js';

/** Numbers (or booleans) as a list, nested lists, a typed array, or an array with a shape. */
export type ArrayInput = NDArray | TypedArray | readonly NestedArray[];

function isNDArray(value: unknown): value is NDArray {
  return typeof value === 'object' && value !== null && 'shape' in value && 'data' in value && 'dtype' in value;
}

/** What was passed, as an error shows it. */
function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return `${typeof value} ${String(value)}`;
  return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}`;
}

/** The values with their shape; lists become float64, so that no digit is lost. @throws ValueError for what is no array */
export function toNDArray(value: ArrayInput, what: string): NDArray {
  const given: unknown = value;
  if (ArrayBuffer.isView(given)) return ndarray(given as TypedArray);
  if (Array.isArray(given)) return fromNested(given as NestedArray, 'float64');
  if (isNDArray(given)) return given;
  throw new ValueError(
    `${what}: expected a list, a typed array or an array with a shape, received ${describe(given)}.`,
  );
}

/** One number a sample: [N] or [N, 1]. @throws ShapeError for another shape, `remedy` added to it */
export function column(array: NDArray, what: string, remedy = ''): TypedArray {
  const [, second, ...rest] = array.shape;
  if (array.shape.length === 0 || rest.length > 0 || (second !== undefined && second !== 1))
    throw new ShapeError(
      `${what}: expected one number for each sample, shape [N], received shape ${formatShape(array.shape)}.${remedy}`,
    );
  return array.data;
}

/** @throws ShapeError unless both hold as many samples; DataError if they hold none */
export function checkSamples(what: string, first: NDArray, second: NDArray, names: readonly [string, string]): number {
  const [a, b] = [first.shape[0] ?? 0, second.shape[0] ?? 0];
  if (a !== b)
    throw new ShapeError(
      `${what}: expected as many samples in ${names[0]} as in ${names[1]}, received shapes ${formatShape(first.shape)} and ${formatShape(second.shape)}.`,
    );
  if (a === 0) throw new DataError(`${what}: expected at least one sample, received none.`);
  return a;
}

/** @throws DataError if a value is NaN or infinite */
export function checkFinite(data: TypedArray, what: string): void {
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]!))
      throw new DataError(`${what}: expected finite numbers, received ${data[i]} at position ${i}.`);
}

/** How much each sample counts [N], where weights are given. */
export function readWeights(what: string, weights: ArrayInput | undefined, count: number): Float64Array | undefined {
  if (weights === undefined) return undefined;
  const name = `${what}: sampleWeight`;
  const data = column(toNDArray(weights, name), name);
  if (data.length !== count)
    throw new ShapeError(`${name}: expected one weight for each of the ${count} samples, received ${data.length}.`);
  checkFinite(data, name);
  return Float64Array.from(data);
}

/** The different values in ascending order. */
export function distinct(data: ArrayLike<number>): Float64Array {
  const seen = new Set<number>();
  // Labels mostly repeat the one before or few others; looking twice is cheaper than adding each.
  for (let i = 0; i < data.length; i++) if (!seen.has(data[i]!)) seen.add(data[i]! + 0);
  return Float64Array.from(seen).sort();
}

/** `value` if it is one of `known`. @throws ValueError otherwise */
export function checkChoice<Choice extends string | null>(
  value: unknown,
  known: readonly Choice[],
  what: string,
): Choice {
  if (!known.includes(value as Choice))
    throw new ValueError(
      `${what}: expected ${known.map((choice) => (choice === null ? 'null' : `'${choice}'`)).join(', ')}, received ${typeof value === 'string' ? `'${value}'` : describe(value)}.`,
    );
  return value as Choice;
}

/** `value` if it is a whole number from `low` to `high`. @throws ValueError otherwise */
export function checkInteger(value: unknown, low: number, high: number, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < low || (value as number) > high)
    throw new ValueError(
      `${what}: expected a whole number ${high === Infinity ? `of at least ${low}` : `from ${low} to ${high}`}, received ${typeof value === 'number' ? value : describe(value)}.`,
    );
  return value as number;
}
