// What models take as data, as tensors: x brought to the shape that the model takes, y and weights to one row a sample.
import { isFloat, type TypedArray } from '../../base/dtype.js';
import { DataError, ShapeError, ValueError } from '../../base/errors.js';
import type { NDArray, NestedArray } from '../../base/ndarray.js';
import { formatShape } from '../../base/shape.js';
import { fromNDArray, tensor } from '../../tensor/creation.js';
import { Tensor } from '../../tensor/tensor.js';
import type { PartialShape } from '../layers/layer.js';

/** A tensor, nested arrays, a typed array, or an object of data, shape and dtype. The first axis counts samples. */
export type ModelData = Tensor | NDArray | TypedArray | NestedArray;

function isNDArray(value: object): value is NDArray {
  return 'data' in value && 'shape' in value && 'dtype' in value && Array.isArray(value.shape);
}

/** `value` as a tensor of at least one axis with at least one sample; numbers that are no tensor's become float32. */
export function toTensor(value: ModelData, what: string): Tensor {
  const made = convert(value, what);
  if (made.rank === 0)
    throw new ShapeError(`${what}: expected at least one axis, that of the samples, received a single number.`);
  if (made.shape[0] === 0)
    throw new DataError(`${what}: expected at least one sample, received none (shape ${formatShape(made.shape)}).`);
  return made;
}

function convert(value: unknown, what: string): Tensor {
  if (value instanceof Tensor) return value;
  const isView = ArrayBuffer.isView(value);
  if (typeof value !== 'number' && typeof value !== 'boolean' && !Array.isArray(value) && !isView) {
    if (typeof value === 'object' && value !== null && isNDArray(value))
      return asSingle(fromNDArray({ ...value, data: value.data.slice() }));
    throw new ValueError(
      `${what}: expected a tensor, nested arrays or a typed array, received ${value === null ? 'null' : typeof value}.`,
    );
  }
  try {
    return asSingle(tensor(value as TypedArray | NestedArray));
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * Values of float64 as float32: JavaScript's numbers are float64 without anybody having asked for it. Where they are at
 * hand no program is needed, so that it works on backends that have no float64.
 */
export function asSingle(values: Tensor): Tensor {
  if (values.dtype !== 'float64') return values;
  const known = values.node.op === 'data' ? values.node.attributes.source.array : undefined;
  if (!known || known instanceof Promise) return values.cast('float32');
  return fromNDArray({ dtype: 'float32', shape: known.shape, data: Float32Array.from(known.data) });
}

/**
 * `x` in the rank that the model takes: a last axis of size 1 is added or dropped, as in Keras.
 * @throws ShapeError if the shape does not fit otherwise
 */
export function alignInput(x: Tensor, expected: PartialShape, what: string): Tensor {
  let aligned = x;
  if (x.rank === expected.length + 1 && x.shape.at(-1) === 1) aligned = x.squeeze(-1);
  else if (x.rank === expected.length - 1 && expected.at(-1) === 1) aligned = x.expandDims(-1);
  const fits =
    aligned.rank === expected.length &&
    expected.every((size, axis) => axis === 0 || size === null || size === aligned.shape[axis]);
  if (fits) return aligned;
  const shape = `[samples, ${expected
    .slice(1)
    .map((size) => size ?? 'any')
    .join(', ')}]`;
  throw new ShapeError(`${what}: expected shape ${shape}, received ${formatShape(x.shape)}.${hintFor(x, expected)}`);
}

function hintFor(x: Tensor, expected: PartialShape): string {
  const sizes = expected.slice(1);
  if (sizes.length === 0 || sizes.includes(null)) return '';
  const wanted = sizes as readonly number[];
  const product = (shape: readonly number[]): number => shape.reduce((total, size) => total * size, 1);
  if (x.rank === wanted.length && x.shape.every((size, axis) => size === wanted[axis]))
    return ' For a single sample add an axis: x.expandDims(0).';
  if (product(x.shape.slice(1)) === product(wanted)) return ` Reshape it: x.reshape([-1, ${wanted.join(', ')}]).`;
  return '';
}

/** @throws ShapeError unless both have one row for each sample */
export function checkSameLength(what: string, x: Tensor, other: Tensor, name: string): void {
  if (x.shape[0] !== other.shape[0])
    throw new ShapeError(
      `${what}: expected x and ${name} to have as many samples as each other, received ${x.shape[0]} and ${other.shape[0]} (shapes ${formatShape(x.shape)} and ${formatShape(other.shape)}).`,
    );
}

/** What layers compute with: whole numbers and booleans as float32. */
export function toFloatInput(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : x.cast('float32');
}
