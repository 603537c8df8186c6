// Views and rearrangements: reshaping, transposing, slicing, padding, joining.
import { ShapeError, ValueError } from '../../base/errors.js';
import { broadcastShapes, formatShape, normalizeAxes, normalizeAxis, sizeOf, type Shape } from '../../base/shape.js';
import { broadcastTo, concat, pad, permute, reshape, slice } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';

/** `shape` with its one -1 replaced by the size that fits. @throws ShapeError if none does */
export function inferShape(size: number, shape: Shape, what: string): number[] {
  const unknown = shape.filter((axis) => axis === -1).length;
  const known = sizeOf(shape.filter((axis) => axis !== -1));
  const fits = unknown === 0 ? known === size : unknown === 1 && known > 0 && size % known === 0;
  if (!fits)
    throw new ShapeError(
      `${what}: ${size} elements do not fill shape ${formatShape(shape)}${unknown > 1 ? ', which has more than one -1' : ''}.`,
    );
  return shape.map((axis) => (axis === -1 ? size / known : axis));
}

export function reshapeTo(x: GraphNode, shape: Shape): GraphNode {
  return reshape(x, inferShape(sizeOf(x.shape), shape, `reshape of ${formatShape(x.shape)}`));
}

/** Reorders axes; without `axes` it reverses them. */
export function transpose(x: GraphNode, axes: readonly number[] | undefined): GraphNode {
  const rank = x.shape.length;
  const order =
    axes?.map((axis) => normalizeAxis(axis, rank, 'transpose')) ?? x.shape.map((_, axis) => rank - 1 - axis);
  if (order.length !== rank || new Set(order).size !== rank)
    throw new ShapeError(`transpose: expected each of the ${rank} axes once, received [${order.join(', ')}].`);
  return permute(x, order);
}

export function expandDims(x: GraphNode, axis: number): GraphNode {
  const position = normalizeAxis(axis, x.shape.length + 1, 'expandDims');
  return reshape(x, [...x.shape.slice(0, position), 1, ...x.shape.slice(position)]);
}

/** Drops axes of size 1: those named, or all. @throws ShapeError if a named one has another size */
export function squeeze(x: GraphNode, axis: number | readonly number[] | undefined): GraphNode {
  const axes = axis === undefined ? undefined : normalizeAxes(axis, x.shape.length, 'squeeze');
  for (const named of axes ?? [])
    if (x.shape[named] !== 1)
      throw new ShapeError(`squeeze: expected size 1 at axis ${named}, received shape ${formatShape(x.shape)}.`);
  return reshape(
    x,
    x.shape.filter((size, position) => (axes ? !axes.includes(position) : size !== 1)),
  );
}

/** One axis of a slice as in NumPy: a range `[start, stop, step]` with negatives counted from the end, null for all. */
export type SliceRange = readonly [start?: number | null, stop?: number | null, step?: number | null] | null;

/** Ranges for the leading axes; the others stay whole. */
export function sliceRanges(x: GraphNode, ranges: readonly SliceRange[]): GraphNode {
  if (ranges.length > x.shape.length)
    throw new ShapeError(`slice: received ${ranges.length} ranges for shape ${formatShape(x.shape)}.`);
  const axes = x.shape.map((length, axis) => {
    const [start, stop, step] = ranges[axis] ?? [];
    const stride = step ?? 1;
    if (stride === 0 || !Number.isInteger(stride))
      throw new ValueError(`slice: expected a whole step other than 0, received ${stride}.`);
    const limit = (value: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, value < 0 ? value + length : value));
    const first = stride > 0 ? limit(start ?? 0, 0, length) : start == null ? length - 1 : limit(start, -1, length - 1);
    const end = stride > 0 ? limit(stop ?? length, 0, length) : stop == null ? -1 : limit(stop, -1, length - 1);
    return { start: first, size: Math.max(0, Math.ceil((end - first) / stride)), step: stride };
  });
  return slice(
    x,
    axes.map((axis) => (axis.size === 0 ? { start: 0, size: 0, step: 1 } : axis)),
  );
}

/** Reverses the order along `axis` (all axes by default). */
export function flip(x: GraphNode, axis: number | readonly number[] | undefined): GraphNode {
  const axes = normalizeAxes(axis, x.shape.length, 'flip');
  return slice(
    x,
    x.shape.map((size, position) =>
      axes.includes(position) && size > 0 ? { start: size - 1, size, step: -1 } : { start: 0, size, step: 1 },
    ),
  );
}

/** Adds `[low, high]` elements of `value` at the ends of each axis. */
export function padEnds(x: GraphNode, widths: readonly (readonly [number, number])[], value: number): GraphNode {
  if (widths.length !== x.shape.length)
    throw new ShapeError(
      `pad: expected a [low, high] pair for each of ${x.shape.length} axes, received ${widths.length}.`,
    );
  for (const pair of widths)
    for (const width of pair)
      if (!Number.isInteger(width) || width < 0)
        throw new ValueError(`pad: expected whole widths of at least 0, received ${width}.`);
  return pad(
    x,
    widths.map(([low, high]) => ({ low, high, interior: 0 })),
    value,
  );
}

export function concatenate(parts: readonly GraphNode[], axis: number): GraphNode {
  if (parts.length === 0) throw new ValueError('concat: expected at least one tensor, received none.');
  return concat(parts, normalizeAxis(axis, parts[0]!.shape.length, 'concat'));
}

/** Joins along a new axis. */
export function stack(parts: readonly GraphNode[], axis: number): GraphNode {
  if (parts.length === 0) throw new ValueError('stack: expected at least one tensor, received none.');
  const position = normalizeAxis(axis, parts[0]!.shape.length + 1, 'stack');
  return concat(
    parts.map((part) => expandDims(part, position)),
    position,
  );
}

/** Repeats the whole along each axis. */
export function tile(x: GraphNode, repeats: readonly number[]): GraphNode {
  const rank = Math.max(x.shape.length, repeats.length);
  const shape = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const counts = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  const spread = broadcastTo(
    reshape(
      x,
      shape.flatMap((size) => [1, size]),
    ),
    shape.flatMap((size, axis) => [counts[axis]!, size]),
  );
  return reshape(
    spread,
    shape.map((size, axis) => size * counts[axis]!),
  );
}

export function broadcastBatch(a: Shape, b: Shape): number[] {
  return broadcastShapes(a, b, 'matMul');
}
