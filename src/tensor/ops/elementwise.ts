// Element-wise functions composed of the graph's own: what a user expects to find beside them.
import { binary, cast, constant, toFloat, unary, where } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';

const number = (value: number, like: GraphNode): GraphNode => constant(value, [], like.dtype);

export function square(x: GraphNode): GraphNode {
  return binary('mul', x, x);
}

export function reciprocal(x: GraphNode): GraphNode {
  const operand = toFloat(x);
  return binary('div', number(1, operand), operand);
}

/** max(x, 0), with gradient 0 at 0. */
export function relu(x: GraphNode): GraphNode {
  return binary('max', x, number(0, x));
}

/** x limited to [low, high]; a missing bound does not limit. */
export function clip(x: GraphNode, low: number | undefined, high: number | undefined): GraphNode {
  // Written so that the gradient passes at the bounds themselves, as in TensorFlow.
  let result = x;
  if (low !== undefined) result = where(binary('less', result, number(low, x)), number(low, x), result);
  if (high !== undefined) result = where(binary('greater', result, number(high, x)), number(high, x), result);
  return result;
}

/** log(1 + x), accurate near 0 (Kahan: log(u) x / (u - 1) with u = fl(1 + x)). */
export function log1p(x: GraphNode): GraphNode {
  const operand = toFloat(x);
  const one = number(1, operand);
  const u = binary('add', operand, one);
  const difference = binary('sub', u, one);
  const exact = binary('equal', difference, number(0, operand));
  const safe = where(exact, one, difference);
  const infinite = binary('equal', u, number(Infinity, operand));
  // The correction factor x / (u - 1) stands for rounding alone, so no gradient passes through it.
  const factor = unary('stopGradient', where(infinite, one, binary('div', operand, safe)));
  return where(exact, operand, binary('mul', unary('log', u), factor));
}

/** log(1 + exp(x)) without overflow: max(x, 0) + log(1 + exp(-|x|)), spelled so that the gradient at 0 is 1/2. */
export function softplus(x: GraphNode): GraphNode {
  const operand = toFloat(x);
  const zero = number(0, operand);
  const isPositive = binary('greaterEqual', operand, zero);
  const magnitude = where(isPositive, operand, unary('neg', operand));
  return binary('add', where(isPositive, operand, zero), log1p(unary('exp', unary('neg', magnitude))));
}

export function logicalXor(a: GraphNode, b: GraphNode): GraphNode {
  return binary('notEqual', cast(a, 'bool'), cast(b, 'bool'));
}
