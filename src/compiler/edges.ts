// Finds contractions whose implicit zeros are better left out than stored: those that read both operands in vectors, as a
// depthwise convolution, its gradients included. They wait for memory, through which a padded copy would go twice. Along the
// image, their loops are cut where the window begins to reach beyond it, and there are but few steps of the window.
import type { AxisIndex, GraphNode } from '../ir/graph.js';
import { clipsOf, vectorLoopOf } from './clips.js';
import { summedVectorLoop } from './summed-vectors.js';

/** Steps `begin` to `end` of the long loop, in which `from` to `to` of the short one lie inside. */
export interface Segment {
  readonly begin: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** An axis that a long loop and a short one walk together, one of them summed, beyond its ends. */
export interface Edge {
  /** Which operand, and which of its axes. */
  readonly operand: 0 | 1;
  readonly axis: number;
  readonly long: number;
  readonly short: number;
  readonly segments: readonly Segment[];
}

/** Every combination of segments is code of its own. */
const mostCombinations = 9;
/** Chunks that are enough to share a kernel out: those of a loop that no edge cuts. */
export const fewestChunks = 8;

/** The edges of a contraction whose operands are not padded: those that it is lowered with, and pads nothing for. */
export function edgesToCut(node: GraphNode<'contract'>, lanes: number): Edge[] {
  const { loops, outputRank, a, b } = node.attributes;
  const edges = edgesOf(node);
  if (!edges) return [];
  const vector = vectorLoopOf(node);
  const cut = edges.flatMap(({ long, short }) => [long, short]);
  const combinations = edges.reduce((product, { segments }) => product * segments.length, 1);
  if (new Set(cut).size < cut.length || cut.includes(vector) || combinations > mostCombinations) return [];
  if (!walks(a, vector) || !walks(b, vector)) return [];
  const isShared = loops.some(
    (extent, loop) => loop < outputRank && loop !== vector && extent >= fewestChunks && !cut.includes(loop),
  );
  const isPlain = clipsOf(node).length === 0 && summedVectorLoop(node, lanes) === undefined;
  return isShared && isPlain ? edges : [];
}

/** Of all products, zeros of an edge that are at least so many are worth the code of every segment: 2 of 21 with 7 rows. */
const manyZeros = 0.09;
const mostSegments = 5;
/** Sums of more steps are better walked in blocks, which an edge prevents. */
const longestSum = 8192;

/**
 * The edge of a convolution over an image, or of its gradient to one, at which zeros are left out: that of the outermost
 * axis of the image, along which tiles do not lie. A 3x3 window with all its zeros around 11 rows multiplies 6 rows of 39
 * for nothing.
 */
export function rowsToCut(node: GraphNode<'contract'>, lanes: number): Edge | undefined {
  const { loops, outputRank } = node.attributes;
  const edges = edgesOf(node) ?? [];
  const [edge] = [...edges].sort((one, other) => one.long - other.long);
  const vector = vectorLoopOf(node);
  // Another one is left for the tiles, and a third to share the work out by.
  if (
    !edge ||
    edges.length < 2 ||
    edges.some(({ long, short }) => long >= outputRank || short < outputRank || long === vector)
  )
    return undefined;
  const isShared = loops.some(
    (extent, loop) => loop < outputRank && loop < edge.long && loop !== vector && extent >= fewestChunks,
  );
  const depth = loops.slice(outputRank).reduce((product, extent) => product * extent, 1);
  if (!isShared || depth > longestSum || edge.segments.length > mostSegments) return undefined;
  const inside = edge.segments.reduce((sum, { begin, end, from, to }) => sum + (end - begin) * (to - from), 0);
  if (1 - inside / (loops[edge.long]! * loops[edge.short]!) < manyZeros) return undefined;
  // Vectors lie along the filters, and full: padded or not, no summed loop is better for them.
  const kernel = edge.operand === 0 ? node.attributes.b : node.attributes.a;
  const isAlongFilters = vector >= 0 && loops[vector]! >= lanes && walks(kernel, vector);
  return clipsOf(node).length === 0 && isAlongFilters ? edge : undefined;
}

/** All edges of a contraction; undefined if some axis leaves its operand in another way. */
export function edgesOf(node: GraphNode<'contract'>): Edge[] | undefined {
  const { loops, outputRank, a, b } = node.attributes;
  const edges: Edge[] = [];
  for (const [operand, axes] of [a, b].entries())
    for (const [axis, index] of axes.entries()) {
      const size = node.inputs[operand]!.shape[axis]!;
      if (staysInside(index, loops, size)) continue;
      const edge = edgeOf(index, loops, outputRank, size);
      if (!edge) return undefined;
      edges.push({ ...edge, operand: operand as 0 | 1, axis });
    }
  return edges;
}

function walks(axes: readonly AxisIndex[], loop: number): boolean {
  return axes.some(({ terms }) => terms.some((term) => term.loop === loop));
}

function staysInside({ offset, terms }: AxisIndex, loops: readonly number[], size: number): boolean {
  const reaches = terms.map(({ loop, coefficient }) => coefficient * (loops[loop]! - 1));
  const low = reaches.reduce((sum, reach) => sum + Math.min(0, reach), offset);
  const high = reaches.reduce((sum, reach) => sum + Math.max(0, reach), offset);
  return low >= 0 && high < size;
}

function edgeOf(
  { offset, terms }: AxisIndex,
  loops: readonly number[],
  outputRank: number,
  size: number,
): Pick<Edge, 'long' | 'short' | 'segments'> | undefined {
  const [short, long, ...more] = [...terms].sort((x, y) => loops[x.loop]! - loops[y.loop]!);
  if (!short || !long || more.length > 0 || short.coefficient === 0 || long.coefficient === 0) return undefined;
  if (short.loop < outputRank === long.loop < outputRank || loops[short.loop] === 1) return undefined;
  const segments: Segment[] = [];
  for (let at = 0; at < loops[long.loop]!; at++) {
    const inside = Array.from({ length: loops[short.loop]! }, (_, step) => {
      const position = offset + long.coefficient * at + short.coefficient * step;
      return position >= 0 && position < size;
    });
    const from = Math.max(0, inside.indexOf(true));
    const to = inside.lastIndexOf(true) + 1;
    const last = segments.at(-1);
    if (last?.from === from && last.to === to) segments[segments.length - 1] = { ...last, end: at + 1 };
    else segments.push({ begin: at, end: at + 1, from, to });
  }
  return { long: long.loop, short: short.loop, segments };
}
