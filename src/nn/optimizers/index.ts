// The namespace `optimizers`: what makes optimizers, and the options that each takes.
export { adam, type AdamOptions } from './adam.js';
export type { Optimizer, OptimizerOptions } from './optimizer.js';
export { rmsprop, type RmspropOptions } from './rmsprop.js';
export type { Schedule } from './schedules/schedule.js';
export { sgd, type SgdOptions } from './sgd.js';
