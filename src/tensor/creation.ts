// Makes tensors from values, by rule, and by joining others.
import { dtypeOf, type DType, type TypedArray, allocate } from '../base/dtype.js';
import { ShapeError, ValueError } from '../base/errors.js';
import { fromNested, ndarray, type NDArray, type NestedArray } from '../base/ndarray.js';
import { checkShape, formatShape, sizeOf, type Shape } from '../base/shape.js';
import { cast, constant, data, iota, roundTo, where as whereNode } from '../ir/build.js';
import { concatenate, stack as stackNodes } from './ops/movement.js';
import { operandNode, Tensor, type Operand } from './tensor.js';

/** What can become a tensor: one already, a number, nested arrays, or a typed array. */
export type TensorLike = Tensor | TypedArray | NestedArray;

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * A tensor of a copy of `values`: nested arrays (float32, or bool for booleans), a number, or a typed array (its own
 * dtype) which `shape` arranges.
 * @throws ShapeError if the values do not fill the shape, or nested lists differ in length
 */
export function tensor(values: TensorLike, shape?: Shape, dtype?: DType): Tensor {
  if (values instanceof Tensor) {
    const typed = dtype ? values.cast(dtype) : values;
    return shape ? typed.reshape(shape) : typed;
  }
  if (shape) checkShape(shape, 'tensor');
  let array: NDArray;
  if (isTypedArray(values)) {
    const type = dtype ?? dtypeOf(values);
    array = ndarray(convert(values, type), shape ?? [values.length], type);
  } else array = fromNested(values, dtype);
  if (shape && sizeOf(shape) !== array.data.length)
    throw new ShapeError(
      `tensor: shape ${formatShape(shape)} takes ${sizeOf(shape)} elements, received ${array.data.length} (shape ${formatShape(array.shape)}).`,
    );
  return new Tensor(data(shape ? { ...array, shape: [...shape] } : array));
}

/** A copy of `values` as the typed array of `dtype`, each value rounded as a cast would. */
function convert(values: TypedArray, dtype: DType): TypedArray {
  if (dtype !== 'bool' && dtypeOf(values) === dtype) {
    return values instanceof Uint8ClampedArray ? Uint8Array.from(values) : values.slice();
  }
  const result = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) result[i] = roundTo(dtype, values[i]!);
  return result;
}

/** Wraps an NDArray without copying it; the caller must not change it afterwards. */
export function fromNDArray(array: NDArray): Tensor {
  return new Tensor(data(array));
}

/** A scalar. */
export function scalar(value: number | boolean, dtype?: DType): Tensor {
  return tensor(value, [], dtype);
}

export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  checkShape(shape, 'full');
  return new Tensor(constant(value, shape, dtype));
}

export function zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 0, dtype);
}

export function ones(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 1, dtype);
}

export function zerosLike(x: Tensor): Tensor {
  return full(x.shape, 0, x.dtype);
}

export function onesLike(x: Tensor): Tensor {
  return full(x.shape, 1, x.dtype);
}

/** The identity matrix [rows, columns]. */
export function eye(rows: number, columns: number = rows, dtype: DType = 'float32'): Tensor {
  checkShape([rows, columns], 'eye');
  return new Tensor(iota([rows, columns], 0)).equal(new Tensor(iota([rows, columns], 1))).cast(dtype);
}

/** start, start + step, ... below stop. With one argument: 0 to start - 1. int32 when all are whole, else float32. */
export function arange(start: number, stop?: number, step = 1, dtype?: DType): Tensor {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  if (!(step !== 0) || !Number.isFinite(first) || !Number.isFinite(end))
    throw new ValueError(`arange: expected finite bounds and a step other than 0, received ${first}, ${end}, ${step}.`);
  const length = Math.max(0, Math.ceil((end - first) / step));
  const type = dtype ?? ([first, end, step].every(Number.isInteger) ? 'int32' : 'float32');
  const values = allocate(type, length);
  for (let i = 0; i < length; i++) values[i] = roundTo(type, first + i * step);
  return fromNDArray({ dtype: type, shape: [length], data: values });
}

/** `count` values from start to stop, both included, evenly spaced. */
export function linspace(start: number, stop: number, count: number): Tensor {
  if (!Number.isInteger(count) || count < 1)
    throw new ValueError(`linspace: expected a whole count of at least 1, received ${count}.`);
  const step = count === 1 ? 0 : (stop - start) / (count - 1);
  return fromNDArray({
    dtype: 'float32',
    shape: [count],
    data: Float32Array.from({ length: count }, (_, i) => start + i * step),
  });
}

/** Joins along an existing axis. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(
    concatenate(
      parts.map((part) => part.node),
      axis,
    ),
  );
}

/** Joins along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(
    stackNodes(
      parts.map((part) => part.node),
      axis,
    ),
  );
}

/** Element by element `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const like = a instanceof Tensor ? a : b instanceof Tensor ? b : undefined;
  const of = (operand: Operand): Tensor['node'] =>
    like
      ? operandNode(operand, like.node)
      : typeof operand === 'number'
        ? constant(operand, [], 'float32')
        : tensor(operand).node;
  return new Tensor(whereNode(cast(condition.node, 'bool'), of(a), of(b)));
}
