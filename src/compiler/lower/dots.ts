// Lowers contractions whose vectors run along a summed loop: a tile of rows x columns of the result is that many vectors of
// partial sums, whose lanes are added up at the end.
import {
  addIndex,
  constantIndex,
  scaleIndex,
  shiftIndex,
  toAffine,
  variableIndex,
  zeroIndex,
  type Index,
} from '../affine.js';
import { maskLanes, type Emitter } from '../emit.js';
import type { Group } from '../fuse.js';
import { f32, scalarF32, type Kernel, type KernelExpr } from '../../ir/kernel.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { binaryExpr } from '../math.js';
import { endOf, noLoop, spansOf, type Operand, type Span, type TileLoop } from './contract-plan.js';
import { buildKernel, chunkVariable, type LowerContext, type Part } from './context.js';
import { indexOf } from './loops.js';
import { storeRoots } from './map.js';

export interface Dots {
  readonly a: Operand;
  readonly b: Operand;
  readonly output: readonly TileLoop[];
  /** The last is the one that vectors run along. */
  readonly summed: readonly TileLoop[];
  /** Output loops whose steps are written out. */
  readonly phases: readonly TileLoop[];
}

type Register = KernelExpr & { kind: 'register' };

/** Columns of a tile, whose vectors stay in registers while the rows pass. */
const mostColumns = 3;

/** Written-out steps of a window that slides along the rows at most, and registers that it takes (see windows.ts). */
const mostSteps = 7;
const fewestRegisters = 16;

export function lowerDots(context: LowerContext, group: Group, dots: Dots): Kernel[] {
  const { output, phases } = dots;
  const { tileRows } = context.target;
  const free = output.filter((loop) => !phases.includes(loop));
  const { row, column } = chooseTile(free);
  const columns = spansOf(column.extent, mostColumns);
  const width = columns[0]!.tile;
  const rows = spansOf(row.extent, width === 1 ? tileRows[0]! : Math.floor((2 * tileRows.at(-1)!) / width));
  const others = free.filter((loop) => loop !== row && loop !== column);
  const tile = new DotTile(context, group, dots, row, column);

  const long = others.find(({ extent }) => extent >= 8);
  const chunked = long ?? [...others].sort((x, y) => y.extent - x.extent)[0];
  const rowTiles = rows[0]!.size / rows[0]!.tile;
  if (chunked && (long || chunked.extent >= rowTiles))
    return [
      buildKernel(context, group, chunked.extent, (builder, emitter) => {
        builder.declare(chunkVariable, chunked.nominal);
        nest(builder, output, new Map([[chunked, variableIndex(chunkVariable)]]), { row, column, phases }, (at) =>
          eachSpan(builder, columns, column, (columnAt, columnCount) =>
            eachSpan(builder, rows, row, (rowAt, rowCount) =>
              tile.emit(builder, emitter, place(at, row, rowAt, column, columnAt), rowCount, columnCount),
            ),
          ),
        );
      }),
    ];
  return rows.map((span, i) => {
    const part: Part = { suffix: i === 0 ? '' : `_rest${i}`, share: span.size / row.extent };
    const body = (builder: KernelBuilder, emitter: Emitter): void => {
      const rowAt: Index = { offset: span.begin, terms: new Map([[chunkVariable, span.tile]]), lane: 0 };
      builder.declare(chunkVariable, Math.ceil(row.nominal / span.tile));
      nest(builder, output, new Map(), { row, column, phases }, (at) =>
        eachSpan(builder, columns, column, (columnAt, columnCount) =>
          tile.emit(builder, emitter, place(at, row, rowAt, column, columnAt), span.tile, columnCount),
        ),
      );
    };
    return buildKernel(context, group, span.size / span.tile, body, part);
  });
}

/** The longest loops along which one operand moves and the other stays: rows for the one, columns for the other. */
function chooseTile(loops: readonly TileLoop[]): { row: TileLoop; column: TileLoop } {
  const score = ({ extent, a, b }: TileLoop): number =>
    Math.min(extent, 8) * 1e6 - Math.min(1e6 - 1, Math.max(Math.abs(a), Math.abs(b)));
  const best = (among: readonly TileLoop[]): TileLoop | undefined => [...among].sort((x, y) => score(y) - score(x))[0];
  const ofA = best(loops.filter(({ a, b }) => a !== 0 && b === 0));
  const ofB = best(loops.filter(({ a, b }) => a === 0 && b !== 0));
  if (ofA && ofB) return ofA.extent >= ofB.extent ? { row: ofA, column: ofB } : { row: ofB, column: ofA };
  return { row: ofA ?? ofB ?? best(loops) ?? noLoop, column: noLoop };
}

type Positions = ReadonlyMap<TileLoop, Index>;

function place(at: Positions, row: TileLoop, rowAt: Index, column: TileLoop, columnAt: Index): Positions {
  return new Map([...at, [row, rowAt], [column, columnAt]]);
}

/** Walks all output loops but those of the tile; phases are written out. */
function nest(
  builder: KernelBuilder,
  output: readonly TileLoop[],
  known: Positions,
  { row, column, phases }: { row: TileLoop; column: TileLoop; phases: readonly TileLoop[] },
  body: (at: Positions) => void,
): void {
  const walk = (depth: number, at: Positions): void => {
    const loop = output[depth];
    if (!loop) return body(at);
    if (loop === row || loop === column || at.has(loop)) return walk(depth + 1, at);
    if (phases.includes(loop)) {
      for (let step = 0; step < loop.extent; step++) walk(depth + 1, new Map([...at, [loop, constantIndex(step)]]));
      return;
    }
    builder.loop('o', { end: loop.extent, extent: loop.nominal }, (variable) =>
      walk(depth + 1, new Map([...at, [loop, variableIndex(variable)]])),
    );
  };
  walk(0, known);
}

function eachSpan(
  builder: KernelBuilder,
  spans: readonly Span[],
  loop: TileLoop,
  body: (at: Index, count: number) => void,
): void {
  for (const { begin, size, tile } of spans) {
    if (size === tile) body(constantIndex(begin), tile);
    else
      builder.loop('m', { begin, end: begin + size, step: tile, extent: loop.nominal }, (variable) =>
        body(variableIndex(variable), tile),
      );
  }
}

class DotTile {
  readonly #context: LowerContext;
  readonly #group: Group;
  readonly #dots: Dots;
  readonly #row: TileLoop;
  readonly #column: TileLoop;

  constructor(context: LowerContext, group: Group, dots: Dots, row: TileLoop, column: TileLoop) {
    this.#context = context;
    this.#group = group;
    this.#dots = dots;
    this.#row = row;
    this.#column = column;
  }

  emit(builder: KernelBuilder, emitter: Emitter, at: Positions, rows: number, columns: number): void {
    const { output, summed } = this.#dots;
    const { lanes } = this.#context.target;
    const zero: KernelExpr = { kind: 'number', value: 0, type: f32 };
    const sums = Array.from({ length: rows }, () => Array.from({ length: columns }, () => builder.mutable(zero, 'c')));
    const positions = output.map((loop) => at.get(loop)!);
    const window = columns === 1 ? this.#window(rows) : undefined;
    const add = (summedAt: readonly Index[], count: number): void => {
      const steps = window
        ? Array.from({ length: window.extent }, (_, step) => summedAt.with(summed.indexOf(window), constantIndex(step)))
        : [summedAt];
      this.#multiplyAdd(builder, at, sums, steps, count);
    };
    const walk = (depth: number, summedAt: readonly Index[]): void => {
      const loop = summed[depth]!;
      if (loop === window) return walk(depth + 1, [...summedAt, zeroIndex]);
      const end = endOf(loop, output, positions);
      if (depth < summed.length - 1) {
        if (end > 0) builder.loop('k', { end }, (variable) => walk(depth + 1, [...summedAt, variableIndex(variable)]));
        return;
      }
      const full = end - (end % lanes);
      if (full > 0)
        builder.loop('k', { end: full, step: lanes }, (variable) => add([...summedAt, variableIndex(variable)], lanes));
      if (end > full) add([...summedAt, constantIndex(full)], end - full);
    };
    walk(0, []);
    sums.forEach((line, row) => line.forEach((sum, column) => this.#finish(emitter, at, row, column, sum)));
  }

  /**
   * The summed loop whose steps are written out in the innermost one, since a window slides along the rows there: row r at
   * step k reads what row r + 1 reads at step k - 1. The other operand's vectors of all steps stay in registers.
   */
  #window(rows: number): TileLoop | undefined {
    const { vectorRegisters } = this.#context.target;
    const row = this.#row;
    return this.#dots.summed.slice(0, -1).findLast((loop) => {
      const slides = (which: 'a' | 'b', other: 'a' | 'b'): boolean =>
        row[which] !== 0 && Math.abs(row[which]) === Math.abs(loop[which]) && row[other] === 0;
      const fits = rows > 1 && loop.extent > 1 && loop.extent <= mostSteps && rows + loop.extent + 2 <= vectorRegisters;
      return !loop.clip && fits && vectorRegisters >= fewestRegisters && (slides('a', 'b') || slides('b', 'a'));
    });
  }

  /** @param steps several of a window, or one */
  #multiplyAdd(
    builder: KernelBuilder,
    at: Positions,
    sums: readonly (readonly Register[])[],
    steps: readonly (readonly Index[])[],
    count: number,
  ): void {
    const { output, summed } = this.#dots;
    const along = summed.at(-1)!;
    const { lanes } = this.#context.target;
    const known = new Map<string, KernelExpr>();
    const placeOf = (which: 'a' | 'b', summedAt: readonly Index[], row: number, column: number): Index => {
      let position = constantIndex(this.#dots[which].offset);
      const move = (index: Index, stride: number): void => {
        position = addIndex(position, scaleIndex(index, stride));
      };
      output.forEach((loop) => move(this.#within(loop, at, row, column), loop[which]));
      summed.forEach((loop, i) => move(summedAt[i]!, loop[which]));
      return position;
    };
    const read = (which: 'a' | 'b', position: Index): KernelExpr => {
      const stride = along[which];
      const load = { kind: 'load', buffer: this.#dots[which].buffer, at: toAffine(position), stride } as const;
      // A lane beyond the end must add nothing, be the value what it may.
      const vector: KernelExpr =
        stride === 0
          ? maskLanes({ kind: 'splat', value: { ...load, count: 1, type: scalarF32 }, type: f32 }, count, lanes, 0)
          : { ...load, count, type: f32 };
      // All reads of a tile move with the same variables, so that it is their offsets that tell them apart.
      const key = `${which} ${position.offset}`;
      const value = known.get(key) ?? builder.let(vector, builder.level, which, steps.length > 1).expr;
      known.set(key, value);
      return value;
    };
    const products = steps.flatMap((summedAt) =>
      sums.flatMap((line, row) =>
        line.map((sum, column) => ({
          sum,
          a: placeOf('a', summedAt, row, column),
          b: placeOf('b', summedAt, row, column),
        })),
      ),
    );
    // What the window reads in several steps is used up at once.
    const sliding = this.#row.a !== 0 ? 'a' : 'b';
    if (steps.length > 1) products.sort((one, other) => one[sliding].offset - other[sliding].offset);
    for (const { sum, a, b } of products)
      builder.set(sum, binaryExpr('add', sum, binaryExpr('mul', read('a', a), read('b', b))));
  }

  #within(loop: TileLoop, at: Positions, row: number, column: number): Index {
    const position = at.get(loop)!;
    if (loop === this.#row) return shiftIndex(position, row);
    return loop === this.#column ? shiftIndex(position, column) : position;
  }

  #finish(emitter: Emitter, at: Positions, row: number, column: number, sum: Register): void {
    const { builder } = emitter;
    const { output } = this.#dots;
    const node = this.#group.anchor!;
    const lanes: KernelExpr = { kind: 'horizontal', op: 'add', value: sum, type: scalarF32 };
    const total = builder.let(lanes, builder.level, 's');
    emitter.bind(node, () => total);
    const positions = output.map((loop) => this.#within(loop, at, row, column));
    const index = indexOf(node.shape.length, output, positions);
    storeRoots(this.#context, emitter, this.#group.roots, index, { vector: false, count: 1 });
  }
}
