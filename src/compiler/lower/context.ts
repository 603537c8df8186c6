// What lowering a group needs: the target, where nodes are stored, and how a kernel is begun and finished.
import { sizeOf } from '../../base/shape.js';
import type { GraphNode } from '../../ir/graph.js';
import type { Kernel, Target } from '../../ir/kernel.js';
import { productsOf } from '../clips.js';
import { Emitter, type Storage } from '../emit.js';
import type { Extents, Index } from '../affine.js';
import type { Group } from '../fuse.js';
import { KernelBuilder, type Access } from '../kernel-builder.js';
import { indexOf, planLoops, type LoopSpec } from './loops.js';

export interface LowerContext {
  readonly target: Target;
  /** Buffers of stored nodes, reshapes of them included. */
  readonly storage: Storage;
  /** The buffer that a stored node is written to. */
  destinationOf(node: GraphNode): number;
  /** Memory of its own for a kernel, of float32 elements. */
  scratch(length: number): number;
}

/** Storage as seen from inside a group: its own members are computed, not read. */
export function storageFor(context: LowerContext, group: Group): Storage {
  const members = new Set(group.members);
  return { bufferOf: (node) => (members.has(node) ? undefined : context.storage.bufferOf(node)) };
}

export const chunkVariable = 'chunk';

/** What a kernel does of a group that has several: their names differ, and the group's work is counted once. */
export interface Part {
  readonly suffix: string;
  /** Of the group's work, 0 to 1. */
  readonly share: number;
}

/** A kernel made by `body`; its chunk variable is declared with as many values as there are chunks. */
export function buildKernel(
  context: LowerContext,
  group: Group,
  chunks: number,
  body: (builder: KernelBuilder, emitter: Emitter) => void,
  { suffix, share }: Part = { suffix: '', share: 1 },
): Kernel {
  const builder = new KernelBuilder();
  builder.declare(chunkVariable, chunks);
  body(builder, new Emitter(builder, context.target, storageFor(context, group)));
  return builder.finish({
    name: kernelName(group) + suffix,
    comment: group.members.map((member) => `${member.op} [${member.shape.join()}]`).join(', '),
    chunks,
    chunkVariable,
    flops: Math.round(share * flopsOf(group)),
  });
}

function kernelName(group: Group): string {
  const first = group.anchor ?? group.members[0]!;
  const label = first.op === 'reduce' ? first.attributes.kind : group.anchor ? first.op : group.members.at(-1)!.op;
  return `${label}_${group.roots[0]!.shape.join('x') || 'scalar'}_${first.id}`;
}

function flopsOf(group: Group): number {
  let flops = 0;
  for (const member of group.members)
    if (member.op === 'contract') flops += 2 * productsOf(member);
    else flops += sizeOf(member.op === 'reduce' || member.op === 'argMax' ? member.inputs[0]!.shape : member.shape);
  return flops;
}

/** Plans the loops over `shape`: `emit` is run dry to see what is accessed. */
export function planFor(
  context: LowerContext,
  group: Group,
  initial: readonly LoopSpec[],
  rank: number,
  emit: (emitter: Emitter, index: readonly Index[]) => void,
  mayMerge?: (outer: LoopSpec, inner: LoopSpec) => boolean,
): LoopSpec[] {
  return planLoops(
    initial,
    (loops, positions, extents: Extents): readonly Access[] => {
      const builder = new KernelBuilder();
      for (const [variable, extent] of extents) builder.declare(variable, extent);
      emit(new Emitter(builder, context.target, storageFor(context, group)), indexOf(rank, loops, positions));
      return builder.accesses;
    },
    mayMerge,
  );
}
