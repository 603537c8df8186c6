// Lowers contractions: C[o] = sum over r of A[a(o, r)] B[b(o, r)]. Chooses the loops along which a tile of C lies, what is
// copied to panels and what work is shared out; contract-tiles.ts emits the tiles. A long reduction is walked in blocks, the
// tiles waiting in memory in between, so that what a block reads stays in cache.
import { InternalError } from '../../base/errors.js';
import type { GraphNode } from '../../ir/graph.js';
import type { Kernel, VariableName } from '../../ir/kernel.js';
import { constantIndex, positionOf, variableIndex, type Index } from '../affine.js';
import { clipsOf } from '../clips.js';
import { edgesOf } from '../edges.js';
import type { Emitter } from '../emit.js';
import type { Group } from '../fuse.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { summedVectorLoop } from '../summed-vectors.js';
import {
  blocksOf,
  chooseRow,
  mergeSummed,
  noLoop,
  operandOf,
  spansOf,
  splitLong,
  vectorSpans,
  type Operand,
  type Span,
  type TileLoop,
} from './contract-plan.js';
import { buildKernel, chunkVariable, planFor, type LowerContext, type Part } from './context.js';
import { ContractTiles } from './contract-tiles.js';
import { CutLoops } from './cut-loops.js';
import { lowerDots } from './dots.js';
import { loopsOf, type LoopSpec } from './loops.js';
import { storeRoots } from './map.js';
import { packPanels, paysToPack, type Panels } from './panels.js';
import { overSpan, tileNumbers, type Tile } from './tiles.js';

/** The kernels that prepare the operands, if any, and those of the contraction. */
export function lowerContract(context: LowerContext, group: Group): Kernel[][] {
  const node = group.anchor as GraphNode<'contract'>;
  const { loops: sizes, outputRank } = node.attributes;
  const a = operandOf(context, node, 0);
  const b = operandOf(context, node, 1);

  const clips = clipsOf(node);
  const edges = clips.length > 0 ? [] : (edgesOf(node) ?? []);
  const edgeOf = (loop: number): Pick<TileLoop, 'edge'> => {
    const edge = edges.find(({ long, short }) => loop === long || loop === short);
    return edge ? { edge: { of: edge, isLong: loop === edge.long } } : {};
  };
  const isAtEdge = ({ parts }: LoopSpec): boolean => parts.some(({ axis }) => 'edge' in edgeOf(axis));
  const isPhase = ({ parts }: LoopSpec): boolean => parts.some(({ axis }) => clips.some(({ phase }) => phase === axis));

  // Output loops: planned with what the group reads and writes and what the operands do.
  const outputShape = sizes.slice(0, outputRank);
  const plan = (emitter: Emitter, index: readonly Index[]): void => {
    emitter.maySplit = edges.length === 0;
    for (const operand of [a, b])
      emitter.builder.accesses.push({ at: positionOf(index, operand.strides.slice(0, outputRank)) });
    emitter.bind(node, () => ({ expr: { kind: 'number', value: 0, type: { lane: 'f32', vector: false } }, level: 0 }));
    storeRoots(context, emitter, group.roots, index, { vector: false, count: 1 });
  };
  const outputLoops = planFor(
    context,
    group,
    loopsOf(outputShape),
    outputRank,
    plan,
    (outer, inner) => ![outer, inner].some((loop) => isPhase(loop) || isAtEdge(loop)),
  );
  const strideOf = (operand: Operand, loop: LoopSpec, base: number): number =>
    loop.parts.reduce((sum, { axis, stride }) => sum + operand.strides[base + axis]! * stride, 0);
  const output = outputLoops.map((loop): TileLoop => ({
    ...loop,
    a: strideOf(a, loop, 0),
    b: strideOf(b, loop, 0),
    ...edgeOf(loop.parts[0]!.axis),
  }));
  // A clipped loop of one step has none in some phases.
  const single = clips.filter(({ summed }) => sizes[summed] === 1);
  const singleLoops = single.map(({ summed }): LoopSpec => ({
    extent: 1,
    nominal: 1,
    parts: [{ axis: summed - outputRank, stride: 1 }],
  }));
  const merged = mergeSummed(
    [...singleLoops, ...loopsOf(sizes.slice(outputRank))].map((loop): TileLoop => {
      const clip = clips.find(({ summed }) => loop.parts.some(({ axis }) => axis + outputRank === summed));
      const strides = { a: strideOf(a, loop, outputRank), b: strideOf(b, loop, outputRank) };
      return { ...loop, ...strides, ...(clip && { clip }), ...edgeOf(loop.parts[0]!.axis + outputRank) };
    }),
  );
  if (summedVectorLoop(node, context.target.lanes) !== undefined)
    return [lowerDots(context, group, { a, b, output, summed: merged, phases: output.filter(isPhase) })];
  const summed = splitLong(merged, output, context.target);
  const lowering = new ContractLowering(context, group, a, b, output, summed, output.filter(isPhase));
  return [[...lowering.preparation], lowering.kernels()].filter((kernels) => kernels.length > 0);
}

/** Chunks that are enough to share a kernel out. */
const fewestShares = 8;

/** Sums of fewer steps take less time than to read and write a large result, and what an epilogue updates with it. */
const shortSum = 128;

/** Vectors of a wide tile. */
const widest = 4;

class ContractLowering {
  readonly #context: LowerContext;
  readonly #group: Group;
  readonly #a: Operand;
  readonly #b: Operand;
  readonly #output: readonly TileLoop[];
  readonly #vector: TileLoop;
  readonly #row: TileLoop;
  readonly #others: readonly TileLoop[];
  /** Those of the others whose steps are written out, since summed loops end by them. */
  readonly #phases: readonly TileLoop[];
  /** Summed loops walked outside the tiles, in blocks, and inside them. */
  readonly #blocked: readonly TileLoop[];
  readonly #inner: readonly TileLoop[];
  readonly #rowSpans: readonly Span[];
  readonly #vectorSpans: readonly Span[];
  readonly #scratch: number | undefined;
  /** Steps of a sum. */
  readonly #depth: number;
  readonly #cut = new CutLoops();
  readonly #panels: { a?: Panels; b?: Panels } = {};
  readonly #tiles: ContractTiles;
  readonly preparation: Kernel[] = [];

  constructor(
    context: LowerContext,
    group: Group,
    a: Operand,
    b: Operand,
    output: readonly TileLoop[],
    summed: readonly TileLoop[],
    phases: readonly TileLoop[],
  ) {
    this.#context = context;
    this.#phases = phases;
    this.#group = group;
    this.#a = a;
    this.#b = b;
    this.#output = output;
    const { lanes, tileRows } = context.target;
    this.#vector = output.at(-1) ?? noLoop;
    const candidates = output.slice(0, -1);
    // Where both operands are read in vectors, tiles lie along the loops at edges: the work is not shared out by those.
    const hasEdges = [...output, ...summed].some(({ edge }) => edge);
    const isAlongEdges = hasEdges && this.#vector.a !== 0 && this.#vector.b !== 0;
    this.#row = chooseRow(
      candidates.filter((loop) => !phases.includes(loop) && (loop.edge !== undefined) === isAlongEdges),
      this.#vector,
    );
    this.#others = candidates.filter((loop) => loop !== this.#row);
    const vectors = Math.ceil(this.#vector.extent / lanes);
    // A narrow result leaves registers for more rows.
    const width = Math.min(vectors, this.#isWide() ? widest : tileRows.length);
    // Their loads are moved ahead of the sums, which then have fewer registers.
    const most = tileRows[width - 1] ?? Math.floor((3 * tileRows.length * tileRows.at(-1)!) / (4 * width));
    this.#rowSpans = this.#cut.spans(this.#row, (extent) => spansOf(extent, most));
    this.#vectorSpans = vectorSpans(this.#vector.extent, lanes, width);
    this.#depth = summed.reduce((product, loop) => product * loop.extent, 1);
    const blocks = blocksOf(summed, output, context.target);
    this.#blocked = summed.slice(0, blocks);
    this.#inner = summed.slice(blocks);
    if (blocks > 0) this.#scratch = context.scratch(output.reduce((product, loop) => product * loop.extent, 1));
    this.#pack('a', summed);
    this.#pack('b', summed);
    this.#tiles = new ContractTiles(context, group, {
      a,
      b,
      output,
      vector: this.#vector,
      row: this.#row,
      others: this.#others,
      blocked: this.#blocked,
      inner: this.#inner,
      rowSpans: this.#rowSpans,
      vectorSpans: this.#vectorSpans,
      scratch: this.#scratch,
      panels: this.#panels,
      cut: this.#cut,
    });
  }

  /**
   * Where both operands are read in vectors, nothing is read for several of them at once: wide tiles cost no more, and read
   * and write memory in longer pieces, which it is that such contractions wait for.
   */
  #isWide(): boolean {
    const { vectorRegisters } = this.#context.target;
    return this.#vector.a !== 0 && this.#vector.b !== 0 && vectorRegisters >= 16;
  }

  /** Copies an operand to panels where that pays. */
  #pack(which: 'a' | 'b', summed: readonly TileLoop[]): void {
    const operand = which === 'a' ? this.#a : this.#b;
    const along = this.#vector[which] !== 0 ? 'vector' : 'row';
    const [tiled, spans] = along === 'vector' ? [this.#vector, this.#vectorSpans] : [this.#row, this.#rowSpans];
    const width = spans[0]!.tile;
    const rest = this.#output.filter((loop) => loop !== tiled);
    const reuse = rest.reduce((product, loop) => product * loop.extent, 1);
    if (rest.some((loop) => loop[which] !== 0) || tiled[which] === 0) return;
    const packing = { operand, which, tiled, width, summed };
    // One read of a row's element serves all columns of a tile; that of a vector, its rows, which are about eight.
    const together = along === 'row' ? Math.ceil(this.#vectorSpans[0]!.tile / 8) : 1;
    if (!paysToPack(packing, reuse, together, this.#context.target)) return;
    if (along === 'row' && spans.length > 1) return;
    const { kernels, panels } = packPanels(this.#context, this.#group, packing);
    this.preparation.push(...kernels);
    this.#panels[which] = panels;
  }

  kernels(): Kernel[] {
    const others = this.#others.filter((loop) => !this.#phases.includes(loop) && !loop.edge);
    const widest = others.reduce((best, loop, i) => (best < 0 || loop.extent > others[best]!.extent ? i : best), -1);
    const rowTiles = this.#rowSpans[0]!.size / this.#rowSpans[0]!.tile;
    const vectorTiles = this.#vectorSpans[0]!.size / this.#vectorSpans[0]!.tile;
    const long = others.findIndex((loop) => loop.extent >= 8);
    const best = long >= 0 ? long : widest;
    if (best >= 0 && (others[best]!.extent >= 8 || others[best]!.extent >= Math.max(rowTiles, vectorTiles)))
      return [this.#kernel({ loop: others[best]! }, this.#rowSpans, this.#vectorSpans)];
    if (this.#output.some(({ edge }) => edge)) throw new InternalError('contract: cut loops cannot be shared out.');
    // No loop of its own to share out. A small result is cut into its tiles, column by column, so that a thread has the
    // same columns of an operand in its cache whichever of the contractions that use it comes next.
    const outputs = this.#output.reduce((product, loop) => product * loop.extent, 1);
    if (rowTiles > 1 && vectorTiles > 1 && 4 * outputs <= this.#context.target.level2CacheBytes) {
      const pairs = this.#vectorSpans.flatMap((vectors) => this.#rowSpans.map((rows) => ({ vectors, rows })));
      return pairs.map(({ vectors, rows }, i) => {
        const share = (vectors.size * rows.size) / (this.#vector.extent * this.#row.extent);
        return this.#kernel('tiles', [rows], [vectors], { suffix: i === 0 ? '' : `_rest${i}`, share });
      });
    }
    // Else the tiles along the rows or the vectors, and what is left over beside them.
    // Who walks one panel finds it in cache for all rows; where all panels stay in a cache, it is the rows that are read once.
    const panels = this.#panels[this.#vector.a !== 0 ? 'a' : 'b'];
    const panelBytes = panels ? 4 * panels.depth * this.#vector.extent : 0;
    // What a short sum waits for is memory, which is fast where it is read and written row by row.
    const streams = this.#depth < shortSum && rowTiles >= fewestShares;
    const room = this.#context.target.level2CacheBytes / (streams ? 2 : 4);
    const panelled = panelBytes > room && vectorTiles >= fewestShares;
    const along = panelled || (vectorTiles >= rowTiles && !streams) ? 'vectors' : 'rows';
    const spans = along === 'rows' ? this.#rowSpans : this.#vectorSpans;
    const extent = spans.reduce((sum, { size }) => sum + size, 0);
    return spans.map((span, i) => {
      const part = { suffix: i === 0 ? '' : `_rest${i}`, share: span.size / extent };
      return along === 'rows'
        ? this.#kernel('rows', [span], this.#vectorSpans, part)
        : this.#kernel('vectors', this.#rowSpans, [span], part);
    });
  }

  /** A kernel whose chunks are the steps of one of the other loops, or the tiles of the one row span, vector span or both. */
  #kernel(
    chunked: { readonly loop: TileLoop } | 'rows' | 'vectors' | 'tiles',
    rowSpans: readonly Span[],
    spans: readonly Span[],
    part?: Part,
  ): Kernel {
    const loop = typeof chunked === 'object' ? chunked.loop : undefined;
    const tilesOf = ({ size, tile }: Span): number => Math.ceil(size / tile);
    const [rowTiles, vectorTiles] = [tilesOf(rowSpans[0]!), tilesOf(spans[0]!)];
    const chunksOf = { rows: rowTiles, vectors: vectorTiles, tiles: rowTiles * vectorTiles } as const;
    const chunks = typeof chunked === 'object' ? loop!.extent : chunksOf[chunked];
    return buildKernel(
      this.#context,
      this.#group,
      chunks,
      (builder, emitter) => {
        if (loop) builder.declare(chunkVariable, loop.nominal);
        let numbers: { readonly vectors?: VariableName; readonly rows?: VariableName } = {};
        if (chunked === 'vectors') numbers = { vectors: chunkVariable };
        if (chunked === 'rows') numbers = { rows: chunkVariable };
        if (chunked === 'tiles') numbers = tileNumbers(builder, rowTiles, vectorTiles);
        const eachTile = (body: (tile: Tile) => void): void => {
          this.#nest(builder, loop, (others) => {
            for (const vectorSpan of spans)
              overSpan(builder, 'v', vectorSpan, this.#vector, numbers.vectors, (vectorAt) => {
                for (const rowSpan of rowSpans)
                  this.#cut.inSpan(this.#row, rowSpan, () =>
                    overSpan(builder, 'm', rowSpan, this.#row, numbers.rows, (rowAt) =>
                      body({
                        others,
                        vectorAt,
                        rowAt,
                        rows: rowSpan.tile,
                        firstRow: rowSpan.begin,
                        width: vectorSpan.tile,
                      }),
                    ),
                  );
              });
          });
        };
        if (this.#blocked.length === 0) eachTile((tile) => this.#tiles.sum(builder, emitter, tile, []));
        else this.#inBlocks(builder, emitter, eachTile);
      },
      part,
    );
  }

  /** The loops that are neither rows nor vectors; the chunked one is the chunk's number. */
  #nest(builder: KernelBuilder, chunkedLoop: TileLoop | undefined, body: (others: readonly Index[]) => void): void {
    const nest = (depth: number, positions: readonly Index[]): void => {
      const loop = this.#others[depth];
      if (!loop) return body(positions);
      if (loop === chunkedLoop) return nest(depth + 1, [...positions, variableIndex(chunkVariable)]);
      if (this.#phases.includes(loop)) {
        for (let step = 0; step < loop.extent; step++) nest(depth + 1, [...positions, constantIndex(step)]);
        return;
      }
      this.#cut.walk(builder, 'o', loop, (at) => nest(depth + 1, [...positions, at]));
    };
    nest(0, []);
  }

  #inBlocks(builder: KernelBuilder, emitter: Emitter, eachTile: (body: (tile: Tile) => void) => void): void {
    eachTile((tile) => this.#tiles.begin(builder, tile));
    const block = (depth: number, positions: readonly Index[]): void => {
      const loop = this.#blocked[depth];
      if (!loop) return eachTile((tile) => this.#tiles.sum(builder, emitter, tile, positions));
      this.#cut.walk(builder, 'p', loop, (at) => block(depth + 1, [...positions, at]));
    };
    block(0, []);
    eachTile((tile) => this.#tiles.end(builder, emitter, tile));
  }
}
