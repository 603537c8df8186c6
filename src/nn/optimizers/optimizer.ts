// The base of all optimizers: the step counter, the learning rate, clipping, and the rule that each one adds.
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import type { Schedule } from './schedules.js';

export interface OptimizerOptions {
  readonly name?: string;
  /** A number or a schedule. */
  readonly learningRate?: number | Schedule;
  /** rate / (1 + decay x step), as in Keras 2; not together with a schedule. */
  readonly decay?: number;
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
  /** Steps done, an int32 scalar. */
  readonly iterations: Variable;
  /** Everything it keeps, in Keras's order, made when `build` is called. */
  readonly variables: readonly Variable[];
  /** The learning rate when it is a number; reading gives it as of now, setting changes it without compiling anew. */
  learningRate: number | Schedule;
  build(variables: readonly Variable[]): void;
  /** One step: assigns new values to `variables` and to its own state (called while a step is traced, or eagerly). */
  applyGradients(gradients: readonly Tensor[], variables: readonly Variable[]): void;
  getConfig(): Record<string, unknown>;
}
