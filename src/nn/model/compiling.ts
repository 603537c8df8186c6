// What `model.compile` calls. A model does not name it itself: optimizers, losses and metrics would be part of every page
// that only loads a model and predicts. Whatever makes models to be trained connects it.
import { StateError } from '../../base/errors.js';
import type { Compiled, CompileOptions } from './compiled.js';

type Compile = (options: CompileOptions) => Compiled;

let current: Compile | undefined;

/** Connects what `model.compile` calls. */
export function setCompiling(compile: Compile): void {
  current = compile;
}

/** What `model.compile` calls. @throws StateError in a page that has nothing to train with */
export function activeCompiling(): Compile {
  if (current === undefined)
    throw new StateError(
      'compile: this page has no optimizers and losses loaded, since it loads models only to predict. Call loadModel without { compile: false }.',
    );
  return current;
}
