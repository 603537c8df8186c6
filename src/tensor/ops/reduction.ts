// Reductions that compose the graph's few: means, logical ones, searches; and how reduced axes are kept or dropped.
import { normalizeAxes, type Shape } from '../../base/shape.js';
import { argMax, binary, cast, constant, reduce, reshape, toFloat, unary } from '../../ir/build.js';
import type { GraphNode, ReduceKind } from '../../ir/graph.js';

/** Which axes to reduce (all by default; negative counts from the end) and whether they stay with size 1. */
export interface ReduceOptions {
  readonly axis?: number | readonly number[] | undefined;
  readonly keepDims?: boolean | undefined;
}

function dropAxes(x: GraphNode, axes: readonly number[]): GraphNode {
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

export function reduceAxes(kind: ReduceKind, x: GraphNode, options: ReduceOptions): GraphNode {
  const axes = normalizeAxes(options.axis, x.shape.length, kind);
  const reduced = reduce(kind, x, axes);
  return options.keepDims ? reduced : dropAxes(reduced, axes);
}

function countOf(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((product, axis) => product * shape[axis]!, 1);
}

/** The mean as sum / count; of nothing it is NaN. */
export function mean(x: GraphNode, options: ReduceOptions): GraphNode {
  const operand = toFloat(x);
  const axes = normalizeAxes(options.axis, x.shape.length, 'mean');
  const sum = reduceAxes('sum', operand, options);
  return binary('div', sum, constant(countOf(x.shape, axes), [], operand.dtype));
}

/** The mean of the squared distances from the mean (the population's variance, as Keras's and NumPy's default). */
export function variance(x: GraphNode, options: ReduceOptions): GraphNode {
  const centered = binary('sub', x, mean(x, { axis: options.axis, keepDims: true }));
  return mean(binary('mul', centered, centered), options);
}

/** True where at least one element is not 0. */
export function any(x: GraphNode, options: ReduceOptions): GraphNode {
  return cast(reduceAxes('sum', cast(cast(x, 'bool'), 'int32'), options), 'bool');
}

/** True where no element is 0. */
export function all(x: GraphNode, options: ReduceOptions): GraphNode {
  return unary('not', any(unary('not', cast(x, 'bool')), options));
}

/** The first position of the largest element along `axis`, which is dropped; along all axes when it is undefined. */
export function argMaxAxis(x: GraphNode, axis: number | undefined): GraphNode {
  const axes = normalizeAxes(axis, x.shape.length, 'argMax');
  return axes.length === 0 ? constant(0, [], 'int32') : dropAxes(argMax(x, axes), axes);
}

export function argMinAxis(x: GraphNode, axis: number | undefined): GraphNode {
  return argMaxAxis(unary('neg', x), axis);
}

/** log(sum(exp(x))), computed so that it does not overflow. */
export function logSumExp(x: GraphNode, options: ReduceOptions): GraphNode {
  const axes = normalizeAxes(options.axis, x.shape.length, 'logSumExp');
  const top = unary('stopGradient', reduce('max', toFloat(x), axes));
  const sum = binary('add', unary('log', reduce('sum', unary('exp', binary('sub', x, top)), axes)), top);
  return options.keepDims ? sum : dropAxes(sum, axes);
}
