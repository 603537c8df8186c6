// Runs one pass over the data: many steps at a time, or one by one where callbacks hear of each batch.
import { StoppedError } from '../../base/errors.js';
import type { CallbackList } from '../callbacks/callback-list.js';
import type { Logs } from '../callbacks/callback.js';
import type { Progress } from '../progress/progress.js';
import type { Pass } from './batches.js';
import { type Breather, type Pace } from './pace.js';

export interface PassRun {
  /** What errors call the run: 'fit', 'evaluate'. */
  readonly what: string;
  readonly phase: 'Train' | 'Test';
  readonly callbacks: CallbackList;
  /** Undefined where nothing is shown. */
  readonly progress: Progress | undefined;
  readonly signal: AbortSignal | undefined;
  readonly logs: () => Promise<Logs>;
  /** Asked after every call: whether to leave out the steps that are left. */
  readonly isStopped: () => boolean;
  readonly pace: Pace;
  readonly breather: Breather;
}

/** Runs the steps of a pass that has been started. Gives how many ran. @throws StoppedError if `signal` asks to stop */
export async function runPass(pass: Pass<undefined>, run: PassRun): Promise<number> {
  const { callbacks, phase, progress, pace } = run;
  const observed = callbacks.observesBatches(phase);
  let done = 0;
  while (done < pass.steps && !run.isStopped()) {
    if (observed) await callbacks.call(`on${phase}BatchBegin`, done, {});
    const start = performance.now();
    const { ran } = await pass.advance(observed ? 1 : pace.steps);
    if (!observed) pace.took(ran, performance.now() - start);
    done += ran;
    if (observed) await callbacks.call(`on${phase}BatchEnd`, done - 1, await run.logs());
    await progress?.update(done, run.logs);
    await run.breather.breathe();
    throwIfAborted(run.signal, run.what, `after step ${done} of ${pass.steps}`);
  }
  return done;
}

/** @throws StoppedError if `signal` has asked to stop */
export function throwIfAborted(signal: AbortSignal | undefined, what: string, when: string): void {
  if (signal?.aborted) throw new StoppedError(`${what} was stopped ${when}.`, { cause: signal.reason });
}
