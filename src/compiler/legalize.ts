// Brings reductions and contractions into the form that lowers well: long reductions in two stages, operands of
// contractions padded so that every index lies inside, and laid out so that vectors lie contiguous.
import { sizeOf } from '../base/shape.js';
import { makeNode, type AxisIndex, type GraphNode } from '../ir/graph.js';
import { pad, permute, reduce, reshape } from '../ir/build.js';
import type { Program } from '../ir/program.js';
import { clipsOf, vectorLoopOf } from './clips.js';
import { edgesToCut, rowsToCut } from './edges.js';
import { aliasOf } from './fuse.js';
import { rewrite } from './rewrite.js';
import { strideAlong, summedVectorLoop } from './summed-vectors.js';

/** @param lanes of a vector */
export function legalize(program: Program, forced: Set<GraphNode>, lanes: number): Program {
  const padded = new Map<string, GraphNode>();
  const arranged = new Map<string, GraphNode>();
  return rewrite(program, (node) => {
    if (node.op === 'reduce') return splitReduction(node);
    if (node.op !== 'contract') return node;
    const legal = (contract: GraphNode<'contract'>): GraphNode<'contract'> =>
      arrangeOperands(padOperands(contract, padded, lanes), arranged, forced, lanes);
    const parts = inParts(node);
    return parts ? reshape(reduce('sum', legal(parts), [0]), node.shape) : legal(node);
  });
}

/** Operands that many bytes long do not stay in a cache from tile to tile. */
const longOperandBytes = 4 * 2 ** 20;
/** The parts of a result of up to so many elements stay in a core's own cache. */
const shortResult = 2 ** 16;
/** Too few tiles to share out evenly: a result of up to so many elements that sums up so much. */
const shortestResult = 2 ** 11;
const manyProducts = 2 ** 22;
const fewestParts = 4;
const mostContractionParts = 64;

/**
 * A sum over much data with a small result, such as the gradient of a convolution's kernel: each step of its first summed
 * loop, the samples of a batch, becomes a part with a result of its own, so that the data is read once and not once for
 * every tile of the result, and the work can be shared out where the result has but a few tiles. The parts are then added
 * in their order.
 */
function inParts(node: GraphNode<'contract'>): GraphNode<'contract'> | undefined {
  const { loops, outputRank, a, b } = node.attributes;
  const parts = loops[outputRank];
  const [first, second] = node.inputs as [GraphNode, GraphNode];
  if (parts === undefined || parts < fewestParts || parts > mostContractionParts || node.dtype !== 'float32')
    return undefined;
  if (loops.length - outputRank < 2 || sizeOf(node.shape) > shortResult) return undefined;
  const products = loops.reduce((product, extent) => product * extent, 1);
  const isShort = sizeOf(node.shape) <= shortestResult && products >= manyProducts;
  if (!isShort && 4 * Math.min(sizeOf(first.shape), sizeOf(second.shape)) < longOperandBytes) return undefined;
  const isWalkedByBoth = [a, b].every((operand) =>
    operand.some(({ terms }) => terms.some(({ loop }) => loop === outputRank)),
  );
  if (!isWalkedByBoth) return undefined;
  const renumber = (loop: number): number => (loop === outputRank ? 0 : loop < outputRank ? loop + 1 : loop);
  const renumbered = (operand: readonly AxisIndex[]): AxisIndex[] =>
    operand.map((axis) => ({
      ...axis,
      terms: axis.terms.map(({ loop, coefficient }) => ({ loop: renumber(loop), coefficient })),
    }));
  const attributes = {
    loops: [parts, ...loops.slice(0, outputRank), ...loops.slice(outputRank + 1)],
    outputRank: outputRank + 1,
    a: renumbered(a),
    b: renumbered(b),
  };
  return makeNode('contract', [first, second], attributes, [parts, ...node.shape], node.dtype) as GraphNode<'contract'>;
}

const splitAbove = 8192;
const fewResults = 512;
const mostParts = 16;

/**
 * A long reduction to few results is done in a fixed number of parts, which can run on several threads, and the parts
 * are combined in their order: the result does not depend on the number of threads.
 */
function splitReduction(node: GraphNode<'reduce'>): GraphNode {
  const [x] = node.inputs as [GraphNode];
  const { kind, axes } = node.attributes;
  if (sizeOf(x.shape) < splitAbove || sizeOf(node.shape) > fewResults) return node;
  const axis = axes[0]!;
  const size = x.shape[axis]!;
  let parts = Math.min(mostParts, size);
  while (size % parts !== 0) parts--;
  if (parts < 2 || (parts === size && axes.length === 1)) return node;
  const split = reshape(x, [...x.shape.slice(0, axis), parts, size / parts, ...x.shape.slice(axis + 1)]);
  const inner = axes.map((reduced) => reduced + 1);
  const partial = reduce(kind, split, inner);
  const joined = reduce(kind, partial, [axis, ...inner]);
  return reshape(joined, node.shape);
}

function walks({ terms }: AxisIndex, loop: number): boolean {
  return terms.some((term) => term.loop === loop);
}

function rangeOf(index: AxisIndex, loops: readonly number[]): { low: number; high: number } {
  let low = index.offset;
  let high = index.offset;
  for (const { loop, coefficient } of index.terms) {
    const reach = coefficient * (loops[loop]! - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return { low, high };
}

/** Implicit zeros become stored ones, so that no inner loop asks whether it is inside. */
function padOperands(
  node: GraphNode<'contract'>,
  padded: Map<string, GraphNode>,
  lanes: number,
): GraphNode<'contract'> {
  if (edgesToCut(node, lanes).length > 0) return node;
  const { loops } = node.attributes;
  const clips = clipsOf(node);
  const cut = rowsToCut(node, lanes);
  const legal = (which: 0 | 1): { operand: GraphNode; index: readonly AxisIndex[] } => {
    const operand = node.inputs[which]!;
    const index = which === 0 ? node.attributes.a : node.attributes.b;
    const padding = index.map((axisIndex, axis) => {
      if (cut?.operand === which && cut.axis === axis) return { low: 0, high: 0, interior: 0 };
      // Loops end where the operand does.
      const isClipped = clips.some(({ summed, phase }) => [phase, summed].every((loop) => walks(axisIndex, loop)));
      if (isClipped) return { low: 0, high: 0, interior: 0 };
      const { low, high } = rangeOf(axisIndex, loops);
      return { low: Math.max(0, -low), high: Math.max(0, high - operand.shape[axis]! + 1), interior: 0 };
    });
    if (padding.every(({ low, high }) => low === 0 && high === 0)) return { operand, index };
    const key = `${operand.id} ${JSON.stringify(padding)}`;
    const made = padded.get(key) ?? pad(operand, padding);
    padded.set(key, made);
    return { operand: made, index: index.map((axis, i) => ({ ...axis, offset: axis.offset + padding[i]!.low })) };
  };
  const a = legal(0);
  const b = legal(1);
  if (a.operand === node.inputs[0] && b.operand === node.inputs[1]) return node;
  const attributes = { ...node.attributes, a: a.index, b: b.index };
  return makeNode('contract', [a.operand, b.operand], attributes, node.shape, node.dtype) as GraphNode<'contract'>;
}

/** Copies an operand with the axis that vectors run along last, unless it lies so already. */
function arrangeOperands(
  node: GraphNode<'contract'>,
  arranged: Map<string, GraphNode>,
  forced: Set<GraphNode>,
  lanes: number,
): GraphNode<'contract'> {
  const { loops } = node.attributes;
  const vectorLoop = summedVectorLoop(node, lanes) ?? vectorLoopOf(node);
  if (vectorLoop < 0) return node;
  const legal = (
    operand: GraphNode,
    index: readonly AxisIndex[],
  ): { operand: GraphNode; index: readonly AxisIndex[] } => {
    const stride = strideAlong(operand, index, loops, vectorLoop);
    if (stride === 0 || stride === 1) return { operand, index };
    const axis = index.findIndex(({ terms }) =>
      terms.some(({ loop, coefficient }) => loop === vectorLoop && coefficient === 1),
    );
    if (axis < 0) return { operand, index };
    const order = [...index.keys()].filter((other) => other !== axis);
    order.push(axis);
    const key = `${operand.id} ${order.join()}`;
    // Already last here: it is a view of something that lies otherwise, and is stored as it is.
    const made = arranged.get(key) ?? (axis === index.length - 1 ? operand : permute(operand, order));
    arranged.set(key, made);
    forced.add(aliasOf(made));
    return { operand: made, index: order.map((position) => index[position]!) };
  };
  const a = legal(node.inputs[0]!, node.attributes.a);
  const b = legal(node.inputs[1]!, node.attributes.b);
  if (a.operand === node.inputs[0] && b.operand === node.inputs[1]) return node;
  const attributes = { ...node.attributes, a: a.index, b: b.index };
  return makeNode('contract', [a.operand, b.operand], attributes, node.shape, node.dtype) as GraphNode<'contract'>;
}
