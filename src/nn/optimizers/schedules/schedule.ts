// What a learning-rate schedule is: the rate as a function of the step, evaluated inside the compiled step.
import type { Tensor } from '../../../tensor/tensor.js';

/** The learning rate of each step. Users may write their own. */
export interface Schedule {
  /** Keras's class name. */
  readonly className: string;
  /** The rate, a float32 scalar, at a step, an int32 scalar that counts from 0. */
  rate(step: Tensor): Tensor;
  /** In Keras's spelling. */
  getConfig(): Record<string, unknown>;
}

/** A schedule whose `rate` is given the step as a float32 scalar. */
export function makeSchedule(
  className: string,
  rate: (step: Tensor) => Tensor,
  config: Record<string, unknown>,
  name: string,
): Schedule {
  return { className, rate: (step) => rate(step.cast('float32')), getConfig: () => ({ ...config, name }) };
}

/** Whether `value` is one: callers in JavaScript may pass anything. */
export function isSchedule(value: unknown): value is Schedule {
  return typeof value === 'object' && value !== null && 'rate' in value && typeof value.rate === 'function';
}
