// Matrix products as contractions.
import { ShapeError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { broadcastTo, contract, loopAxis, reshape } from '../../ir/build.js';
import type { AxisIndex, GraphNode } from '../../ir/graph.js';
import { broadcastBatch } from './movement.js';

/**
 * Matrix product as NumPy's `matmul`: [..., M, K] x [..., K, N] -> [..., M, N], leading axes broadcast; a vector counts
 * as one row on the left and one column on the right.
 * @throws ShapeError if the K axes differ
 */
export function matMul(a: GraphNode, b: GraphNode): GraphNode {
  const mismatch = (): ShapeError =>
    new ShapeError(
      `matMul: expected the last axis of the first to equal the last but one of the second, received ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
    );
  if (a.shape.length === 0 || b.shape.length === 0) throw mismatch();
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  const M = left.shape.at(-2)!;
  const K = left.shape.at(-1)!;
  const N = right.shape.at(-1)!;
  if (right.shape.at(-2) !== K) throw mismatch();
  const batch = broadcastBatch(left.shape.slice(0, -2), right.shape.slice(0, -2));

  let product: GraphNode;
  if (right.shape.length === 2 && batch.length > 0) {
    // One matrix on the right: all rows of the left are one long matrix.
    const rows = batch.reduce((count, size) => count * size, M);
    product = reshape(multiply(reshape(left, [rows, K]), right, 0), [...batch, M, N]);
  } else {
    const stretch = (x: GraphNode): GraphNode => broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
    product = multiply(stretch(left), stretch(right), batch.length);
  }
  const dropRow = a.shape.length === 1;
  const dropColumn = b.shape.length === 1;
  if (!dropRow && !dropColumn) return product;
  return reshape(product, [...batch, ...(dropRow ? [] : [M]), ...(dropColumn ? [] : [N])]);
}

/** Loops: batch axes, M, N, then K. */
function multiply(a: GraphNode, b: GraphNode, batchRank: number): GraphNode {
  const batch = Array.from({ length: batchRank }, (_, axis): AxisIndex => loopAxis(axis));
  return contract(a, b, {
    loops: [...a.shape.slice(0, batchRank + 1), b.shape.at(-1)!, a.shape.at(-1)!],
    outputRank: batchRank + 2,
    a: [...batch, loopAxis(batchRank), loopAxis(batchRank + 2)],
    b: [...batch, loopAxis(batchRank + 2), loopAxis(batchRank + 1)],
  });
}
