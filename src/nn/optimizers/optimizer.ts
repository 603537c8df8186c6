// What the model needs of an optimizer, and the options that all of them take. base.ts has what they share.
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { Schedule } from './schedules/schedule.js';

export interface OptimizerOptions {
  readonly name?: string;
  /** A number or a schedule. */
  readonly learningRate?: number | Schedule;
  /** rate / (1 + decay x step), as in Keras 2; not together with a schedule. */
  readonly decay?: number;
  /** What fraction of a variable, times the learning rate, is taken off it before each update. */
  readonly weightDecay?: number;
  /** Each gradient is scaled down to at most this Euclidean norm. */
  readonly clipNorm?: number;
  /** Each element of a gradient is limited to [-clipValue, clipValue]. */
  readonly clipValue?: number;
  /** All gradients together are scaled down to at most this Euclidean norm. */
  readonly globalClipNorm?: number;
}

/** What the model needs of an optimizer. Optimizers are built on a base class in base.ts. */
export interface Optimizer {
  readonly name: string;
  /** Keras's class name. */
  readonly className: string;
  /** Steps done, an int32 scalar. */
  readonly iterations: Variable;
  /** Everything it keeps, in Keras's order: iterations, the learning rate unless it is a schedule, then what `build` makes. */
  readonly variables: readonly Variable[];
  /** The learning rate when it is a number; reading gives it as of now, setting changes it without compiling anew. */
  learningRate: number | Schedule;
  /** The rate of the next step, a scalar: what a schedule gives, or a decay has left. */
  currentLearningRate(): Tensor;
  build(variables: readonly Variable[]): void;
  /** One step: assigns new values to `variables` and to its own state (called while a step is traced, or eagerly). */
  applyGradients(gradients: readonly Tensor[], variables: readonly Variable[]): void;
  getConfig(): Record<string, unknown>;
}
