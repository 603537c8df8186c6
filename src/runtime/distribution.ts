// Decides how many threads a program is worth, and whether it is worth a worker at all. Results do not depend on it.
import type { ProgramFootprint } from './footprint.js';

/** Who runs a program. */
export interface Distribution {
  /** Workers that share the work. */
  readonly threads: number;
  /** Runs of at most so many steps are over before a worker could be told of them, and are done by the caller. */
  readonly stepsOnCaller: number;
}

/** How a backend's code compares with what it takes to share work. */
export interface Costs {
  /** What one thread gets through in contractions, which is where large programs spend their time. */
  readonly flopsPerMicrosecond: number;
  /** A call of a kernel counts as so many operations. */
  readonly flopsPerCall: number;
  /** About 100 microseconds of a mixture of operations. */
  readonly mostFlopsOnCaller: number;
}

/** What it costs threads to meet. */
const microsecondsPerMeeting = 2;

/** By estimate, from the kernels' flops and chunks. */
export function distributionOf(program: ProgramFootprint, mostThreads: number, costs: Costs): Distribution {
  let threads = 1;
  for (let candidate = 2; candidate <= mostThreads; candidate++)
    if (stepMicroseconds(program, candidate, costs) < stepMicroseconds(program, threads, costs)) threads = candidate;
  const { flopsPerCall, mostFlopsOnCaller } = costs;
  const stepFlops = program.phases.flat().reduce((sum, { flops }) => sum + flops + flopsPerCall, flopsPerCall);
  return { threads, stepsOnCaller: Math.floor(mostFlopsOnCaller / stepFlops) };
}

/** All threads, always. */
export function everyThread(threads: number): Distribution {
  return { threads, stepsOnCaller: 0 };
}

function stepMicroseconds({ phases }: ProgramFootprint, threads: number, costs: Costs): number {
  const meetings = threads > 1 ? phases.length * microsecondsPerMeeting : 0;
  const flops = phases
    .flat()
    .reduce((sum, kernel) => sum + kernel.flops / Math.max(1, Math.min(kernel.chunks, threads)), 0);
  return meetings + flops / costs.flopsPerMicrosecond;
}
