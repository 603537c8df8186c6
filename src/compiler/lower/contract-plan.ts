// Plans a contraction: how its operands lie in memory, which loops become rows and vectors of a tile, how these are cut
// into tiles, and which summed loops are walked in blocks.
import { stridesOf } from '../../base/shape.js';
import type { GraphNode } from '../../ir/graph.js';
import type { Target } from '../../ir/kernel.js';
import { positionOf, type Index } from '../affine.js';
import type { Clip } from '../clips.js';
import type { Edge } from '../edges.js';
import { MustStore } from '../emit.js';
import { isView, viewIndex } from '../index-maps.js';
import type { LowerContext } from './context.js';
import type { LoopSpec } from './loops.js';

/** An operand as it lies in memory: how far each loop moves in it. */
export interface Operand {
  readonly buffer: number;
  readonly offset: number;
  /** By loop of the contraction. */
  readonly strides: readonly number[];
}

/** A loop of the kernel, with its strides in both operands. `parts` are loops of the contraction (outer ones dropped). */
export interface TileLoop extends LoopSpec {
  readonly a: number;
  readonly b: number;
  /** Where a summed loop ends, by the steps of an output loop. */
  readonly clip?: Clip;
  /** The edge of an operand that it walks, with another loop. */
  readonly edge?: { readonly of: Edge; readonly isLong: boolean };
}

/** What stands for a loop where there is none. */
export const noLoop: TileLoop = { extent: 1, nominal: 1, parts: [], a: 0, b: 0 };

/** One pass over a span of a loop, in steps of a tile: `size` positions from `begin` in tiles of `tile`. */
export interface Span {
  readonly begin: number;
  readonly size: number;
  readonly tile: number;
}

/** How a contraction's operand lies in memory. @throws MustStore if it has to be stored first */
export function operandOf(context: LowerContext, node: GraphNode<'contract'>, which: 0 | 1): Operand {
  const { loops } = node.attributes;
  const axisIndices = which === 0 ? node.attributes.a : node.attributes.b;
  const extents = new Map(loops.map((extent, loop) => [`l${loop}`, extent]));
  let index = axisIndices.map((axis): Index => ({
    offset: axis.offset,
    terms: new Map(axis.terms.map(({ loop, coefficient }) => [`l${loop}`, coefficient])),
    lane: 0,
  }));
  const operand = node.inputs[which]!;
  let base = operand;
  let buffer = context.storage.bufferOf(base);
  while (buffer === undefined) {
    if (!isView(base)) throw new MustStore(operand);
    try {
      index = viewIndex(base, index, extents);
    } catch {
      throw new MustStore(operand);
    }
    base = base.inputs[0]!;
    buffer = context.storage.bufferOf(base);
  }
  const position = positionOf(index, stridesOf(base.shape));
  return { buffer, offset: position.offset, strides: loops.map((_, loop) => position.terms.get(`l${loop}`) ?? 0) };
}

/** Orders summed loops so that the innermost moves least in memory, and joins those that both operands walk as one. */
export function mergeSummed(loops: readonly TileLoop[]): TileLoop[] {
  const reach = ({ a, b }: TileLoop): number => Math.max(Math.abs(a), Math.abs(b));
  const result: TileLoop[] = [];
  for (const loop of [...loops].sort((x, y) => reach(y) - reach(x))) {
    const outer = result.at(-1);
    const mayJoin = outer && ![outer, loop].some(({ clip, edge }) => clip ?? edge);
    if (mayJoin && outer.a === loop.a * loop.extent && outer.b === loop.b * loop.extent)
      result[result.length - 1] = { ...loop, extent: outer.extent * loop.extent, nominal: outer.extent * loop.extent };
    else result.push(loop);
  }
  return result;
}

/**
 * The loop whose steps are a tile's rows: one along which the vectors of one operand do not change, so that they are
 * read once for all rows. Short strides in the other operand keep a tile's reads together.
 */
export function chooseRow(candidates: readonly TileLoop[], vector: TileLoop): TileLoop {
  const shared = candidates.filter((loop) => (vector.a !== 0 && loop.a === 0) || (vector.b !== 0 && loop.b === 0));
  const score = (loop: TileLoop): number => {
    const stride = Math.max(1, Math.min(...[loop.a, loop.b].map(Math.abs).filter((step) => step > 0), Infinity));
    // A loop shorter than a tile wastes the vectors it reads.
    return Math.min(loop.extent, 4) * 1e6 - Math.min(stride, 1e6 - 1);
  };
  return [...shared].sort((x, y) => score(y) - score(x))[0] ?? noLoop;
}

/**
 * Tiles of at most `most` rows: all of one size if it is not much smaller, 32 as 4 x 8 and 26 as 2 x 13 for a most of 14;
 * else as even as can be, 13 as 3 x 3 + 4 for a most of 4.
 */
export function spansOf(extent: number, most: number): Span[] {
  for (let tile = Math.min(most, extent); 2 * tile > most; tile--)
    if (extent % tile === 0) return [{ begin: 0, size: extent, tile }];
  const tiles = Math.ceil(extent / most);
  const size = Math.floor(extent / tiles);
  const larger = extent - size * tiles;
  const spans: Span[] = [];
  if (larger > 0) spans.push({ begin: 0, size: larger * (size + 1), tile: size + 1 });
  if (tiles > larger) spans.push({ begin: larger * (size + 1), size: (tiles - larger) * size, tile: size });
  return spans;
}

/** Tiles of `width` vectors, then one for what is left. */
export function vectorSpans(extent: number, lanes: number, width: number): Span[] {
  const tile = width * lanes;
  const full = Math.floor(extent / tile) * tile;
  const spans: Span[] = [];
  if (full > 0) spans.push({ begin: 0, size: full, tile });
  if (full < extent) spans.push({ begin: full, size: extent - full, tile: extent - full });
  return spans;
}

/** Summing less than this at a time, tiles would mostly go to memory and back. */
const shortestBlock = 32;
/** Results fewer than these stay in cache whatever is done. */
const fewOutputs = 512;
const longestBlock = 1024;

/** Of the first-level cache, by what a step of a sum adds to it where the operands lie together. */
const bytesOfStep = 16;
const lineBytes = 64;

/**
 * How many summed steps a tile's operands stay in the first-level cache for. Those of a product for every sample, whose
 * operands are not copied to panels, take lines of both at every step where neither lies along the sum: the gradient of a
 * 1x1 convolution to its kernel.
 */
function stepsInCache(
  last: TileLoop | undefined,
  output: readonly TileLoop[],
  { level1CacheBytes, lanes }: Target,
): number {
  const isForSamples = output.some(({ a, b }) => a !== 0 && b !== 0);
  const isApart = last !== undefined && [last.a, last.b].every((step) => 4 * Math.abs(step) > lineBytes);
  const vectorBytes = 4 * 2 * lanes;
  const bytes = isForSamples && isApart ? lineBytes + Math.ceil(vectorBytes / lineBytes) * lineBytes : bytesOfStep;
  return Math.floor(level1CacheBytes / bytes);
}

/** Splits a long innermost summed loop in two, so that it can be walked in blocks. */
export function splitLong(summed: readonly TileLoop[], output: readonly TileLoop[], target: Target): TileLoop[] {
  const last = summed.at(-1);
  const outputs = output.reduce((product, loop) => product * loop.extent, 1);
  if (!last || last.clip || last.edge || outputs < fewOutputs) return [...summed];
  const steps = stepsInCache(last, output, target);
  if (last.extent <= steps) return [...summed];
  for (let inner = Math.min(longestBlock, steps); inner >= 64; inner--) {
    if (last.extent % inner !== 0) continue;
    const extent = last.extent / inner;
    const outer = { ...last, extent, nominal: extent, a: last.a * inner, b: last.b * inner };
    return [...summed.slice(0, -1), outer, { ...last, extent: inner, nominal: inner }];
  }
  return [...summed];
}

/**
 * How many of the outer summed loops are walked in blocks: those beyond what lets the vectors that a tile reads, and all
 * that its neighbours read, stay in the first-level cache.
 */
export function blocksOf(summed: readonly TileLoop[], output: readonly TileLoop[], target: Target): number {
  const outputs = output.reduce((product, loop) => product * loop.extent, 1);
  let depth = summed.reduce((product, loop) => product * loop.extent, 1);
  const steps = stepsInCache(summed.at(-1), output, target);
  let blocks = 0;
  // Few outputs, or short reductions, gain nothing; the last loop is always inside.
  // Nor can one that an edge shortens be outside of the loop that it is shortened by.
  const stays = ({ clip, edge }: TileLoop): boolean => clip !== undefined || edge?.isLong === false;
  while (blocks < summed.length - 1 && !stays(summed[blocks]!) && outputs >= fewOutputs && depth > steps) {
    depth /= summed[blocks]!.extent;
    if (depth < shortestBlock) break;
    blocks++;
  }
  return blocks;
}

/** Where a summed loop ends at the given positions of the output loops: those it ends by are constants. */
export function endOf(loop: TileLoop, output: readonly TileLoop[], positions: readonly Index[]): number {
  const { clip } = loop;
  if (!clip) return loop.extent;
  let phase = 0;
  output.forEach(({ parts }, i) => {
    for (const { axis, stride } of parts) if (axis === clip.phase) phase += stride * positions[i]!.offset;
  });
  return clip.ends[phase]!;
}
