// The Tensor: an immutable array whose values are computed when they are asked for.
import type { ArrayOf, DType } from '../base/dtype.js';
import { StateError, ValueError } from '../base/errors.js';
import { toNested, type NDArray, type NestedArray } from '../base/ndarray.js';
import { formatShape, sizeOf, type Shape } from '../base/shape.js';
import { engine } from '../engine/engine.js';
import { DeviceResult } from '../engine/results.js';
import { binary, broadcastTo, cast, constant, data, pendingData, unary } from '../ir/build.js';
import type { BinaryOp, GraphNode, ReduceKind, UnaryOp } from '../ir/graph.js';
import * as activation from './ops/activation.js';
import * as elementwise from './ops/elementwise.js';
import * as indexing from './ops/indexing.js';
import { matMul } from './ops/linear.js';
import * as movement from './ops/movement.js';
import * as reduction from './ops/reduction.js';
import type { ReduceOptions } from './ops/reduction.js';
import { activeTrace } from './trace.js';

/** What an operation takes beside a tensor: a tensor, a number (which takes the tensor's dtype where it fits) or a boolean. */
export type Operand = Tensor | number | boolean;

/** How many operations may wait unevaluated behind one tensor before they are run without being asked for. */
const pendingLimit = 512;
const depths = new WeakMap<GraphNode, number>();

function depthOf(node: GraphNode): number {
  const known = depths.get(node);
  if (known !== undefined) return known;
  const depth = node.inputs.reduce((most, input) => Math.max(most, depthOf(input)), 0) + 1;
  depths.set(node, depth);
  return depth;
}

/**
 * An immutable array of numbers or booleans with a shape and a dtype. Operations are recorded, not run: values are
 * computed when `data()`, `array()` or `print()` asks for them, all that is missing in one compiled program.
 */
export class Tensor {
  #node: GraphNode;

  /** Wraps a graph node; users make tensors with `tensor(...)` and the other creation functions. */
  constructor(node: GraphNode) {
    this.#node = node;
    if (!activeTrace() && node.op !== 'data' && depthOf(node) > pendingLimit) this.#runInBackground();
  }

  /** The graph node that stands for this tensor. */
  get node(): GraphNode {
    return this.#node;
  }

  /** The sizes of the axes, outermost first; [] for a scalar. */
  get shape(): Shape {
    return this.#node.shape;
  }

  get dtype(): DType {
    return this.#node.dtype;
  }

  /** Number of axes. */
  get rank(): number {
    return this.#node.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.#node.shape);
  }

  /** Computes the values and keeps them: later operations start from them. */
  async realize(): Promise<NDArray> {
    if (activeTrace())
      throw new StateError('Values cannot be read while a function is being traced; return the tensor instead.');
    if (this.#node.op === 'data') return this.#node.attributes.source.array;
    const [array] = await engine().evaluate([this.#node]);
    this.#node = data(array!);
    return array!;
  }

  #runInBackground(): void {
    const node = this.#node;
    const array = engine()
      .evaluate([node])
      .then(([value]) => value!);
    array.catch(() => undefined); // whoever asks for the values gets the error
    this.#node = pendingData({ array }, node.shape, node.dtype);
  }

  /** The values in row-major order, as a typed array of the caller's own. */
  async data<D extends DType = DType>(): Promise<ArrayOf[D]> {
    const source = this.#node.op === 'data' ? this.#node.attributes.source : undefined;
    const copy = source instanceof DeviceResult && !activeTrace() ? source.copy() : undefined;
    if (copy) return (await copy).data as ArrayOf[D];
    return (await this.realize()).data.slice() as ArrayOf[D];
  }

  /** The values as nested arrays; a number or boolean for a scalar. */
  async array(): Promise<NestedArray> {
    return toNested(await this.realize());
  }

  /** The one value of a tensor with one element. @throws ValueError if it has more or none */
  async item(): Promise<number> {
    if (this.size !== 1) throw new ValueError(`item: expected one element, received shape ${formatShape(this.shape)}.`);
    return (await this.realize()).data[0]!;
  }

  /** Prints dtype, shape and values (long axes shortened). */
  async print(): Promise<void> {
    const { formatArray } = await import('./format.js');
    console.log(`${this.toString()}\n${formatArray(await this.realize())}`);
  }

  /** `Tensor float32 [32, 10]`: known at once, without computing anything. */
  toString(): string {
    return `Tensor ${this.dtype} ${formatShape(this.shape)}`;
  }

  /** What Node prints for a tensor. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #unary(op: UnaryOp): Tensor {
    return new Tensor(unary(op, this.#node));
  }

  #binary(op: BinaryOp, other: Operand): Tensor {
    return new Tensor(binary(op, this.#node, operandNode(other, this.#node)));
  }

  #reduce(kind: ReduceKind, axis: ReduceOptions['axis'], keepDims: boolean): Tensor {
    return new Tensor(reduction.reduceAxes(kind, this.#node, { axis, keepDims }));
  }

  add(other: Operand): Tensor {
    return this.#binary('add', other);
  }
  sub(other: Operand): Tensor {
    return this.#binary('sub', other);
  }
  mul(other: Operand): Tensor {
    return this.#binary('mul', other);
  }
  /** True division: integers become float32. */
  div(other: Operand): Tensor {
    return this.#binary('div', other);
  }
  /** The quotient rounded down; of floats, the rounded quotient (1 by 0.1 gives 10, where NumPy gives 9). */
  floorDiv(other: Operand): Tensor {
    return this.#binary('floorDiv', other);
  }
  /** The remainder with the sign of the divisor, as in Python. */
  mod(other: Operand): Tensor {
    return this.#binary('mod', other);
  }
  pow(other: Operand): Tensor {
    return this.#binary('pow', other);
  }
  /** Element by element the larger one; NaN if either is. */
  maximum(other: Operand): Tensor {
    return this.#binary('max', other);
  }
  minimum(other: Operand): Tensor {
    return this.#binary('min', other);
  }
  equal(other: Operand): Tensor {
    return this.#binary('equal', other);
  }
  notEqual(other: Operand): Tensor {
    return this.#binary('notEqual', other);
  }
  less(other: Operand): Tensor {
    return this.#binary('less', other);
  }
  lessEqual(other: Operand): Tensor {
    return this.#binary('lessEqual', other);
  }
  greater(other: Operand): Tensor {
    return this.#binary('greater', other);
  }
  greaterEqual(other: Operand): Tensor {
    return this.#binary('greaterEqual', other);
  }
  logicalAnd(other: Operand): Tensor {
    return new Tensor(binary('and', cast(this.#node, 'bool'), cast(operandNode(other, this.#node), 'bool')));
  }
  logicalOr(other: Operand): Tensor {
    return new Tensor(binary('or', cast(this.#node, 'bool'), cast(operandNode(other, this.#node), 'bool')));
  }
  logicalXor(other: Operand): Tensor {
    return new Tensor(elementwise.logicalXor(this.#node, operandNode(other, this.#node)));
  }
  logicalNot(): Tensor {
    return new Tensor(unary('not', cast(this.#node, 'bool')));
  }

  neg(): Tensor {
    return this.#unary('neg');
  }
  abs(): Tensor {
    return this.#unary('abs');
  }
  /** -1, 0 or 1. */
  sign(): Tensor {
    return this.#unary('sign');
  }
  floor(): Tensor {
    return this.#unary('floor');
  }
  ceil(): Tensor {
    return this.#unary('ceil');
  }
  /** To the nearest whole number, halves to the even one. */
  round(): Tensor {
    return this.#unary('round');
  }
  exp(): Tensor {
    return this.#unary('exp');
  }
  log(): Tensor {
    return this.#unary('log');
  }
  /** log(1 + x), accurate near 0. */
  log1p(): Tensor {
    return new Tensor(elementwise.log1p(this.#node));
  }
  sqrt(): Tensor {
    return this.#unary('sqrt');
  }
  rsqrt(): Tensor {
    return new Tensor(elementwise.reciprocal(unary('sqrt', this.#node)));
  }
  square(): Tensor {
    return new Tensor(elementwise.square(this.#node));
  }
  reciprocal(): Tensor {
    return new Tensor(elementwise.reciprocal(this.#node));
  }
  sin(): Tensor {
    return this.#unary('sin');
  }
  cos(): Tensor {
    return this.#unary('cos');
  }
  tanh(): Tensor {
    return this.#unary('tanh');
  }
  sigmoid(): Tensor {
    return this.#unary('sigmoid');
  }
  relu(): Tensor {
    return new Tensor(elementwise.relu(this.#node));
  }
  /** log(1 + exp(x)) without overflow. */
  softplus(): Tensor {
    return new Tensor(elementwise.softplus(this.#node));
  }
  isNaN(): Tensor {
    return this.#unary('isNaN');
  }
  /** Limits every element to [low, high]; undefined does not limit. */
  clip(low: number | undefined, high: number | undefined): Tensor {
    return new Tensor(elementwise.clip(this.#node, low, high));
  }
  /** The same values; no gradient passes. */
  stopGradient(): Tensor {
    return this.#unary('stopGradient');
  }
  softmax(axis = -1): Tensor {
    return new Tensor(activation.softmax(this.#node, axis));
  }
  logSoftmax(axis = -1): Tensor {
    return new Tensor(activation.logSoftmax(this.#node, axis));
  }

  sum(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return this.#reduce('sum', axis, keepDims);
  }
  prod(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return this.#reduce('prod', axis, keepDims);
  }
  max(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return this.#reduce('max', axis, keepDims);
  }
  min(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return this.#reduce('min', axis, keepDims);
  }
  mean(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return new Tensor(reduction.mean(this.#node, { axis, keepDims }));
  }
  /** The mean of the squared distances from the mean. */
  variance(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return new Tensor(reduction.variance(this.#node, { axis, keepDims }));
  }
  any(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return new Tensor(reduction.any(this.#node, { axis, keepDims }));
  }
  all(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return new Tensor(reduction.all(this.#node, { axis, keepDims }));
  }
  logSumExp(axis?: ReduceOptions['axis'], keepDims = false): Tensor {
    return new Tensor(reduction.logSumExp(this.#node, { axis, keepDims }));
  }
  /** The first position of the largest element along `axis` (of all when it is left out), as int32. */
  argMax(axis?: number): Tensor {
    return new Tensor(reduction.argMaxAxis(this.#node, axis));
  }
  argMin(axis?: number): Tensor {
    return new Tensor(reduction.argMinAxis(this.#node, axis));
  }

  /** [..., M, K] x [..., K, N] -> [..., M, N]. */
  matMul(other: Tensor): Tensor {
    return new Tensor(matMul(this.#node, other.node));
  }

  cast(dtype: DType): Tensor {
    return new Tensor(cast(this.#node, dtype));
  }
  /** One size may be -1. */
  reshape(shape: Shape): Tensor {
    return new Tensor(movement.reshapeTo(this.#node, shape));
  }
  /** One axis with all elements. */
  flatten(): Tensor {
    return new Tensor(movement.reshapeTo(this.#node, [-1]));
  }
  /** Result axis i is axis `axes[i]`; without `axes` the order is reversed. */
  transpose(axes?: readonly number[]): Tensor {
    return new Tensor(movement.transpose(this.#node, axes));
  }
  expandDims(axis = -1): Tensor {
    return new Tensor(movement.expandDims(this.#node, axis));
  }
  squeeze(axis?: number | readonly number[]): Tensor {
    return new Tensor(movement.squeeze(this.#node, axis));
  }
  broadcastTo(shape: Shape): Tensor {
    return new Tensor(broadcastTo(this.#node, shape));
  }
  /** Ranges `[start, stop, step]` for the leading axes, null for a whole one; negatives count from the end. */
  slice(...ranges: movement.SliceRange[]): Tensor {
    return new Tensor(movement.sliceRanges(this.#node, ranges));
  }
  flip(axis?: number | readonly number[]): Tensor {
    return new Tensor(movement.flip(this.#node, axis));
  }
  /** `[low, high]` elements of `value` at the ends of every axis. */
  pad(widths: readonly (readonly [number, number])[], value = 0): Tensor {
    return new Tensor(movement.padEnds(this.#node, widths, value));
  }
  tile(repeats: readonly number[]): Tensor {
    return new Tensor(movement.tile(this.#node, repeats));
  }
  /** The elements at `indices` along `axis`; an index outside is clamped to the nearest end. */
  gather(indices: Tensor | readonly number[], axis = 0): Tensor {
    return new Tensor(indexing.take(this.#node, indexNode(indices), axis));
  }
  /** Whole numbers [...i] -> [...i, depth]. */
  oneHot(depth: number, dtype: DType = 'float32'): Tensor {
    return new Tensor(indexing.oneHot(this.#node, depth, dtype));
  }
}

function indexNode(indices: Tensor | readonly number[]): GraphNode {
  if (indices instanceof Tensor) return indices.node;
  return data({ dtype: 'int32', shape: [indices.length], data: Int32Array.from(indices) });
}

/** The node of an operand; a number takes the dtype of `like`, unless it is no whole number and `like` holds integers. */
export function operandNode(operand: Operand, like: GraphNode): GraphNode {
  if (operand instanceof Tensor) return operand.node;
  if (typeof operand === 'boolean') return constant(operand ? 1 : 0, [], 'bool');
  if (typeof operand !== 'number')
    throw new ValueError(`Expected a tensor, a number or a boolean as operand, received ${typeof operand}.`);
  const isWhole = Number.isInteger(operand);
  if (like.dtype === 'float64') return constant(operand, [], 'float64');
  if (like.dtype === 'float32' || !isWhole) return constant(operand, [], 'float32');
  return constant(operand, [], 'int32');
}
