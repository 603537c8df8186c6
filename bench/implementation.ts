// What a process that holds an implementation is asked to do.
import type { SpotValues } from './kernels.js';
import type { Workload } from './workloads.js';

/** What every implementation is held to before it is timed. */
export type Expectation =
  | {
      readonly kind: 'training';
      /** All weights after an epoch of `checkedSteps` steps. */
      readonly weights: readonly ArrayLike<number>[];
      /** The loss of each of the first `checkedSteps` steps. */
      readonly losses: readonly number[];
      /** Dropout leaves out other elements elsewhere, so that losses are only near. */
      readonly hasDropout: boolean;
    }
  | {
      readonly kind: 'inference';
      /** Class probabilities of the first `checkedRows` images, one row after the other. */
      readonly probabilities: readonly number[];
    }
  | { readonly kind: 'kernel'; readonly spots: readonly SpotValues[] };

export interface Setting {
  readonly implementation: string;
  readonly backend: string;
  readonly threads: number;
  readonly workload: Workload;
  /** In an epoch that is timed; of what is no training the most calls in a round. */
  readonly samples: number;
}

/** A way to do a workload. */
export interface Implementation {
  /** What is wrong with its results, if anything. */
  check(expected: Expectation): Promise<string | undefined>;
  /** Does it for a while; gives the microseconds a sample of each epoch, call or bundle of calls that was timed. */
  round(): Promise<number[]>;
}

/** An implementation that others are held to. */
export interface Reference extends Implementation {
  expectation(): Promise<Expectation>;
}

/** What a module has that makes an implementation. */
export interface ImplementationModule {
  /** The version of what is measured, for the record; undefined where it is Nacre. */
  readonly version?: () => string;
  /** @throws Unavailable where it is not installed, or does not run on this machine */
  readonly create: (setting: Setting) => Promise<Implementation>;
}

/** Why there is no result, though nothing went wrong: `not installed: ...`, `not available: ...`. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** What is said of a peer from npm that is not there. */
export const npmRemedy = 'not installed: npm install --prefix bench --ignore-scripts';
