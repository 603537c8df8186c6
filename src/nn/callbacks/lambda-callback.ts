// A callback made of functions.
import { rejectUnknownOptions } from '../../base/suggest.js';
import { hookNames, type CallbackHooks } from './callback.js';

/**
 * A callback that calls the given functions: `callbacks.lambdaCallback({ onEpochEnd: (epoch, logs) => {} })`.
 * @throws ValueError for a hook that does not exist
 */
export function lambdaCallback(hooks: CallbackHooks): CallbackHooks {
  rejectUnknownOptions('callbacks.lambdaCallback', hooks, hookNames);
  return { ...hooks };
}
