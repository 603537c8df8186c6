// Lowers reductions. When the innermost axis is kept, vectors run along it and every lane reduces for itself; when it is
// reduced, vectors run along it and their lanes are combined at the end. Orders of summation are fixed by shape.
import type { GraphNode } from '../../ir/graph.js';
import type { Kernel, KernelBinary, KernelExpr, Target, ValueType } from '../../ir/kernel.js';
import { variableIndex, type Index } from '../affine.js';
import { maskLanes, type Emitter, type Mode } from '../emit.js';
import type { Group } from '../fuse.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { binaryExpr, intNumber, selectExpr } from '../math.js';
import { buildKernel, chunkVariable, planFor, type LowerContext } from './context.js';
import { indexOf, loopsOf, type LoopSpec } from './loops.js';
import { nestedLoops, smallWork, storeRoots, unrolledLoops, vectorLoop } from './map.js';

type ReduceNode = GraphNode<'reduce' | 'argMax'>;

export function lowerReduce(context: LowerContext, group: Group): Kernel[] {
  const anchor = group.anchor as ReduceNode;
  const input = anchor.inputs[0]!;
  const rank = input.shape.length;
  const isReduced = (loop: LoopSpec): boolean => anchor.attributes.axes.includes(loop.parts[0]!.axis);
  const scalar: Mode = { vector: false, count: 1 };
  const loops = planFor(
    context,
    group,
    loopsOf(input.shape),
    rank,
    (emitter, index) => {
      const value = emitter.value(input, index, scalar);
      if (anchor.op === 'argMax') emitter.position(windowPosition(anchor, index), scalar);
      emitter.bind(anchor, () => ({
        expr: { kind: 'number', value: 0, type: resultType(anchor, value.expr.type) },
        level: 0,
      }));
      storeRoots(context, emitter, group.roots, keptIndex(anchor, index), scalar);
    },
    (outer, inner) => isReduced(outer) === isReduced(inner),
  );
  const kept = loops.filter((loop) => !isReduced(loop));
  const reduced = loops.filter(isReduced);
  const last = loops.at(-1);
  const lowering: Lowering = { context, group, anchor, loops, kept, reduced, rank };
  if (last && !isReduced(last)) return alongKept(lowering);
  return alongReduced(lowering);
}

interface Lowering {
  readonly context: LowerContext;
  readonly group: Group;
  readonly anchor: ReduceNode;
  readonly loops: readonly LoopSpec[];
  readonly kept: readonly LoopSpec[];
  readonly reduced: readonly LoopSpec[];
  readonly rank: number;
}

/** The index of the result: 0 along reduced axes. */
function keptIndex(anchor: ReduceNode, index: readonly Index[]): Index[] {
  return index.map((part, axis) =>
    anchor.attributes.axes.includes(axis) ? { offset: 0, terms: new Map(), lane: 0 } : part,
  );
}

/** The row-major position within the reduced axes. */
function windowPosition(anchor: ReduceNode, index: readonly Index[]): Index {
  let stride = 1;
  let offset = 0;
  let lane = 0;
  const terms = new Map<string, number>();
  for (const axis of [...anchor.attributes.axes].reverse()) {
    const part = index[axis]!;
    for (const [variable, coefficient] of part.terms)
      terms.set(variable, (terms.get(variable) ?? 0) + coefficient * stride);
    offset += part.offset * stride;
    lane += part.lane * stride;
    stride *= anchor.inputs[0]!.shape[axis]!;
  }
  return { offset, terms, lane };
}

function resultType(anchor: ReduceNode, input: ValueType): ValueType {
  return anchor.op === 'argMax' ? { lane: 'i32', vector: input.vector } : input;
}

const combine: { readonly [kind: string]: KernelBinary } = { sum: 'add', prod: 'mul', max: 'max', min: 'min' };

function neutralOf(anchor: ReduceNode): number {
  const isFloat = anchor.inputs[0]!.dtype === 'float32';
  if (anchor.op === 'argMax') return isFloat ? -Infinity : -2147483648;
  switch (anchor.attributes.kind) {
    case 'sum':
      return 0;
    case 'prod':
      return 1;
    case 'max':
      return isFloat ? -Infinity : -2147483648;
    case 'min':
      return isFloat ? Infinity : 2147483647;
  }
}

/** The running state of a reduction: the value so far and, for argMax, where it was. */
class Accumulator {
  readonly #builder: KernelBuilder;
  readonly #anchor: ReduceNode;
  readonly best: KernelExpr & { kind: 'register' };
  readonly position: (KernelExpr & { kind: 'register' }) | undefined;

  constructor(builder: KernelBuilder, anchor: ReduceNode, type: ValueType) {
    this.#builder = builder;
    this.#anchor = anchor;
    this.best = builder.mutable({ kind: 'number', value: neutralOf(anchor), type }, 'sum');
    if (anchor.op === 'argMax') this.position = builder.mutable(intNumber(0, type), 'at');
  }

  add(value: KernelExpr, position: KernelExpr | undefined): void {
    if (!this.position || !position || this.#anchor.op !== 'argMax') {
      const op = this.#anchor.op === 'reduce' ? combine[this.#anchor.attributes.kind]! : 'max';
      this.#builder.set(this.best, binaryExpr(op, this.best, value));
      return;
    }
    // Larger, or the first NaN: NaN counts as the largest.
    let better = binaryExpr('greater', value, this.best);
    if (value.type.lane === 'f32') {
      const firstNaN = binaryExpr(
        'and',
        binaryExpr('notEqual', value, value),
        binaryExpr('equal', this.best, this.best),
      );
      better = binaryExpr('or', better, firstNaN);
    }
    const wins = this.#builder.let(better, this.#builder.level).expr;
    this.#builder.set(this.position, selectExpr(wins, position, this.position));
    this.#builder.set(this.best, selectExpr(wins, value, this.best));
  }

  /** The result as the reduction's value. */
  get result(): KernelExpr {
    return this.position ?? this.best;
  }
}

/** Assembles the positions of all loops from those of the kept and the reduced ones. */
function allPositions(
  { loops, kept, reduced }: Lowering,
  keptAt: readonly Index[],
  reducedAt: readonly Index[],
): Index[] {
  return loops.map((loop) => keptAt[kept.indexOf(loop)] ?? reducedAt[reduced.indexOf(loop)]!);
}

const laneTypeOfInput = (anchor: ReduceNode): 'f32' | 'i32' => (anchor.inputs[0]!.dtype === 'float32' ? 'f32' : 'i32');

function addElement(
  lowering: Lowering,
  emitter: Emitter,
  accumulator: Accumulator,
  index: readonly Index[],
  mode: Mode,
): void {
  const { anchor } = lowering;
  const value = emitter.value(anchor.inputs[0]!, index, mode).expr;
  const position = anchor.op === 'argMax' ? emitter.position(windowPosition(anchor, index), mode).expr : undefined;
  accumulator.add(value, position);
}

/** Vectors along the innermost kept axis. */
function alongKept(lowering: Lowering): Kernel[] {
  const { context, group, anchor, kept, reduced, rank, loops } = lowering;
  const vectorSpec = kept.at(-1)!;
  const outer = kept.slice(0, -1);
  const elements = loops.reduce((product, loop) => product * loop.extent, 1);
  const chunkLoop = elements < smallWork ? -1 : outer.findIndex((loop) => loop.extent >= 4);

  const body = (
    builder: KernelBuilder,
    emitter: Emitter,
    outerAt: readonly Index[],
    position: Index,
    count: number,
  ): void => {
    const mode: Mode = { vector: true, count };
    const accumulator = new Accumulator(builder, anchor, { lane: laneTypeOfInput(anchor), vector: true });
    const keptAt = [...outerAt, position];
    const add = (reducedAt: readonly Index[]): void =>
      addElement(lowering, emitter, accumulator, indexOf(rank, loops, allPositions(lowering, keptAt, reducedAt)), mode);
    // A pooling window is too short to loop over.
    if (reduced.reduce((product, loop) => product * loop.extent, 1) <= 9) unrolledLoops(reduced, add);
    else nestedLoops(builder, reduced, add, 'r');
    const zeros = reduced.map((): Index => ({ offset: 0, terms: new Map(), lane: 0 }));
    const index = keptIndex(anchor, indexOf(rank, loops, allPositions(lowering, keptAt, zeros)));
    const { level } = builder;
    emitter.bind(anchor, () => ({ expr: accumulator.result, level }));
    storeRoots(context, emitter, group.roots, index, mode);
  };
  const { lanes } = context.target;
  // With no outer loop to share out, the vectors themselves are the chunks, when there are many elements behind each.
  if (chunkLoop < 0 && elements >= smallWork && vectorSpec.extent % lanes === 0 && vectorSpec.extent > lanes)
    return [
      buildKernel(context, group, vectorSpec.extent / lanes, (builder, emitter) => {
        builder.declare(chunkVariable, Math.ceil(vectorSpec.nominal / lanes));
        nestedLoops(builder, outer, (outerAt) =>
          body(builder, emitter, outerAt, { offset: 0, terms: new Map([[chunkVariable, lanes]]), lane: 1 }, lanes),
        );
      }),
    ];
  return [
    buildKernel(context, group, chunkLoop < 0 ? 1 : outer[chunkLoop]!.extent, (builder, emitter) => {
      if (chunkLoop >= 0) builder.declare(chunkVariable, outer[chunkLoop]!.nominal);
      nestedLoops(
        builder,
        outer.filter((_, i) => i !== chunkLoop),
        (positions) => {
          const outerAt = [...positions];
          if (chunkLoop >= 0) outerAt.splice(chunkLoop, 0, variableIndex(chunkVariable));
          vectorLoop(builder, lanes, vectorSpec, (position, count) => body(builder, emitter, outerAt, position, count));
        },
      );
    }),
  ];
}

/**
 * Vectors that are reduced side by side where there are many, so that none waits for the one before. An extreme takes
 * several instructions one after the other, as NaN and the two zeros have to be told apart.
 */
function vectorsSideBySide({ attributes: { kind } }: GraphNode<'reduce'>, { vectorRegisters }: Target): number {
  return (kind === 'max' || kind === 'min') && vectorRegisters >= 32 ? 8 : 4;
}

/** Vectors along the innermost reduced axis, combined at the end; argMax and short axes element by element. */
function alongReduced(lowering: Lowering): Kernel[] {
  const { context, group, anchor, kept, reduced, rank, loops } = lowering;
  const { lanes } = context.target;
  const elements = loops.reduce((product, loop) => product * loop.extent, 1);
  const chunkLoop = elements < smallWork ? -1 : kept.findIndex((loop) => loop.extent >= 2);
  const lane = laneTypeOfInput(anchor);
  const asVectors = anchor.op === 'reduce' && reduced.length > 0 && reduced.at(-1)!.extent >= lanes;

  const body = (builder: KernelBuilder, emitter: Emitter, keptAt: readonly Index[]): void => {
    const accumulator = new Accumulator(builder, anchor, { lane, vector: asVectors });
    const add = (reducedAt: readonly Index[], mode: Mode): void =>
      addElement(lowering, emitter, accumulator, indexOf(rank, loops, allPositions(lowering, keptAt, reducedAt)), mode);
    let result: KernelExpr = accumulator.result;
    if (asVectors) {
      const neutral = neutralOf(anchor);
      const sideBySide = vectorsSideBySide(anchor, context.target);
      const inner = reduced.at(-1)!;
      const step = sideBySide * lanes;
      const together = inner.extent >= 2 * step ? inner.extent - (inner.extent % step) : 0;
      const accumulators = [accumulator];
      while (together > 0 && accumulators.length < sideBySide)
        accumulators.push(new Accumulator(builder, anchor, { lane, vector: true }));
      nestedLoops(
        builder,
        reduced.slice(0, -1),
        (outerAt) => {
          const addAt = (to: Accumulator, position: Index, count: number): void => {
            const index = indexOf(rank, loops, allPositions(lowering, keptAt, [...outerAt, position]));
            const value = emitter.value(anchor.inputs[0]!, index, { vector: true, count }).expr;
            to.add(maskLanes(value, count, lanes, neutral), undefined);
          };
          if (together > 0)
            builder.loop('i', { end: together, step, extent: inner.nominal }, (variable) =>
              accumulators.forEach((to, i) =>
                addAt(to, { offset: i * lanes, terms: new Map([[variable, 1]]), lane: 1 }, lanes),
              ),
            );
          const rest = { extent: inner.extent - together, nominal: inner.nominal };
          if (rest.extent > 0)
            vectorLoop(builder, lanes, rest, (position, count) =>
              addAt(accumulator, { ...position, offset: position.offset + together }, count),
            );
        },
        'r',
      );
      const op = combine[anchor.attributes.kind] as 'add' | 'mul' | 'max' | 'min';
      for (const other of accumulators.slice(1)) accumulator.add(other.best, undefined);
      result = builder.let(
        { kind: 'horizontal', op, value: accumulator.best, type: { lane, vector: false } },
        builder.level,
      ).expr;
    } else nestedLoops(builder, reduced, (reducedAt) => add(reducedAt, { vector: false, count: 1 }), 'r');
    const zeros = reduced.map((): Index => ({ offset: 0, terms: new Map(), lane: 0 }));
    const index = keptIndex(anchor, indexOf(rank, loops, allPositions(lowering, keptAt, zeros)));
    const { level } = builder;
    emitter.bind(anchor, () => ({ expr: result, level }));
    storeRoots(context, emitter, group.roots, index, { vector: false, count: 1 });
  };
  return [
    buildKernel(context, group, chunkLoop < 0 ? 1 : kept[chunkLoop]!.extent, (builder, emitter) => {
      if (chunkLoop >= 0) builder.declare(chunkVariable, kept[chunkLoop]!.nominal);
      nestedLoops(
        builder,
        kept.filter((_, i) => i !== chunkLoop),
        (positions) => {
          const keptAt = [...positions];
          if (chunkLoop >= 0) keptAt.splice(chunkLoop, 0, variableIndex(chunkVariable));
          body(builder, emitter, keptAt);
        },
      );
    }),
  ];
}
