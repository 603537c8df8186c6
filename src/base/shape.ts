// Arithmetic on shapes: sizes, row-major strides, NumPy broadcasting.
import { ShapeError } from './errors.js';

/** The sizes of the axes, outermost first; [] is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** `[28, 28]` as text. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'null').join(', ')}]`;
}

/** @throws ShapeError unless every size is a whole number of at least 0. */
export function checkShape(shape: Shape, what: string): void {
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new ShapeError(`${what}: expected a shape of whole numbers of at least 0, received ${formatShape(shape)}.`);
  }
}

/** The shape two shapes broadcast to by NumPy's rule. @throws ShapeError if they do not. */
export function broadcastShapes(a: Shape, b: Shape, what: string): number[] {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1)
      throw new ShapeError(
        `${what}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: aligned from the right, axis ${axis} has sizes ${sizeA} and ${sizeB}; expected equal sizes, or a 1.`,
      );
    result[axis] = sizeA === 1 ? sizeB : sizeA;
  }
  return result;
}

/** An axis counted from the front; -1 is the last. @throws ShapeError if it is out of range. */
export function normalizeAxis(axis: number, rank: number, what: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
    throw new ShapeError(`${what}: axis ${axis} is out of range for rank ${rank}; expected ${-rank} to ${rank - 1}.`);
  return axis < 0 ? axis + rank : axis;
}

/** Distinct axes in ascending order; undefined means all. @throws ShapeError if one is out of range or repeated. */
export function normalizeAxes(axes: number | readonly number[] | undefined, rank: number, what: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(axis, rank, what));
  if (new Set(list).size !== list.length) throw new ShapeError(`${what}: axes [${list.join(', ')}] repeat.`);
  return list.sort((a, b) => a - b);
}
