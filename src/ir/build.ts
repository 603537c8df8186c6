// Builders of graph nodes: each checks its inputs, infers shape and dtype, and folds away what changes nothing.
import { isFloat, promote, type DType } from '../base/dtype.js';
import { DTypeError, InternalError, ShapeError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { broadcastShapes, formatShape, sameShape, sizeOf, type Shape } from '../base/shape.js';
import {
  isComparison,
  makeNode,
  type AxisIndex,
  type BinaryOp,
  type DataSource,
  type GraphNode,
  type PadAxis,
  type ReduceKind,
  type SliceAxis,
  type UnaryOp,
  type WindowAxis,
} from './graph.js';
import { windowShape } from './window.js';

const none = {};

export function parameter(index: number, shape: Shape, dtype: DType): GraphNode {
  return makeNode('parameter', [], { index }, shape, dtype);
}

export function data(array: NDArray): GraphNode {
  return makeNode('data', [], { source: { array } }, array.shape, array.dtype);
}

/** Values that a backend is about to deliver. */
export function pendingData(source: DataSource, shape: Shape, dtype: DType): GraphNode {
  return makeNode('data', [], { source }, shape, dtype);
}

/** Every element is `value`, rounded to the dtype. */
export function constant(value: number, shape: Shape, dtype: DType): GraphNode {
  return makeNode('constant', [], { value: roundTo(dtype, value) }, shape, dtype);
}

/** `value` as an element of `dtype` would hold it. */
export function roundTo(dtype: DType, value: number): number {
  switch (dtype) {
    case 'float64':
      return value;
    case 'float32':
      return Math.fround(value);
    case 'int32':
      return saturateToInt32(value);
    case 'uint8':
      return saturateToInt32(value) & 255;
    case 'bool':
      return value !== 0 ? 1 : 0;
  }
}

/** Truncates toward zero; out of range goes to the nearest int32, NaN to 0 (as WebAssembly's trunc_sat). */
export function saturateToInt32(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(2147483647, Math.max(-2147483648, value)));
}

export function iota(shape: Shape, axis: number, dtype: DType = 'int32'): GraphNode {
  return makeNode('iota', [], { axis }, shape, dtype);
}

/** A seed that is known when a program is built is part of it; one that is a value is not. */
export function random(shape: Shape, seed: number | GraphNode, stream: number, counter: GraphNode): GraphNode {
  const seedNode = typeof seed === 'number' ? constant(seed | 0, [], 'int32') : seed;
  for (const [name, node] of Object.entries({ seed: seedNode, counter }))
    if (node.dtype !== 'int32' || node.shape.length !== 0)
      throw new DTypeError(`random: expected an int32 scalar as ${name}, received ${describe(node)}.`);
  return makeNode('random', [seedNode, counter], { stream: stream | 0 }, shape, 'float32');
}

/** `float32 [2, 3]` */
export function describe(node: GraphNode): string {
  return `${node.dtype} ${formatShape(node.shape)}`;
}

const floatOnly: ReadonlySet<string> = new Set([
  'exp',
  'log',
  'sqrt',
  'roughSqrt',
  'roughReciprocal',
  'flushSubnormal',
  'sin',
  'cos',
  'tanh',
  'sigmoid',
  'isNaN',
]);
const roundings: ReadonlySet<string> = new Set(['floor', 'ceil', 'round']);

export function unary(op: UnaryOp, x: GraphNode): GraphNode {
  if (op === 'not') {
    if (x.dtype !== 'bool') throw new DTypeError(`not: expected bool, received ${describe(x)}.`);
    return makeNode(op, [x], none, x.shape, 'bool');
  }
  if (op === 'stopGradient') return makeNode(op, [x], none, x.shape, x.dtype);
  if (roundings.has(op) && !isFloat(x.dtype)) return x;
  const operand = floatOnly.has(op) ? toFloat(x) : x.dtype === 'bool' || x.dtype === 'uint8' ? cast(x, 'int32') : x;
  return makeNode(op, [operand], none, x.shape, op === 'isNaN' ? 'bool' : operand.dtype);
}

/** Integers and bools as float32; floats as they are. */
export function toFloat(x: GraphNode): GraphNode {
  return isFloat(x.dtype) ? x : cast(x, 'float32');
}

/** Broadcasts and promotes both operands, then applies `op`. */
export function binary(op: BinaryOp, a: GraphNode, b: GraphNode): GraphNode {
  const shape = broadcastShapes(a.shape, b.shape, op);
  if (op === 'and' || op === 'or') {
    for (const operand of [a, b])
      if (operand.dtype !== 'bool')
        throw new DTypeError(`${op}: expected bool operands, received ${describe(operand)}.`);
    return makeNode(op, [broadcastTo(a, shape), broadcastTo(b, shape)], none, shape, 'bool');
  }
  let dtype = promote(a.dtype, b.dtype);
  if (isComparison(op)) {
    if (dtype === 'bool' || dtype === 'uint8') dtype = 'int32';
  } else if (op === 'div' || op === 'pow') dtype = isFloat(dtype) ? dtype : 'float32';
  else if (dtype === 'bool' || dtype === 'uint8') dtype = 'int32';
  const inputs = [broadcastTo(cast(a, dtype), shape), broadcastTo(cast(b, dtype), shape)];
  return makeNode(op, inputs, none, shape, isComparison(op) ? 'bool' : dtype);
}

export function where(condition: GraphNode, a: GraphNode, b: GraphNode): GraphNode {
  if (condition.dtype !== 'bool')
    throw new DTypeError(`where: expected a bool condition, received ${describe(condition)}.`);
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape, 'where'), 'where');
  const dtype = promote(a.dtype, b.dtype);
  const inputs = [
    broadcastTo(condition, shape),
    broadcastTo(cast(a, dtype), shape),
    broadcastTo(cast(b, dtype), shape),
  ];
  return makeNode('where', inputs, none, shape, dtype);
}

/** Floats to integers truncate toward zero and saturate; to uint8 the result is taken modulo 256; to bool: not 0. */
export function cast(x: GraphNode, dtype: DType): GraphNode {
  if (x.dtype === dtype) return x;
  if (x.op === 'constant') return constant(x.attributes.value, x.shape, dtype);
  return makeNode('cast', [x], none, x.shape, dtype);
}

function reducedShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/**
 * Reduces over `axes`, which stay with size 1. `ties`: whether equal largest elements share the gradient of max and min.
 * @throws ShapeError for max or min over nothing
 */
export function reduce(
  kind: ReduceKind,
  x: GraphNode,
  axes: readonly number[],
  ties: 'even' | 'first' = 'even',
): GraphNode {
  if (axes.length === 0) return x;
  if ((kind === 'max' || kind === 'min') && axes.some((axis) => x.shape[axis] === 0))
    throw new ShapeError(`${kind}: cannot reduce an axis of size 0, received shape ${formatShape(x.shape)}.`);
  const operand = x.dtype === 'bool' || x.dtype === 'uint8' ? cast(x, 'int32') : x;
  return makeNode('reduce', [operand], { kind, axes, ties }, reducedShape(x.shape, axes), operand.dtype);
}

/** The first position of the largest element, counted row-major over `axes`, which stay with size 1. */
export function argMax(x: GraphNode, axes: readonly number[]): GraphNode {
  if (axes.some((axis) => x.shape[axis] === 0))
    throw new ShapeError(`argMax: cannot search an axis of size 0, received shape ${formatShape(x.shape)}.`);
  const operand = x.dtype === 'bool' || x.dtype === 'uint8' ? cast(x, 'int32') : x;
  return makeNode('argMax', [operand], { axes }, reducedShape(x.shape, axes), 'int32');
}

/** See OpAttributes.contract. Both operands are float32, or both float64. */
export function contract(
  a: GraphNode,
  b: GraphNode,
  spec: { loops: readonly number[]; outputRank: number; a: readonly AxisIndex[]; b: readonly AxisIndex[] },
): GraphNode {
  if (spec.a.length !== a.shape.length || spec.b.length !== b.shape.length)
    throw new InternalError(`contract: one index per operand axis is needed (${describe(a)}, ${describe(b)}).`);
  const dtype = promote(toFloat(a).dtype, toFloat(b).dtype);
  return makeNode('contract', [cast(a, dtype), cast(b, dtype)], spec, spec.loops.slice(0, spec.outputRank), dtype);
}

/** An axis that one loop walks. */
export function loopAxis(loop: number): AxisIndex {
  return { terms: [{ loop, coefficient: 1 }], offset: 0 };
}

export function reshape(x: GraphNode, shape: Shape): GraphNode {
  if (sizeOf(shape) !== sizeOf(x.shape))
    throw new ShapeError(
      `reshape: shape ${formatShape(shape)} has ${sizeOf(shape)} elements, received ${formatShape(x.shape)} with ${sizeOf(x.shape)}.`,
    );
  const source = x.op === 'reshape' ? x.inputs[0]! : x;
  if (sameShape(source.shape, shape)) return source;
  if (source.op === 'constant') return constant(source.attributes.value, shape, source.dtype);
  return makeNode('reshape', [source], none, shape, x.dtype);
}

/** [...] -> [..., 1] */
export function expandLast(x: GraphNode): GraphNode {
  return reshape(x, [...x.shape, 1]);
}

export function permute(x: GraphNode, axes: readonly number[]): GraphNode {
  if (axes.every((axis, position) => axis === position)) return x;
  return makeNode(
    'permute',
    [x],
    { axes },
    axes.map((axis) => x.shape[axis]!),
    x.dtype,
  );
}

/** Stretches sizes of 1 and adds leading axes until the shape is `shape`. */
export function broadcastTo(x: GraphNode, shape: Shape): GraphNode {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes(x.shape, shape, 'broadcastTo'), shape))
    throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}.`);
  if (x.op === 'constant') return constant(x.attributes.value, shape, x.dtype);
  const aligned = reshape(x, [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape]);
  if (sameShape(aligned.shape, shape)) return aligned;
  return makeNode('broadcast', [aligned], none, shape, x.dtype);
}

export function slice(x: GraphNode, axes: readonly SliceAxis[]): GraphNode {
  if (axes.every(({ start, size, step }, axis) => start === 0 && step === 1 && size === x.shape[axis])) return x;
  axes.forEach(({ start, size, step }, axis) => {
    const last = start + (size - 1) * step;
    if (size > 0 && (start < 0 || last < 0 || start >= x.shape[axis]! || last >= x.shape[axis]!))
      throw new ShapeError(
        `slice: elements ${start} to ${last} of axis ${axis} lie outside shape ${formatShape(x.shape)}.`,
      );
  });
  return makeNode(
    'slice',
    [x],
    { axes },
    axes.map((axis) => axis.size),
    x.dtype,
  );
}

/** See PadAxis. @throws ShapeError for an amount below 0: slice takes elements away */
export function pad(x: GraphNode, axes: readonly PadAxis[], value = 0): GraphNode {
  for (const [axis, { low, high, interior }] of axes.entries())
    if (low < 0 || high < 0 || interior < 0)
      throw new ShapeError(
        `pad: expected amounts of at least 0, received ${low}, ${high} and ${interior} between elements for axis ${axis}. Use slice to take elements away.`,
      );
  if (axes.every(({ low, high, interior }) => low === 0 && high === 0 && interior === 0)) return x;
  const shape = axes.map(({ low, high, interior }, axis) => {
    const size = x.shape[axis]!;
    return low + high + size + Math.max(0, size - 1) * interior;
  });
  return makeNode('pad', [x], { axes, value: roundTo(x.dtype, value) }, shape, x.dtype);
}

export function concat(parts: readonly GraphNode[], axis: number): GraphNode {
  const first = parts[0]!;
  for (const part of parts) {
    const fits =
      part.shape.length === first.shape.length && part.shape.every((size, i) => i === axis || size === first.shape[i]);
    if (!fits)
      throw new ShapeError(
        `concat: expected shapes that differ in axis ${axis} alone, received ${parts.map((p) => formatShape(p.shape)).join(', ')}.`,
      );
  }
  const dtype = parts.map((part) => part.dtype).reduce(promote);
  const kept = parts.filter((part) => part.shape[axis] !== 0).map((part) => cast(part, dtype));
  if (kept.length === 1) return kept[0]!;
  if (kept.length === 0) return cast(first, dtype);
  const total = kept.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return makeNode(
    'concat',
    kept,
    { axis },
    first.shape.map((size, i) => (i === axis ? total : size)),
    dtype,
  );
}

/** Sliding windows; see OpAttributes.window. `axes` ascend. */
export function window(x: GraphNode, axes: readonly WindowAxis[]): GraphNode {
  return makeNode('window', [x], { axes }, windowShape(x.shape, axes), x.dtype);
}

/** Adds windows back into an array of `shape`: the transpose of `window`. */
export function fold(windows: GraphNode, axes: readonly WindowAxis[], shape: Shape): GraphNode {
  if (!sameShape(windowShape(shape, axes), windows.shape))
    throw new InternalError(`fold: windows ${formatShape(windows.shape)} are not those of ${formatShape(shape)}.`);
  return makeNode('fold', [windows], { axes }, shape, windows.dtype);
}

export function gather(x: GraphNode, indices: GraphNode): GraphNode {
  if (x.shape.length === 0) throw new ShapeError('gather: expected at least one axis to pick from, received a scalar.');
  if (isFloat(indices.dtype)) throw new DTypeError(`gather: expected int32 indices, received ${describe(indices)}.`);
  if (x.shape[0] === 0 && sizeOf(indices.shape) > 0)
    throw new ShapeError(`gather: cannot pick from an empty axis, received shape ${formatShape(x.shape)}.`);
  return makeNode('gather', [x, cast(indices, 'int32')], none, [...indices.shape, ...x.shape.slice(1)], x.dtype);
}

/** `rows` is the size of the first axis of the result. */
export function scatterAdd(indices: GraphNode, updates: GraphNode, rows: number): GraphNode {
  return makeNode(
    'scatterAdd',
    [indices, updates],
    none,
    [rows, ...updates.shape.slice(indices.shape.length)],
    updates.dtype,
  );
}
