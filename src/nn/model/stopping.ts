// Runs that a signal stops.
import { StoppedError } from '../../base/errors.js';

/** @throws StoppedError if `signal` has asked to stop */
export function throwIfAborted(signal: AbortSignal | undefined, what: string, when: string): void {
  if (signal?.aborted) throw new StoppedError(`${what} was stopped ${when}.`, { cause: signal.reason });
}
