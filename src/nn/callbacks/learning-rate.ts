// The learning rate as callbacks see and set it.
import { StateError } from '../../base/errors.js';
import type { ObservedModel } from './callback.js';

/**
 * The rate as the optimizer uses it: rounded to float32.
 * @throws StateError where it is a schedule, which nothing else can set
 */
export function learningRateOf(model: ObservedModel | undefined, what: string): number {
  const rate = model?.optimizer?.learningRate;
  if (typeof rate === 'number') return Math.fround(rate);
  throw new StateError(
    `${what}: expected an optimizer with a number as its learning rate, received a schedule. Use the one or the other.`,
  );
}

export function setLearningRate(model: ObservedModel | undefined, rate: number): void {
  model!.optimizer!.learningRate = rate;
}
