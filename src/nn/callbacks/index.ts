// The namespace `callbacks`: what callbacks are, and the ways to make them.
export { Callback, type CallbackHooks, type Logs, type ObservedModel, type RunParams } from './callback.js';
export type { CallbacksOption } from './callback-list.js';
export { History } from './history.js';
export { lambdaCallback } from './lambda-callback.js';
