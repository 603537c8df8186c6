// The plain array that data, formats and plots exchange: typed data, a shape and a dtype, no behaviour.
import { allocate, dtypeOf, type DType, type TypedArray } from './dtype.js';
import { DTypeError, ShapeError } from './errors.js';
import { formatShape, sizeOf, type Shape } from './shape.js';

export interface NDArray {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Row-major, one element after the other. */
  readonly data: TypedArray;
}

/** Numbers or booleans nested to any depth, every list of one level equally long. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Wraps typed data without copying. @throws ShapeError if the length is not that of the shape. */
export function ndarray(data: TypedArray, shape: Shape = [data.length], dtype: DType = dtypeOf(data)): NDArray {
  if (data.length !== sizeOf(shape))
    throw new ShapeError(
      `Expected ${sizeOf(shape)} elements for shape ${formatShape(shape)}, received ${data.length}.`,
    );
  if (dtype === 'bool' ? !(data instanceof Uint8Array) : dtypeOf(data) !== dtype)
    throw new DTypeError(`Expected data of dtype ${dtype}, received a ${data.constructor.name}.`);
  return { dtype, shape: [...shape], data };
}

function shapeOfNested(value: NestedArray): number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = (level as readonly NestedArray[])[0]!) {
    shape.push((level as readonly NestedArray[]).length);
    if (shape.at(-1) === 0) break;
  }
  return shape;
}

/**
 * Nested lists as an NDArray. dtype defaults to bool for booleans and float32 for numbers.
 * @throws ShapeError if lists of one level differ in length.
 */
export function fromNested(value: NestedArray, dtype?: DType): NDArray {
  const shape = shapeOfNested(value);
  let first: NestedArray | undefined = value;
  while (Array.isArray(first)) first = (first as readonly NestedArray[])[0];
  const type = dtype ?? (typeof first === 'boolean' ? 'bool' : 'float32');
  const data = allocate(type, sizeOf(shape));
  let position = 0;
  const fill = (item: NestedArray, axis: number): void => {
    if (axis === shape.length) {
      if (typeof item !== 'number' && typeof item !== 'boolean')
        throw new ShapeError(`Expected numbers at depth ${axis} of the nested list, received ${describe(item)}.`);
      data[position++] = type === 'bool' ? (item ? 1 : 0) : Number(item);
      return;
    }
    if (!Array.isArray(item) || item.length !== shape[axis])
      throw new ShapeError(
        `Expected lists of ${shape[axis]} items at depth ${axis} of the nested list, received ${describe(item)}. Every list of one level must be equally long.`,
      );
    for (const child of item as readonly NestedArray[]) fill(child, axis + 1);
  };
  fill(value, 0);
  return { dtype: type, shape, data };
}

function describe(item: unknown): string {
  return Array.isArray(item) ? `a list of ${item.length}` : `${typeof item} ${String(item)}`;
}

/** Nested lists of numbers (of booleans for bool); a plain number or boolean for a scalar. */
export function toNested(array: NDArray): NestedArray {
  let position = 0;
  const build = (axis: number): NestedArray => {
    if (axis === array.shape.length) {
      const value = array.data[position++]!;
      return array.dtype === 'bool' ? value !== 0 : value;
    }
    return Array.from({ length: array.shape[axis]! }, () => build(axis + 1));
  };
  return build(0);
}
