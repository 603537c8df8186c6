// The options that fit, evaluate and predict share, checked before anything runs; predict has no others.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { CallbacksOption } from '../callbacks/callback-list.js';
import { checkWhole } from '../check.js';
import type { Verbosity } from '../progress/progress.js';

/** 0 prints nothing, 1 (`'auto'`) a progress bar, 2 a line an epoch. */
export type VerboseOption = 'auto' | 0 | 1 | 2;

/** What all runs over data take. */
export interface RunOptions {
  /** Samples in a batch; 32 unless given. */
  readonly batchSize?: number;
  /**
   * What is printed; in a terminal a progress bar unless given. Elsewhere a prediction of a single batch prints nothing
   * unless it is asked to.
   */
  readonly verbose?: VerboseOption;
  readonly callbacks?: CallbacksOption;
  /** Ends the run after the steps under way, with a StoppedError. */
  readonly signal?: AbortSignal | undefined;
}

export type PredictOptions = RunOptions;

/** RunOptions with their defaults. */
export interface CheckedRun {
  readonly batchSize: number;
  readonly verbose: Verbosity;
  readonly callbacks: CallbacksOption | undefined;
  readonly signal: AbortSignal | undefined;
}

export const runNames = [
  'batchSize',
  'verbose',
  'callbacks',
  'signal',
] as const satisfies readonly (keyof RunOptions)[];

/** @throws ValueError for a value outside what is allowed */
export function checkRun(what: string, options: RunOptions): CheckedRun {
  const verbose = options.verbose ?? 'auto';
  const known: readonly unknown[] = ['auto', 0, 1, 2] satisfies readonly VerboseOption[];
  if (!known.includes(verbose))
    throw new ValueError(`${what}: expected verbose to be 0, 1, 2 or 'auto', received ${String(verbose)}.`);
  return {
    batchSize: checkWhole(options.batchSize ?? 32, `${what}: batchSize`),
    verbose: verbose === 'auto' ? 1 : verbose,
    callbacks: options.callbacks,
    signal: options.signal,
  };
}

/** @throws ValueError for a value outside what is allowed, or an unknown option */
export function checkPredictOptions(options: PredictOptions): CheckedRun {
  rejectUnknownOptions('predict', options, runNames);
  return checkRun('predict', options);
}
