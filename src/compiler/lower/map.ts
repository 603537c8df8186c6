// Lowers element-wise groups: loops over the result, the innermost one in vectors.
import { stridesOf } from '../../base/shape.js';
import type { GraphNode } from '../../ir/graph.js';
import type { Kernel } from '../../ir/kernel.js';
import { addIndex, constantIndex, positionOf, scaleIndex, SplitNeeded, variableIndex, type Index } from '../affine.js';
import { MustStore, type Emitter, type Mode } from '../emit.js';
import type { Group } from '../fuse.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { buildKernel, chunkVariable, planFor, type LowerContext } from './context.js';
import { indexOf, loopsOf, type LoopSpec } from './loops.js';

/** Below this many elements the work is not split among threads. */
export const smallWork = 2048;

/** Computes the roots of a group at an index and stores them, all values before the first store. */
export function storeRoots(
  context: LowerContext,
  emitter: Emitter,
  roots: readonly GraphNode[],
  index: readonly Index[],
  mode: Mode,
): void {
  const values = roots.map((root) => emitter.value(root, index, mode));
  roots.forEach((root, i) => {
    const at = positionOf(index, stridesOf(root.shape));
    emitter.builder.store(context.destinationOf(root), at, mode.count, values[i]!.expr);
  });
}

/** A loop in vectors: full ones, then one for the lanes that are left. */
export function vectorLoop(
  builder: KernelBuilder,
  lanes: number,
  loop: { readonly extent: number; readonly nominal: number },
  body: (position: Index, count: number) => void,
): void {
  const full = loop.extent - (loop.extent % lanes);
  const pass = (begin: number, end: number, count: number): void => {
    builder.loop('i', { begin, end, step: lanes, extent: loop.nominal }, (variable) =>
      body(variableIndex(variable, 1, 1), count),
    );
  };
  if (full > 0) pass(0, full, lanes);
  if (full < loop.extent) pass(full, loop.extent, loop.extent - full);
}

/** Nested loops one step at a time. */
export function nestedLoops(
  builder: KernelBuilder,
  loops: readonly LoopSpec[],
  body: (positions: Index[]) => void,
  prefix = 'j',
): void {
  const nest = (depth: number, positions: Index[]): void => {
    const loop = loops[depth];
    if (!loop) return body(positions);
    builder.loop(prefix, { end: loop.extent, extent: loop.nominal }, (variable) =>
      nest(depth + 1, [...positions, variableIndex(variable)]),
    );
  };
  nest(0, []);
}

/** A few steps of nested loops, written out one after the other. */
export function unrolledLoops(loops: readonly LoopSpec[], body: (positions: Index[]) => void): void {
  const nest = (depth: number, positions: Index[]): void => {
    const loop = loops[depth];
    if (!loop) return body(positions);
    for (let step = 0; step < loop.extent; step++) nest(depth + 1, [...positions, constantIndex(step)]);
  };
  nest(0, []);
}

export function lowerMap(context: LowerContext, group: Group): Kernel[] {
  const rank = group.roots[0]!.shape.length;
  const scalar: Mode = { vector: false, count: 1 };
  const loops = planFor(context, group, loopsOf(group.roots[0]!.shape), rank, (emitter, index) =>
    storeRoots(context, emitter, group.roots, index, scalar),
  );
  if (loops.length === 0)
    return [
      buildKernel(context, group, 1, (_, emitter) =>
        storeRoots(context, emitter, group.roots, indexOf(rank, [], []), scalar),
      ),
    ];
  return lowerLoops(context, group, loops, rank);
}

function lowerLoops(context: LowerContext, group: Group, loops: readonly LoopSpec[], rank: number): Kernel[] {
  const { lanes } = context.target;
  const vectorLoopSpec = loops.at(-1)!;
  const others = loops.slice(0, -1);
  const elements = loops.reduce((product, loop) => product * loop.extent, 1);
  const store = (emitter: Emitter, positions: readonly Index[], count: number): void =>
    storeRoots(context, emitter, group.roots, indexOf(rank, loops, positions), { vector: true, count });

  const whole = (chunkLoop: number | undefined): Kernel[] => [
    buildKernel(context, group, chunkLoop === undefined ? 1 : others[chunkLoop]!.extent, (builder, emitter) => {
      if (chunkLoop !== undefined) builder.declare(chunkVariable, others[chunkLoop]!.nominal);
      const inner = others.filter((_, i) => i !== chunkLoop);
      nestedLoops(builder, inner, (positions) => {
        const all = [...positions];
        if (chunkLoop !== undefined) all.splice(chunkLoop, 0, variableIndex(chunkVariable));
        vectorLoop(builder, lanes, vectorLoopSpec, (position, count) => store(emitter, [...all, position], count));
      });
    }),
  ];
  if (elements < smallWork) return whole(undefined);

  const crossing = crossingLoop(context, group, loops, rank);
  if (crossing !== undefined) return [lowerCrossing(context, group, loops, rank, crossing)];

  // Split the work over the outermost loop that is long enough, else over blocks of the vector loop.
  const long = others.findIndex((loop) => loop.extent >= 8);
  if (long >= 0) return whole(long);
  const widest = others.reduce((best, loop, i) => (best < 0 || loop.extent > others[best]!.extent ? i : best), -1);
  if (widest >= 0 && vectorLoopSpec.extent < smallWork) return whole(widest);
  const block = blockLength(vectorLoopSpec.extent, lanes);
  const blocks = Math.floor(vectorLoopSpec.extent / block);
  const part = (begin: number, chunks: number, extent: number, suffix: string): Kernel =>
    buildKernel(
      context,
      group,
      chunks,
      (builder, emitter) =>
        nestedLoops(builder, others, (positions) =>
          vectorLoop(builder, lanes, { extent, nominal: vectorLoopSpec.nominal }, (position, count) => {
            const terms = new Map([...position.terms, [chunkVariable, block] as const]);
            store(emitter, [...positions, { ...position, terms, offset: position.offset + begin }], count);
          }),
        ),
      { suffix, share: (chunks * extent) / vectorLoopSpec.extent },
    );
  try {
    const rest = vectorLoopSpec.extent - blocks * block;
    return [part(0, blocks, block, ''), ...(rest > 0 ? [part(blocks * block, 1, rest, '_rest')] : [])];
  } catch (error) {
    // An index that is split along the vector loop cannot be walked in blocks.
    if (error instanceof SplitNeeded || error instanceof MustStore) return whole(widest >= 0 ? widest : undefined);
    throw error;
  }
}

/** A loop that runs along what another array has as its rows, in blocks of so many steps. */
interface Crossing {
  readonly loop: number;
  readonly block: number;
}

const longestBlock = 16;

/**
 * The loop along which something is read element after element that the vectors read across, as a transposition does. Its
 * steps are walked in blocks inside the vector loop, so that a line of the cache that was fetched is used to its end.
 */
function crossingLoop(
  context: LowerContext,
  group: Group,
  loops: readonly LoopSpec[],
  rank: number,
): Crossing | undefined {
  let found: Crossing | undefined;
  buildKernel(context, group, 1, (builder, emitter) => {
    loops.forEach((loop, i) => builder.declare(`#${i}`, loop.nominal));
    const positions = loops.map((_, i) => variableIndex(`#${i}`));
    storeRoots(context, emitter, group.roots, indexOf(rank, loops, positions), { vector: false, count: 1 });
    const vector = `#${loops.length - 1}`;
    for (const { at } of builder.accesses) {
      if (Math.abs(at.terms.get(vector) ?? 0) < longestBlock) continue;
      loops.slice(0, -1).forEach(({ extent }, loop) => {
        if (Math.abs(at.terms.get(`#${loop}`) ?? 0) !== 1) return;
        for (let block = longestBlock; block >= 4; block--) if (!found && extent % block === 0) found = { loop, block };
      });
    }
  });
  return found;
}

function lowerCrossing(
  context: LowerContext,
  group: Group,
  loops: readonly LoopSpec[],
  rank: number,
  { loop, block }: Crossing,
): Kernel {
  const { extent, nominal } = loops[loop]!;
  // The crossing loop stands for its blocks.
  const outer = loops
    .slice(0, -1)
    .map((other, i) => (i === loop ? { ...other, extent: extent / block, nominal: nominal / block } : other));
  const long = outer.findIndex((other) => other.extent >= 8);
  const shared = long >= 0 ? long : loop;
  return buildKernel(context, group, outer[shared]!.extent, (builder, emitter) => {
    builder.declare(chunkVariable, outer[shared]!.nominal);
    nestedLoops(
      builder,
      outer.filter((_, i) => i !== shared),
      (positions) => {
        const all = [...positions];
        all.splice(shared, 0, variableIndex(chunkVariable));
        vectorLoop(builder, context.target.lanes, loops.at(-1)!, (position, count) =>
          builder.loop('b', { end: block }, (step) => {
            const at = all.with(loop, addIndex(scaleIndex(all[loop]!, block), variableIndex(step)));
            storeRoots(context, emitter, group.roots, indexOf(rank, loops, [...at, position]), {
              vector: true,
              count,
            });
          }),
        );
      },
    );
  });
}

/** Elements of a block: about 64 blocks, each of at least 1024 elements and of whole vectors. */
function blockLength(extent: number, lanes: number): number {
  const block = Math.max(1024, Math.ceil(extent / 64));
  return Math.min(Math.ceil(block / (4 * lanes)) * 4 * lanes, extent);
}
