// The compiler: a straight list of passes from a program of graph nodes to a program of kernels.
import { bytesPerElement } from '../base/dtype.js';
import { InternalError } from '../base/errors.js';
import { sizeOf } from '../base/shape.js';
import { makeNode, type GraphNode } from '../ir/graph.js';
import type { Kernel, KernelBuffer, KernelProgram, Target } from '../ir/kernel.js';
import { verifyProgram, type Program } from '../ir/program.js';
import { MustStore } from './emit.js';
import { aliasOf, fuse, type Group } from './fuse.js';
import { joinChunks } from './join-chunks.js';
import { joinReaders } from './join-readers.js';
import { legalize } from './legalize.js';
import { localBuffers, planLocalMemory, type BufferDraft } from './local-buffers.js';
import type { LowerContext } from './lower/context.js';
import { lowerContract } from './lower/contract.js';
import { lowerMap } from './lower/map.js';
import { lowerReduce } from './lower/reduce.js';
import { lowerScatter } from './lower/scatter.js';
import { planMemory, type Lifetime, type MemoryPlan } from './memory.js';
import { mergeSmallPhases } from './merge-small.js';
import { schedule, unitOf, type Overwrite, type Schedule, type Unit } from './schedule.js';
import { simplify } from './simplify.js';

/** How often compiling may start again because a value turned out to need storing. */
const mostAttempts = 200;

/** Told of every stage: the program after each pass, then the kernels and the plan of their memory. */
export interface CompileObserver {
  pass(name: string, program: Program): void;
  done(program: KernelProgram, memory: MemoryPlan): void;
}

export function compileProgram(program: Program, target: Target, observer?: CompileObserver): KernelProgram {
  const forced = new Set<GraphNode>();
  /** Copies that must not be computed together with what they copy. */
  const alone = new Set<GraphNode>();
  const run = (name: string, pass: (program: Program) => Program, before: Program): Program => {
    const after = pass(before);
    verifyProgram(after);
    observer?.pass(name, after);
    return after;
  };
  let graph = run('simplify', simplify, program);
  graph = run('legalize', (before) => legalize(before, forced, target.lanes), graph);
  graph = run('ownResults', ownResults, graph);
  const copied = new Set<number>();
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    try {
      const lowered = lower(graph, forced, alone, target);
      const joined = joinChunks(lowered.units, lowered.overwrites);
      const { units, buffers } = localBuffers(joined, lowered.buffers, target);
      const order = schedule(units, lowered.overwrites);
      if ('phases' in order) {
        const { kernels, memory } = assemble(program, { ...lowered, units, buffers }, order, target);
        observer?.done(kernels, memory);
        return kernels;
      }
      // The old value is still needed when the new one is there: the new one waits in memory of its own.
      const parameter = lowered.parameterOf(order.state);
      if (copied.has(parameter)) throw new InternalError(`compiler: state ${parameter} cannot be replaced.`);
      copied.add(parameter);
      graph = run('copyState', (before) => withStateCopied(before, parameter, forced, alone), graph);
    } catch (error) {
      if (!(error instanceof MustStore)) throw error;
      const node = aliasOf(error.node);
      if (forced.has(node)) throw new InternalError(`compiler: ${node.op} is stored and still cannot be read.`);
      forced.add(node);
    }
  }
  throw new InternalError('compiler: gave up storing values.');
}

/**
 * Gives every output and every state a result of its own: one that is a parameter, or that another result already is,
 * is copied.
 */
function ownResults(program: Program): Program {
  const taken = new Set<GraphNode>();
  const own = (node: GraphNode): GraphNode => {
    const base = aliasOf(node);
    const result = base.op === 'parameter' || taken.has(base) ? copyOf(node) : node;
    taken.add(aliasOf(result));
    return result;
  };
  return {
    parameters: program.parameters,
    updates: program.updates.map(({ parameter, value }) => ({ parameter, value: own(value) })),
    outputs: program.outputs.map(own),
  };
}

/** A cast to the same dtype. */
function copyOf(node: GraphNode): GraphNode {
  return makeNode('cast', [node], {}, node.shape, node.dtype);
}

/** Stores the new value of a state in memory of its own, from which it is copied when the old one is read no more. */
function withStateCopied(program: Program, state: number, forced: Set<GraphNode>, alone: Set<GraphNode>): Program {
  const updates = program.updates.map(({ parameter, value }) => {
    if (parameter !== state) return { parameter, value };
    const copy = copyOf(value);
    forced.add(aliasOf(value));
    alone.add(copy);
    return { parameter, value: copy };
  });
  return { ...program, updates };
}

interface Lowered {
  readonly units: readonly Unit[];
  readonly overwrites: readonly Overwrite[];
  readonly buffers: readonly BufferDraft[];
  parameterOf(buffer: number): number;
}

function lower(
  program: Program,
  forced: ReadonlySet<GraphNode>,
  alone: ReadonlySet<GraphNode>,
  target: Target,
): Lowered {
  const groups = fuse(program, forced, alone);
  const buffers: BufferDraft[] = [];
  const bufferOfNode = new Map<GraphNode, number>();
  const add = (node: GraphNode, name: string, place: BufferDraft['place']): void => {
    bufferOfNode.set(node, buffers.length);
    buffers.push({ name, dtype: node.dtype, length: sizeOf(node.shape), place });
  };
  program.parameters.forEach((node, index) => add(node, `parameter${index}`, { kind: 'parameter', index }));
  const overwrites: Overwrite[] = [];
  for (const { parameter, value } of program.updates) {
    overwrites.push({ state: parameter, replacement: buffers.length });
    add(aliasOf(value), `state${parameter}`, { kind: 'parameter', index: parameter });
  }
  program.outputs.forEach((node, index) => add(aliasOf(node), `output${index}`, { kind: 'output', index }));
  for (const group of groups)
    for (const root of group.roots) if (!bufferOfNode.has(root)) add(root, `${root.op}${root.id}`, undefined);

  const context: LowerContext = {
    target,
    storage: {
      bufferOf: (node) => {
        for (let base = node; ; base = base.inputs[0]!) {
          const buffer = bufferOfNode.get(base);
          if (buffer !== undefined) return buffer;
          if (base.op !== 'reshape' && base.op !== 'stopGradient') return undefined;
        }
      },
    },
    destinationOf: (node) => {
      const buffer = bufferOfNode.get(node);
      if (buffer === undefined) throw new InternalError(`compiler: ${node.op} has no buffer.`);
      return buffer;
    },
    scratch: (length) => {
      buffers.push({ name: `scratch${buffers.length}`, dtype: 'float32', length, place: undefined });
      return buffers.length - 1;
    },
  };
  return {
    units: groups.flatMap((group) => lowerGroup(context, group).map(unitOf)),
    overwrites,
    buffers,
    parameterOf: (buffer) => buffer,
  };
}

/** The kernels of a group: those of one list run side by side, what they read of another list's after it. */
function lowerGroup(context: LowerContext, group: Group): Kernel[][] {
  switch (group.anchor?.op) {
    case undefined:
      return [lowerMap(context, group)];
    case 'reduce':
    case 'argMax':
      return [lowerReduce(context, group)];
    case 'contract':
      return lowerContract(context, group);
    default:
      return [lowerScatter(context, group)];
  }
}

/**
 * Threads share out a phase in this order. What is small is then left to even out the shares of what is large, which
 * begin at the same columns in every phase, so that a thread finds in its cache what it wrote before.
 */
function largestFirst(kernels: readonly Kernel[]): Kernel[] {
  return [...kernels].sort((a, b) => b.flops - a.flops);
}

/** Plans the memory of temporaries and puts the program together. */
function assemble(
  program: Program,
  lowered: Lowered,
  { phases, phaseOf }: Schedule,
  target: Target,
): { kernels: KernelProgram; memory: MemoryPlan } {
  const spans = new Map<number, { first: number; last: number }>();
  for (const unit of lowered.units) {
    const phase = phaseOf.get(unit)!;
    for (const { buffer } of [...unit.reads, ...unit.writes]) {
      const span = spans.get(buffer);
      spans.set(buffer, { first: Math.min(span?.first ?? phase, phase), last: Math.max(span?.last ?? phase, phase) });
    }
  }
  const temporaries = lowered.buffers.flatMap((draft, index) => ((draft.place ?? draft.local) ? [] : [index]));
  const lifetimes = temporaries.map((index): Lifetime => {
    const { length, dtype } = lowered.buffers[index]!;
    return { byteLength: length * bytesPerElement(dtype), ...spans.get(index)! };
  });
  const memory = planMemory(lifetimes);
  const offsetOf = new Map(temporaries.map((index, i) => [index, memory.offsets[i]!]));
  const joined = phases.map((units) =>
    joinReaders(
      units.flatMap((unit) => unit.kernels),
      lowered.buffers,
      target,
    ),
  );
  const finished = target.finish?.(joined, lowered.buffers, target) ?? joined;
  const run = mergeSmallPhases(finished, target.meetingFlops).map(largestFirst);
  const local = planLocalMemory(run.flat(), lowered.buffers);
  const placeOf = (index: number, isLocal = false): KernelBuffer['place'] =>
    isLocal
      ? { kind: 'local', byteOffset: local.offsetOf.get(index)! }
      : { kind: 'temporary', byteOffset: offsetOf.get(index)! };
  const kernels: KernelProgram = {
    buffers: lowered.buffers.map(({ name, dtype, length, place, local: isLocal }, index): KernelBuffer => ({
      name,
      dtype,
      length,
      place: place ?? placeOf(index, isLocal),
    })),
    phases: run,
    temporaryBytes: memory.totalBytes,
    localBytes: local.totalBytes,
    parameterCount: program.parameters.length,
    outputCount: program.outputs.length,
  };
  return { kernels, memory };
}
