// Lets models be compiled: optimizers, losses and metrics come along with this file.
import { Compiled } from './compiled.js';
import { setCompiling } from './compiling.js';

/** Called by whatever makes models that are to be trained. */
export function enableCompiling(): void {
  setCompiling((options) => new Compiled(options));
}
