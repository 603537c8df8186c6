// Softmax and its logarithm.
import { normalizeAxis } from '../../base/shape.js';
import { binary, constant, reduce, toFloat, unary } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';
import { logSumExp } from './reduction.js';

/** exp(x) / sum(exp(x)) along `axis`, computed so that it does not overflow. */
export function softmax(x: GraphNode, axis: number): GraphNode {
  const operand = toFloat(x);
  const along = [normalizeAxis(axis, x.shape.length, 'softmax')];
  const exponentials = unary('exp', binary('sub', operand, unary('stopGradient', reduce('max', operand, along))));
  // A sum is at least 1, the exponential of the greatest: one division for each sum, not for each element.
  const one = constant(1, [], operand.dtype);
  return binary('mul', exponentials, binary('div', one, reduce('sum', exponentials, along)));
}

/** log(softmax(x)), accurate where the softmax is small. */
export function logSoftmax(x: GraphNode, axis: number): GraphNode {
  const operand = toFloat(x);
  return binary('sub', operand, logSumExp(operand, { axis, keepDims: true }));
}
