// Decides how many threads a program is worth, and whether it is worth a worker at all. Results do not depend on it.
import type { ProgramFootprint } from './footprint.js';

/** Who runs a program. */
export interface Distribution {
  /** Workers that share the work. */
  readonly threads: number;
  /** Runs of at most so many steps are over before a worker could be told of them, and are done by the caller. */
  readonly stepsOnCaller: number;
  /** The same where the caller is one of `threads` threads. */
  readonly stepsTogether: number;
}

/** How a backend's code compares with what it takes to share work. */
export interface Costs {
  /** What one thread gets through in contractions, which is where large programs spend their time. */
  readonly flopsPerMicrosecond: number;
  /** A call of a kernel counts as so many operations. */
  readonly flopsPerCall: number;
  /** What one thread reads and writes of memory that is not in its nearest caches. */
  readonly bytesPerMicrosecond: number;
}

/** Longer than this the caller, often the thread that a user looks at, is not kept. */
const mostMicrosecondsOnCaller = 100;
/** Where it is helped; then the estimate is rather too high. */
const mostMicrosecondsTogether = 150;

/** What it costs threads to meet. */
const microsecondsPerMeeting = 2;

/** By estimate, from the kernels' flops and chunks. */
export function distributionOf(program: ProgramFootprint, mostThreads: number, costs: Costs): Distribution {
  let threads = 1;
  for (let candidate = 2; candidate <= mostThreads; candidate++)
    if (stepMicroseconds(program, candidate, costs) < stepMicroseconds(program, threads, costs)) threads = candidate;
  const together = Math.floor(mostMicrosecondsTogether / microsecondsOnCaller(program, threads, costs));
  return {
    threads,
    stepsOnCaller: Math.floor(mostMicrosecondsOnCaller / microsecondsOnCaller(program, 1, costs)),
    stepsTogether: threads > 1 ? together : 0,
  };
}

/**
 * How long a step keeps the caller, who is one of so many threads: by its arithmetic or by its memory, as if each byte of
 * the operands and of the program's own memory were used once.
 */
function microsecondsOnCaller(program: ProgramFootprint, threads: number, costs: Costs): number {
  const calls = (1 + program.phases.flat().length) * (costs.flopsPerCall / costs.flopsPerMicrosecond);
  const bytes = [...program.parameters, ...program.outputs].reduce((sum, size) => sum + size, program.temporaryBytes);
  return Math.max(calls + stepMicroseconds(program, threads, costs), bytes / costs.bytesPerMicrosecond);
}

/** All threads, always. */
export function everyThread(threads: number): Distribution {
  return { threads, stepsOnCaller: 0, stepsTogether: 0 };
}

function stepMicroseconds({ phases }: ProgramFootprint, threads: number, costs: Costs): number {
  const meetings = threads > 1 ? phases.length * microsecondsPerMeeting : 0;
  const flops = phases
    .flat()
    .reduce((sum, kernel) => sum + kernel.flops / Math.max(1, Math.min(kernel.chunks, threads)), 0);
  return meetings + flops / costs.flopsPerMicrosecond;
}
