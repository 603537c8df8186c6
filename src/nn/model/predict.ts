// predict: the model's output for given inputs, batch by batch.
import type { Tensor } from '../../tensor/tensor.js';
import { withValues } from '../../tensor/values.js';
import { activeConsole } from '../console.js';
import type { BatchPrograms } from './batch-programs.js';
import type { ModelData } from './data.js';
import { prepareInput, type RunnableModel } from './prepare-input.js';
import { checkPredictOptions, type PredictOptions } from './run-options.js';
import { throwIfAborted } from './stopping.js';

/** The output for all of x: [samples, ...output]. */
export async function predict(
  model: RunnableModel,
  programs: BatchPrograms,
  x: ModelData,
  options: PredictOptions,
): Promise<Tensor> {
  const checked = checkPredictOptions(options);
  const { batchSize, callbacks, signal } = checked;
  throwIfAborted(signal, 'predict', 'before its first step');
  const input = await prepareInput(model, 'predict', x);
  // Whoever asks for few samples at a time wants them soon: nobody is told.
  if (input.shape[0]! <= batchSize && !callbacks && !signal && !isShown(options))
    return programs.predict(model)(await withValues(input));
  const { predictObserved } = await import('./predict-observed.js');
  return predictObserved(model, programs, input, checked);
}

/** Whether a single batch shows: on a terminal, and where it was asked for. */
function isShown({ verbose = 'auto' }: PredictOptions): boolean {
  return verbose === 'auto' ? activeConsole().isTerminal : verbose > 0;
}
