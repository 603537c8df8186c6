// What a process that holds an implementation is asked to do.
import type { WorkloadName } from './workloads.js';

/** What the reference comes to, which every implementation is held to before it is timed. */
export interface Expectation {
  /** All weights after an epoch of `checkedSteps` steps. */
  readonly weights: readonly ArrayLike<number>[];
  /** The loss of each of the first `checkedSteps` steps. */
  readonly losses: readonly number[];
}

export interface Setting {
  readonly implementation: 'nacre' | 'tfjs';
  readonly backend: string;
  readonly threads: number;
  readonly workload: WorkloadName;
  /** In an epoch that is timed. */
  readonly samples: number;
}

/** A way to train a workload. */
export interface Implementation {
  /** What the others should come to. */
  expectation(): Promise<Expectation>;
  /** What is wrong with its results, if anything. */
  check(expected: Expectation): Promise<string | undefined>;
  /** Trains some epochs; gives the microseconds a sample of those that were timed. */
  round(): Promise<number[]>;
}

export type CreateImplementation = (setting: Setting) => Promise<Implementation>;
