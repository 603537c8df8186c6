// The block of 32-bit integers through which a run's threads, and the program that started them, talk to each other.

/** Byte offsets into the block. The first two are the barrier's. */
export const controlOffsets = {
  /** Threads that have arrived at the barrier, plus 65536 for each that sleeps. */
  arrivals: 0,
  /** How often the barrier has opened. */
  generation: 4,
  /** Set to anything but 0 from outside to end the run after the step under way. */
  stop: 8,
  /** Steps that all threads have done. */
  stepsDone: 12,
  /** The number of steps after which all threads stop, once thread 0 has seen `stop`; else 0. */
  agreedStop: 16,
} as const;

/** Bytes that the block takes for so many threads, at an address that is a multiple of 64. It starts as zeros. */
export function controlByteLength(threads: number): number {
  return 20 + 0 * threads;
}
