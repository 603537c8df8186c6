// Which backend computes, and on how many threads.
import { rejectUnknownOptions } from './base/suggest.js';
import { engine } from './engine/engine.js';
import type { Spelling } from './nn/lookup.js';

/**
 * The backends there are: `native` is the machine's own code, in Node where there is a C compiler; `wasm` is fast and runs
 * anywhere; `reference` is plain TypeScript that the others are checked against.
 */
export type BackendName = 'native' | 'wasm' | 'reference';

export interface ThreadSettings {
  /** How many threads share the work, at least 1; as before unless given. */
  readonly threads?: number | undefined;
}

export interface BackendSettings extends ThreadSettings {
  /** The backend's name; the one in use unless given. */
  readonly name?: Spelling<BackendName> | undefined;
}

/** The backend in use. */
export interface BackendInfo {
  readonly name: string;
  /** Threads that share the work. */
  readonly threads: number;
}

/**
 * Chooses where everything that follows is computed: `await setBackend('reference')`,
 * `await setBackend('wasm', { threads: 2 })` or `await setBackend({ threads: 1 })`. Tensors and models go on with the
 * values they have.
 * @throws ValueError for a name that is not known, with the nearest, or a number of threads below 1
 * @throws StateError if the backend cannot be started here
 */
export async function setBackend(
  choice: Spelling<BackendName> | BackendSettings,
  options: ThreadSettings = {},
): Promise<BackendInfo> {
  const settings: BackendSettings = typeof choice === 'string' ? { name: choice, ...options } : choice;
  rejectUnknownOptions('setBackend', settings, ['name', 'threads']);
  await engine().setBackend(settings.name, { threads: settings.threads });
  return getBackend();
}

/** The backend in use and its number of threads; starts it if nothing has been computed yet. */
export async function getBackend(): Promise<BackendInfo> {
  const { name, threads } = await engine().backend();
  return { name, threads };
}

/** The names of the backends that this entry point offers, the one to be preferred first. */
export function backendNames(): readonly string[] {
  return engine().backendNames;
}
