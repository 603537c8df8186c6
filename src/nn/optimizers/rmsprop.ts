// RMSprop: steps divided by the root of a running mean of the squared gradient.
import { flushSubnormal } from '../../tensor/subnormal.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { checkBoolean, checkNumber } from '../check.js';
import { BaseOptimizer, optionsOf, type OptimizerArgument, type VariableUpdate } from './base.js';
import type { OptimizerOptions } from './optimizer.js';

export interface RmspropOptions extends OptimizerOptions {
  /** How slowly the mean of the squared gradient changes; 0.9 by default. */
  readonly rho?: number;
  /** How much of the previous step is kept, from 0 (the default) to 1. */
  readonly momentum?: number;
  /** Keeps the division from blowing up; 1e-7 by default. */
  readonly epsilon?: number;
  /** Whether the variance of the gradient is used in place of its mean square; false by default. */
  readonly centered?: boolean;
}

export class Rmsprop extends BaseOptimizer {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  readonly #velocities: Variable[] = [];
  readonly #momentums: Variable[] = [];
  readonly #averageGradients: Variable[] = [];

  constructor(options: RmspropOptions) {
    super('RMSprop', options, 0.001);
    this.rho = checkNumber(options.rho ?? 0.9, 'optimizers.rmsprop: rho', 0, 1);
    this.momentum = checkNumber(options.momentum ?? 0, 'optimizers.rmsprop: momentum', 0, 1);
    this.epsilon = checkNumber(options.epsilon ?? 1e-7, 'optimizers.rmsprop: epsilon', 0);
    this.centered = checkBoolean(options.centered ?? false, 'optimizers.rmsprop: centered');
  }

  protected override makeSlots(variables: readonly Variable[]): void {
    for (const variable of variables) this.#velocities.push(this.addSlot(variable, 'velocity'));
    if (this.momentum > 0) for (const variable of variables) this.#momentums.push(this.addSlot(variable, 'momentum'));
    if (this.centered)
      for (const variable of variables) this.#averageGradients.push(this.addSlot(variable, 'average_gradient'));
  }

  protected override updateAll(updates: readonly VariableUpdate[], rate: Tensor): void {
    for (const { variable, gradient, position } of updates) {
      const velocity = this.#velocities[position]!;
      const momentum = this.#momentums[position];
      const average = this.#averageGradients[position];
      velocity.assign(this.#runningMean(velocity.value, gradient.square()));
      average?.assign(this.#runningMean(average.value, gradient));
      const spread = average ? velocity.value.sub(average.value.square()) : velocity.value;
      const step = gradient.mul(rate).div(spread.add(this.epsilon).sqrt());
      momentum?.assign(flushSubnormal(momentum.value.mul(this.momentum).add(step)));
      variable.assign(variable.value.sub(momentum ? momentum.value : step));
    }
  }

  #runningMean(mean: Tensor, value: Tensor): Tensor {
    return flushSubnormal(mean.mul(this.rho).add(value.mul(1 - this.rho)));
  }

  protected override ownConfig(): Record<string, unknown> {
    return { rho: this.rho, momentum: this.momentum, epsilon: this.epsilon, centered: this.centered };
  }
}

/** RMSprop (Hinton's lecture 6e, 2012): `rmsprop(0.001)` or `rmsprop({ momentum: 0.9, centered: true })`. */
export function rmsprop(options?: OptimizerArgument<RmspropOptions>): Rmsprop {
  return new Rmsprop(optionsOf(options, 'optimizers.rmsprop', ['rho', 'momentum', 'epsilon', 'centered']));
}
