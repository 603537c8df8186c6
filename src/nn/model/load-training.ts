// Loads what trains and judges models, when it is first needed.
import type { training } from './training.js';

let loaded: typeof training | undefined;

export async function loadTraining(): Promise<typeof training> {
  // Waiting for a module, even one that is there, takes longer than looking.
  loaded ??= (await import('./training.js')).training;
  return loaded;
}
