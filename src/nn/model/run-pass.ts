// Runs one pass over the data: many steps at a time, or one by one where callbacks hear of each batch.
import type { CallbackList } from '../callbacks/callback-list.js';
import type { Logs } from '../callbacks/callback.js';
import type { Progress } from '../progress/progress.js';
import type { Pass } from './batches.js';
import { type Breather, type Pace } from './pace.js';
import { throwIfAborted } from './stopping.js';

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
  /** Those that hear of steps without being called for each. */
  readonly watch?: StepWatch;
}

/** Hears of steps that have been run, and may ask to hear of a certain one. */
export interface StepWatch {
  /** How many steps may be run before it has to be called. */
  readonly limit: number;
  /** `ran` more steps are done. It may move the pass. */
  after(ran: number): Promise<void>;
}

/** Runs the steps of a pass that are left. Gives how many are done since it was started. @throws StoppedError if `signal` asks to stop */
export async function runPass(pass: Pass<undefined>, run: PassRun): Promise<number> {
  const { callbacks, phase, progress, pace } = run;
  const observed = callbacks.observesBatches(phase);
  const { watch } = run;
  while (pass.done < pass.steps && !run.isStopped()) {
    if (observed) await callbacks.call(`on${phase}BatchBegin`, pass.done, {});
    const start = performance.now();
    const { ran } = await pass.advance(observed ? 1 : Math.min(pace.steps, watch?.limit ?? Infinity));
    if (!observed) pace.took(ran, performance.now() - start);
    await watch?.after(ran);
    if (observed) await callbacks.call(`on${phase}BatchEnd`, pass.done - 1, await run.logs());
    await progress?.update(pass.done, run.logs);
    await run.breather.breathe();
    throwIfAborted(run.signal, run.what, `after step ${pass.done} of ${pass.steps}`);
  }
  return pass.done;
}
