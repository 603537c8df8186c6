// Starts the backend that is measured, and none in its place.
import { getBackend, setBackend } from 'nacre';
import { Unavailable } from './implementation.js';

/** @throws Unavailable where there is no such backend, or it does not run on this machine */
export async function startBackend(name: string, threads: number): Promise<void> {
  let reason = 'another was taken';
  try {
    // A string, since a backend may not be there yet.
    await (setBackend as (name: string, options: { threads: number }) => Promise<unknown>)(name, { threads });
    if ((await getBackend()).name === name) return;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new Unavailable(`not available: ${reason}`);
}
