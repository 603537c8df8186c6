// Finds summed loops that run out before their end: over a window that is walked by phase (see autodiff/contract.ts), where
// some phases have a step less than others. Lowering ends them there, so that no zeros are multiplied.
import type { GraphNode } from '../ir/graph.js';

/** Summed loop `summed` has `ends[phase]` steps where output loop `phase` is at `phase`. */
export interface Clip {
  readonly summed: number;
  readonly phase: number;
  readonly ends: readonly number[];
}

/** Every phase has code of its own. */
const mostPhases = 16;

/**
 * The summed loops of a contraction that an axis `stride window + phase` cuts short. The phase's loop is not the one
 * that vectors run along, and all phases together are few.
 */
export function clipsOf(node: GraphNode<'contract'>): Clip[] {
  const { loops, outputRank, a, b } = node.attributes;
  const vector = vectorLoopOf(node);
  const clips = [a, b].flatMap((operand, which) =>
    operand.flatMap(({ offset, terms }, axis): Clip[] => {
      if (terms.length !== 2 || offset !== 0) return [];
      const [phase, window] = [...terms].sort((x, y) => x.loop - y.loop) as [(typeof terms)[0], (typeof terms)[0]];
      if (phase.loop >= outputRank || phase.loop === vector || phase.coefficient !== 1) return [];
      if (window.loop < outputRank || window.coefficient < 2) return [];
      const size = node.inputs[which]!.shape[axis]!;
      const steps = loops[window.loop]!;
      const ends = Array.from({ length: loops[phase.loop]! }, (_, at) =>
        Math.min(steps, Math.max(0, Math.ceil((size - at) / window.coefficient))),
      );
      return ends.every((end) => end === steps) ? [] : [{ summed: window.loop, phase: phase.loop, ends }];
    }),
  );
  const phases = [...new Set(clips.map(({ phase }) => phase))].reduce((product, loop) => product * loops[loop]!, 1);
  const isSimple = new Set(clips.map(({ summed }) => summed)).size === clips.length;
  return isSimple && phases <= mostPhases ? clips : [];
}

/** How many products a contraction adds up, without those that its loops end before. */
export function productsOf(node: GraphNode<'contract'>): number {
  const all = node.attributes.loops.reduce((product, extent) => product * extent, 1);
  return clipsOf(node).reduce((products, { summed, ends }) => {
    const steps = ends.reduce((sum, end) => sum + end, 0);
    return (products * steps) / (ends.length * node.attributes.loops[summed]!);
  }, all);
}

/** The last output loop that moves: vectors run along it unless they run along a summed one. */
export function vectorLoopOf({ attributes: { loops, outputRank } }: GraphNode<'contract'>): number {
  let loop = outputRank - 1;
  while (loop > 0 && loops[loop] === 1) loop--;
  return loop;
}
