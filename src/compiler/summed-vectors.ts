// Decides which contractions have their vectors along a summed loop: those of a few columns, and products with what is
// the same for all results. There, vectors along the results would be mostly empty, or lie apart in a large operand.
import { sizeOf, stridesOf } from '../base/shape.js';
import type { AxisIndex, GraphNode } from '../ir/graph.js';
import { positionOf, type Index } from './affine.js';
import { vectorLoopOf } from './clips.js';
import { isView, viewIndex } from './index-maps.js';

/** About what it takes to add up the lanes of a vector, in multiplications with additions. */
const additionsOfLanes = 6;
/** Both ways being estimates, this one has to be better by so much. */
const margin = 0.7;

/** The summed loop that the vectors of a contraction run along, if it is one of those: contiguous in the larger operand. */
export function summedVectorLoop(node: GraphNode<'contract'>, lanes: number): number | undefined {
  const { loops, outputRank, a, b } = node.attributes;
  const [first, second] = node.inputs as [GraphNode, GraphNode];
  const sides = [
    { node: first, axes: a },
    { node: second, axes: b },
  ] as const;
  const [larger, smaller] = sizeOf(first.shape) >= sizeOf(second.shape) ? sides : [sides[1], sides[0]];
  const along = loops.findIndex(
    (extent, loop) =>
      loop >= outputRank &&
      extent > 1 &&
      strideAlong(larger.node, larger.axes, loops, loop) === 1 &&
      smaller.axes.some(({ terms }) => terms.some((term) => term.loop === loop)),
  );
  if (along < 0) return undefined;
  const sum = loops.slice(outputRank).reduce((product, extent) => product * extent, 1);
  const outputs = loops.slice(0, outputRank).reduce((product, extent) => product * extent, 1);
  const vector = vectorLoopOf(node);
  const columns = vector < 0 ? 1 : loops[vector]!;
  const inLanes = (sum / loops[along]!) * Math.ceil(loops[along]! / lanes) + additionsOfLanes;
  const inColumns = (Math.ceil(columns / lanes) / columns) * sum;
  if (2 * columns < lanes) return inLanes < margin * inColumns ? along : undefined;
  // One operand for all results: every vector of the other is read for one sum alone, and has to be copied to be one.
  const isForAll = smaller.axes.every(({ terms }) =>
    terms.every(({ loop }) => loop >= outputRank || loops[loop] === 1),
  );
  const isApart = vector >= 0 && Math.abs(strideAlong(larger.node, larger.axes, loops, vector)) > 1;
  if (!isForAll || !isApart) return undefined;
  return inLanes < margin * (2 * inColumns + sizeOf(larger.node.shape) / outputs) ? along : undefined;
}

/** How far one step of `loop` moves in the memory that an operand's views read. */
export function strideAlong(
  operand: GraphNode,
  axes: readonly AxisIndex[],
  loops: readonly number[],
  loop: number,
): number {
  const extents = new Map(loops.map((extent, i) => [`l${i}`, extent]));
  let base = operand;
  let index = axes.map((axis): Index => ({
    offset: axis.offset,
    terms: new Map(axis.terms.map((term) => [`l${term.loop}`, term.coefficient])),
    lane: 0,
  }));
  while (isView(base)) {
    try {
      index = viewIndex(base, index, extents);
    } catch {
      break; // it will be stored here
    }
    base = base.inputs[0]!;
  }
  return positionOf(index, stridesOf(base.shape)).terms.get(`l${loop}`) ?? 0;
}
