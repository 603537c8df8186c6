// Decides how many threads a program is worth, and whether it is worth a worker at all. Results do not depend on it.
import type { KernelProgram } from '../../ir/kernel.js';

/** Who runs a program. */
export interface Distribution {
  /** Workers that share the work. */
  readonly threads: number;
  /** Runs of at most so many steps are over before a worker could be told of them, and are done by the caller. */
  readonly stepsOnCaller: number;
}

/** What one thread gets through in contractions, which is where large programs spend their time. */
const flopsPerMicrosecond = 10_000;
/** What it costs threads to meet, once the barrier's code is compiled. */
const microsecondsPerBarrier = 2;
/** About 100 microseconds of a mixture of operations, calling a kernel counted as so many of them. */
const mostFlopsOnCaller = 250_000;
const flopsPerCall = 100;

/** By estimate, from the kernels' flops and chunks. */
export function distributionOf(program: KernelProgram, mostThreads: number): Distribution {
  let threads = 1;
  for (let candidate = 2; candidate <= mostThreads; candidate++)
    if (stepMicroseconds(program, candidate) < stepMicroseconds(program, threads)) threads = candidate;
  const stepFlops = program.phases.flat().reduce((sum, { flops }) => sum + flops + flopsPerCall, flopsPerCall);
  return { threads, stepsOnCaller: Math.floor(mostFlopsOnCaller / stepFlops) };
}

/** All threads, always. */
export function everyThread(threads: number): Distribution {
  return { threads, stepsOnCaller: 0 };
}

function stepMicroseconds({ phases }: KernelProgram, threads: number): number {
  const barriers = threads > 1 ? phases.length * microsecondsPerBarrier : 0;
  const flops = phases
    .flat()
    .reduce((sum, kernel) => sum + kernel.flops / Math.max(1, Math.min(kernel.chunks, threads)), 0);
  return barriers + flops / flopsPerMicrosecond;
}
