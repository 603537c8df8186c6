// Starts the backend before there is anything to compute.
import { engine } from '../engine/engine.js';

/** Resolves when it has started. @throws StateError where none does */
export async function startBackend(): Promise<void> {
  await engine().backend();
}
