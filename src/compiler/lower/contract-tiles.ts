// Emits one tile of a contraction's result: rows x vectors of it stay in registers over the innermost summed loops, and
// wait in memory between blocks of the others.
import { bytesPerElement } from '../../base/dtype.js';
import { InternalError } from '../../base/errors.js';
import { sizeOf, stridesOf } from '../../base/shape.js';
import type { KernelExpr, ValueType } from '../../ir/kernel.js';
import { addIndex, constantIndex, scaleIndex, shiftIndex, toAffine, zeroIndex, type Index } from '../affine.js';
import type { Emitter } from '../emit.js';
import type { Group } from '../fuse.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { binaryExpr } from '../math.js';
import type { LowerContext } from './context.js';
import { endOf, type Operand, type Span, type TileLoop } from './contract-plan.js';
import type { CutLoops } from './cut-loops.js';
import { indexOf } from './loops.js';
import { storeRoots } from './map.js';
import type { Panels } from './panels.js';
import type { Tile } from './tiles.js';
import { windowSteps } from './windows.js';

/** How a contraction is walked. */
export interface ContractPlan {
  readonly a: Operand;
  readonly b: Operand;
  readonly output: readonly TileLoop[];
  /** The output loops: along the vectors and the rows of a tile, and the others. */
  readonly vector: TileLoop;
  readonly row: TileLoop;
  readonly others: readonly TileLoop[];
  /** Summed loops walked outside the tiles, in blocks, and inside them. */
  readonly blocked: readonly TileLoop[];
  readonly inner: readonly TileLoop[];
  readonly rowSpans: readonly Span[];
  readonly vectorSpans: readonly Span[];
  /** Where tiles wait between blocks. */
  readonly scratch: number | undefined;
  readonly panels: { readonly a?: Panels; readonly b?: Panels };
  readonly cut: CutLoops;
}

type Known = Map<string, KernelExpr>;

const vectorType: ValueType = { lane: 'f32', vector: true };

export class ContractTiles {
  readonly #context: LowerContext;
  readonly #group: Group;
  readonly #plan: ContractPlan;

  constructor(context: LowerContext, group: Group, plan: ContractPlan) {
    this.#context = context;
    this.#group = group;
    this.#plan = plan;
  }

  /** Sets a tile that waits in memory to 0. */
  begin(builder: KernelBuilder, tile: Tile): void {
    this.#eachVector(tile, (row, vector) => this.#storeScratch(builder, tile, row, vector, zeroVector));
  }

  /** Finishes a tile that waits in memory. */
  end(builder: KernelBuilder, emitter: Emitter, tile: Tile): void {
    this.#eachVector(tile, (row, vector) => {
      const value = builder.let(this.#loadScratch(tile, row, vector), builder.level);
      this.#finish(emitter, tile, row, vector, value.expr);
    });
  }

  #eachVector(tile: Tile, body: (row: number, vector: number) => void): void {
    for (let row = 0; row < tile.rows; row++)
      for (let vector = 0; vector < this.#vectorsOf(tile); vector++) body(row, vector);
  }

  #vectorsOf(tile: Tile): number {
    return Math.ceil(tile.width / this.#context.target.lanes);
  }

  #countOf(tile: Tile, vector: number): number {
    const { lanes } = this.#context.target;
    return Math.min(lanes, tile.width - vector * lanes);
  }

  /** One tile over the inner summed loops. With `blockAt` it adds to what waits in memory, else it is finished. */
  sum(builder: KernelBuilder, emitter: Emitter, tile: Tile, blockAt: readonly Index[]): void {
    const { target } = this.#context;
    const blocked = this.#plan.scratch !== undefined;
    const vectors = this.#vectorsOf(tile);
    const sums: (KernelExpr & { kind: 'register' })[][] = [];
    for (let row = 0; row < tile.rows; row++)
      sums.push(
        Array.from({ length: vectors }, (_, vector) =>
          builder.mutable(blocked ? this.#loadScratch(tile, row, vector) : zeroVector, 'c'),
        ),
      );
    const sum = (depth: number, positions: readonly Index[]): void => {
      const loop = this.#plan.inner[depth];
      if (!loop) {
        this.#prefetchRows(builder, tile, positions);
        this.#prefetchBlock(builder, tile, blockAt, positions);
        return this.#multiplyAdd(builder, tile, sums, [...blockAt, ...positions]);
      }
      const end = endOf(loop, this.#plan.others, tile.others);
      const walked = loop.clip ? { ...loop, extent: end } : loop;
      const together =
        depth === this.#plan.inner.length - 1 ? windowSteps(this.#plan, tile.rows, vectors, loop, target) : 1;
      if (together > 1) {
        this.#plan.cut.walkTogether(builder, 'k', walked, together, (steps) => {
          const shared: Known = new Map();
          if (this.#isInside(tile))
            for (const at of steps) this.#multiplyAdd(builder, tile, sums, [...blockAt, ...positions, at], shared);
        });
        return;
      }
      this.#plan.cut.walk(builder, 'k', walked, (at) => {
        if (this.#isInside(tile)) sum(depth + 1, [...positions, at]);
      });
    };
    this.#prefetchNextRow(builder, tile);
    sum(0, []);
    this.#eachVector(tile, (row, vector) => {
      if (blocked) this.#storeScratch(builder, tile, row, vector, sums[row]![vector]!);
      else this.#finish(emitter, tile, row, vector, sums[row]![vector]!);
    });
  }

  /** Whether the tile's place is one that the segments of the loops around it reach. */
  #isInside(tile: Tile): boolean {
    return this.#plan.others.every((loop, i) => {
      const { terms, offset } = tile.others[i]!;
      return terms.size > 0 || this.#plan.cut.isInside(loop, offset);
    });
  }

  /**
   * Asks for the rows that the next tile reads, a few elements a step, where they lie one after the other and come from
   * far: a tile reads so many rows at a time that processors do not see what comes next.
   */
  #prefetchRows(builder: KernelBuilder, tile: Tile, summedAt: readonly Index[]): void {
    const which = this.#plan.vector.a === 0 ? 'a' : 'b';
    const { target } = this.#context;
    const stride = this.#plan.row[which];
    const [sum, ...more] = this.#plan.inner;
    if (!target.prefetches || this.#plan.blocked.length > 0 || this.#plan.panels[which] || !sum || more.length > 0)
      return;
    if (this.#plan.vector[which] !== 0 || sum[which] !== 1 || stride !== sum.extent) return;
    const [tileBytes, allBytes] = [4 * tile.rows * stride, 4 * this.#plan.row.extent * stride];
    if (allBytes < 2 * target.level2CacheBytes || tileBytes > target.level1CacheBytes) return;
    const operand = which === 'a' ? this.#plan.a : this.#plan.b;
    let at = constantIndex(operand.offset);
    this.#plan.others.forEach((loop, i) => (at = addIndex(at, scaleIndex(tile.others[i]!, loop[which]))));
    at = addIndex(at, scaleIndex(shiftIndex(tile.rowAt, tile.rows), stride));
    builder.prefetch(operand.buffer, addIndex(at, scaleIndex(summedAt[0]!, tile.rows)));
  }

  /**
   * Asks for what the tile below this one will be the first to read, where a window slides over an image in memory and both
   * operands are read in vectors: there is little to compute while such a tile waits, and processors foresee no more than
   * a page.
   */
  #prefetchNextRow(builder: KernelBuilder, tile: Tile): void {
    const { target } = this.#context;
    const { vector, row, others, inner, blocked } = this.#plan;
    if (!target.prefetches || vector.a === 0 || vector.b === 0 || blocked.length > 0) return;
    for (const [operandNumber, which] of (['a', 'b'] as const).entries()) {
      const { shape } = this.#group.anchor!.inputs[operandNumber]!;
      const long = others.find(({ edge, [which]: step }) => edge?.isLong && step !== 0);
      const isFar = sizeOf(shape) * bytesPerElement('float32') >= 4 * target.level2CacheBytes;
      if (!long || row[which] === 0 || !isFar) continue;
      const operand = this.#plan[which];
      let at = constantIndex(operand.offset + long[which]);
      others.forEach((loop, i) => (at = addIndex(at, scaleIndex(tile.others[i]!, loop[which]))));
      // The window's last row, and of that what lies under the tile.
      for (const { edge, extent, [which]: step } of inner) {
        const isRow = edge !== undefined && edge.of === long.edge?.of;
        const last = step * long[which] > 0 ? extent - 1 : 0;
        at = shiftIndex(at, step * (isRow ? last : extent >> 1));
      }
      at = addIndex(at, addIndex(scaleIndex(tile.rowAt, row[which]), scaleIndex(tile.vectorAt, vector[which])));
      this.#eachVector(tile, (r, v) =>
        builder.prefetch(operand.buffer, shiftIndex(at, r * row[which] + v * target.lanes * vector[which])),
      );
    }
  }

  /**
   * Asks for the operands of the next block, a few elements a step, where a block is one piece of memory: its tiles read it
   * in short pieces that lie apart, which processors do not foresee.
   */
  #prefetchBlock(builder: KernelBuilder, tile: Tile, blockAt: readonly Index[], summedAt: readonly Index[]): void {
    const [[block, ...outer], [sum, ...more]] = [this.#plan.blocked, this.#plan.inner];
    if (!this.#context.target.prefetches || !block || !sum || outer.length > 0 || more.length > 0) return;
    if (this.#plan.rowSpans.length > 1 || this.#plan.vectorSpans.length > 1) return;
    const [rows, columns] = [this.#plan.rowSpans[0]!, this.#plan.vectorSpans[0]!];
    const tilesOf = ({ size, tile: step }: Span): number => size / step;
    for (const which of ['a', 'b'] as const) {
      const operand = which === 'a' ? this.#plan.a : this.#plan.b;
      const width = this.#plan.vector[which] + this.#plan.row[which] === 1 ? sum[which] : 0;
      const extent = this.#plan.vector[which] === 1 ? this.#plan.vector.extent : this.#plan.row.extent;
      if (width !== extent || block[which] !== sum.extent * width || this.#plan.panels[which]) continue;
      const perStep = width / (tilesOf(rows) * tilesOf(columns));
      const perRow = (perStep * sum.extent) / rows.tile;
      const perColumn = (perStep * sum.extent * tilesOf(rows)) / columns.tile;
      if (![perStep, perRow, perColumn].every(Number.isInteger)) continue;
      let at = constantIndex(operand.offset + block[which]);
      const move = (index: Index, by: number): void => {
        at = addIndex(at, scaleIndex(index, by));
      };
      this.#plan.others.forEach((loop, i) => move(tile.others[i]!, loop[which]));
      move(blockAt[0]!, block[which]);
      move(summedAt[0]!, perStep);
      move(tile.rowAt, perRow);
      move(tile.vectorAt, perColumn);
      builder.prefetch(operand.buffer, at);
    }
  }

  /**
   * The innermost step: sums[row][vector] += A x B, every element read once. @param shared what several steps have read, by
   * where it lies
   */
  #multiplyAdd(
    builder: KernelBuilder,
    tile: Tile,
    sums: readonly (readonly (KernelExpr & { kind: 'register' })[])[],
    summedAt: readonly Index[],
    shared?: Known,
  ): void {
    const { lanes } = this.#context.target;
    const read = (operand: Operand, which: 'a' | 'b', row: number, vector: number): KernelExpr => {
      const panels = this.#plan.panels[which];
      if (panels) return this.#readPanel(panels, which, tile, row, vector, summedAt);
      let at = constantIndex(operand.offset);
      const move = (index: Index, stride: number): void => {
        at = addIndex(at, scaleIndex(index, stride));
      };
      this.#plan.others.forEach((loop, i) => move(tile.others[i]!, loop[which]));
      [...this.#plan.blocked, ...this.#plan.inner].forEach((loop, i) => move(summedAt[i]!, loop[which]));
      move(shiftIndex(tile.rowAt, row), this.#plan.row[which]);
      move(shiftIndex(tile.vectorAt, vector * lanes), this.#plan.vector[which]);
      const stride = this.#plan.vector[which];
      if (stride === 0) return { kind: 'splat', value: scalarLoad(operand.buffer, at), type: vectorType };
      return {
        kind: 'load',
        buffer: operand.buffer,
        at: toAffine(at),
        stride,
        count: this.#countOf(tile, vector),
        type: vectorType,
      };
    };
    const hold = (value: KernelExpr, which: 'a' | 'b'): KernelExpr => {
      const key = shared && value.kind === 'load' ? `${which} ${placeOf(value)}` : undefined;
      const held = key === undefined ? undefined : shared!.get(key);
      if (held) return held;
      const { expr } = builder.let(value, builder.level, which, key !== undefined);
      if (key !== undefined) shared!.set(key, expr);
      return expr;
    };
    // What does not change with the row (or the vector) is read once for all of them.
    const reader = (operand: Operand, which: 'a' | 'b'): ((row: number, vector: number) => KernelExpr) => {
      const known = new Map<string, KernelExpr>();
      return (row, vector) => {
        const key = `${this.#plan.row[which] === 0 ? 0 : row},${this.#plan.vector[which] === 0 ? 0 : vector}`;
        const value = known.get(key) ?? hold(read(operand, which, row, vector), which);
        known.set(key, value);
        return value;
      };
    };
    const readA = reader(this.#plan.a, 'a');
    const readB = reader(this.#plan.b, 'b');
    this.#eachVector(tile, (row, vector) => {
      if (!this.#plan.cut.isInside(this.#plan.row, tile.firstRow + row)) return;
      const sum = sums[row]![vector]!;
      builder.set(sum, binaryExpr('add', sum, binaryExpr('mul', readA(row, vector), readB(row, vector))));
    });
  }

  #readPanel(
    { buffer, depth, strides }: Panels,
    which: 'a' | 'b',
    tile: Tile,
    row: number,
    vector: number,
    summedAt: readonly Index[],
  ): KernelExpr {
    const { lanes } = this.#context.target;
    const isVector = this.#plan.vector[which] !== 0;
    const begin = scaleIndex(isVector ? tile.vectorAt : tile.rowAt, depth);
    let at = shiftIndex(begin, isVector ? vector * lanes : row);
    summedAt.forEach((position, i) => (at = addIndex(at, scaleIndex(position, strides[i]!))));
    if (isVector)
      return {
        kind: 'load',
        buffer,
        at: toAffine(at),
        stride: 1,
        count: this.#countOf(tile, vector),
        type: vectorType,
      };
    return { kind: 'splat', value: scalarLoad(buffer, at), type: vectorType };
  }

  /** The index of the result for one vector of a tile. */
  #indexOf(tile: Tile, row: number, vector: number): Index[] {
    const { lanes } = this.#context.target;
    const positions = this.#plan.output.map((loop) => {
      if (loop === this.#plan.vector) return { ...shiftIndex(tile.vectorAt, vector * lanes), lane: 1 };
      if (loop === this.#plan.row) return shiftIndex(tile.rowAt, row);
      return tile.others[this.#plan.others.indexOf(loop)]!;
    });
    return indexOf(this.#group.anchor!.shape.length, this.#plan.output, positions);
  }

  #finish(emitter: Emitter, tile: Tile, row: number, vector: number, value: KernelExpr): void {
    const { level } = emitter.builder;
    emitter.bind(this.#group.anchor!, () => ({ expr: value, level }));
    const mode = { vector: true, count: this.#countOf(tile, vector) };
    storeRoots(this.#context, emitter, this.#group.roots, this.#indexOf(tile, row, vector), mode);
  }

  #scratchAt(tile: Tile, row: number, vector: number): Index {
    // Row-major over the kernel's output loops, whose formal indices may run past an axis: strides are their own.
    const { lanes } = this.#context.target;
    const strides = stridesOf(this.#plan.output.map((loop) => loop.extent));
    return this.#plan.output.reduce((at, loop, i) => {
      const position =
        loop === this.#plan.vector
          ? shiftIndex(tile.vectorAt, vector * lanes)
          : loop === this.#plan.row
            ? shiftIndex(tile.rowAt, row)
            : tile.others[this.#plan.others.indexOf(loop)]!;
      return addIndex(at, scaleIndex(position, strides[i]!));
    }, zeroIndex);
  }

  #loadScratch(tile: Tile, row: number, vector: number): KernelExpr {
    const at = toAffine(this.#scratchAt(tile, row, vector));
    const count = this.#countOf(tile, vector);
    return { kind: 'load', buffer: this.#scratchBuffer, at, stride: 1, count, type: vectorType };
  }

  #storeScratch(builder: KernelBuilder, tile: Tile, row: number, vector: number, value: KernelExpr): void {
    builder.store(this.#scratchBuffer, this.#scratchAt(tile, row, vector), this.#countOf(tile, vector), value);
  }

  get #scratchBuffer(): number {
    if (this.#plan.scratch === undefined) throw new InternalError('contract: tiles have no memory to wait in.');
    return this.#plan.scratch;
  }
}

function placeOf({ at }: KernelExpr & { kind: 'load' }): string {
  const terms = at.terms.map(({ variable, coefficient }) => `${coefficient}*${variable}`);
  return `${at.offset} ${terms.sort().join('+')}`;
}

function scalarLoad(buffer: number, at: Index): KernelExpr {
  return { kind: 'load', buffer, at: toAffine(at), stride: 0, count: 1, type: { lane: 'f32', vector: false } };
}

const zeroVector: KernelExpr = { kind: 'number', value: 0, type: vectorType };
