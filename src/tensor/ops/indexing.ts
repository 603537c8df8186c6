// Picking and encoding by index.
import { DTypeError, ValueError } from '../../base/errors.js';
import { isFloat, type DType } from '../../base/dtype.js';
import { normalizeAxis, type Shape } from '../../base/shape.js';
import { binary, cast, describe, expandLast, gather, iota, permute } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';

/** Elements of `x` at `indices` along `axis`: indices [...i] take the place of that axis. Outside indices are clamped. */
export function take(x: GraphNode, indices: GraphNode, axis: number): GraphNode {
  const along = normalizeAxis(axis, x.shape.length, 'gather');
  if (along === 0) return gather(x, indices);
  const rank = x.shape.length;
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== along);
  const picked = gather(permute(x, [along, ...others]), indices);
  // Picked: [...i, ...others]; the index axes go back to where `axis` was.
  const indexRank = indices.shape.length;
  const order = [
    ...Array.from({ length: along }, (_, i) => indexRank + i),
    ...Array.from({ length: indexRank }, (_, i) => i),
    ...Array.from({ length: rank - 1 - along }, (_, i) => indexRank + along + i),
  ];
  return permute(picked, order);
}

/** indices [...i] -> [...i, depth]: 1 at the index, 0 elsewhere; all 0 for an index outside 0..depth-1. */
export function oneHot(indices: GraphNode, depth: number, dtype: DType): GraphNode {
  if (!Number.isInteger(depth) || depth < 1)
    throw new ValueError(`oneHot: expected a whole depth of at least 1, received ${depth}.`);
  if (isFloat(indices.dtype)) throw new DTypeError(`oneHot: expected int32 indices, received ${describe(indices)}.`);
  const shape: Shape = [...indices.shape, depth];
  return cast(binary('equal', expandLast(cast(indices, 'int32')), iota(shape, indices.shape.length)), dtype);
}
