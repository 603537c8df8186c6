// The namespace `schedules`: learning rates that change from step to step.
export { cosineDecay, type CosineDecayOptions } from './cosine-decay.js';
export { cosineDecayRestarts, type CosineDecayRestartsOptions } from './cosine-decay-restarts.js';
export { exponentialDecay, inverseTimeDecay, type DecayOptions } from './decay.js';
export { oneCycle, type AnnealStrategy, type OneCycleOptions } from './one-cycle.js';
export { piecewiseConstantDecay, type PiecewiseConstantDecayOptions } from './piecewise-constant-decay.js';
export { polynomialDecay, type PolynomialDecayOptions } from './polynomial-decay.js';
export type { Schedule } from './schedule.js';
