// Adam: steps scaled by running means of the gradient and of its square.
import { roughReciprocal, roughSqrt } from '../../tensor/rough.js';
import { flushSubnormal } from '../../tensor/subnormal.js';
import { full } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { checkBoolean, checkNumber } from '../check.js';
import { BaseOptimizer, optionsOf, type OptimizerArgument, type VariableUpdate } from './base.js';
import type { OptimizerOptions } from './optimizer.js';

export interface AdamOptions extends OptimizerOptions {
  /** How slowly the mean of the gradient changes; 0.9 by default. */
  readonly beta1?: number;
  /** How slowly the mean of its square changes; 0.999 by default. */
  readonly beta2?: number;
  /** Keeps the division from blowing up; 1e-7 by default. */
  readonly epsilon?: number;
  /** Whether the largest mean square so far is used (Reddi et al., 2018); false by default. */
  readonly amsgrad?: boolean;
}

export class Adam extends BaseOptimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  readonly #momentums: Variable[] = [];
  readonly #velocities: Variable[] = [];
  readonly #largestVelocities: Variable[] = [];

  constructor(options: AdamOptions) {
    super('Adam', options, 0.001);
    this.beta1 = checkNumber(options.beta1 ?? 0.9, 'optimizers.adam: beta1', 0, 1);
    this.beta2 = checkNumber(options.beta2 ?? 0.999, 'optimizers.adam: beta2', 0, 1);
    this.epsilon = checkNumber(options.epsilon ?? 1e-7, 'optimizers.adam: epsilon', 0);
    this.amsgrad = checkBoolean(options.amsgrad ?? false, 'optimizers.adam: amsgrad');
  }

  protected override makeSlots(variables: readonly Variable[]): void {
    for (const variable of variables) {
      this.#momentums.push(this.addSlot(variable, 'momentum'));
      this.#velocities.push(this.addSlot(variable, 'velocity'));
    }
    if (!this.amsgrad) return;
    for (const variable of variables) this.#largestVelocities.push(this.addSlot(variable, 'velocity_hat'));
  }

  protected override updateAll(updates: readonly VariableUpdate[], rate: Tensor): void {
    // The means start at 0; dividing by 1 - beta^t undoes that. One scalar stands for both corrections and the rate.
    const t = this.iterations.value.add(1).cast('float32');
    const correction = (beta: number): Tensor => full([], beta).pow(t).neg().add(1);
    const alpha = rate.mul(correction(this.beta2).sqrt()).div(correction(this.beta1));
    for (const { variable, gradient, position } of updates) {
      const momentum = this.#momentums[position]!;
      const velocity = this.#velocities[position]!;
      const largest = this.#largestVelocities[position];
      // A gradient that stays 0 lets the momentum fade, into subnormal numbers within some 800 steps.
      momentum.assign(flushSubnormal(momentum.value.add(gradient.sub(momentum.value).mul(1 - this.beta1))));
      velocity.assign(
        velocity.value.add(
          gradient
            .square()
            .sub(velocity.value)
            .mul(1 - this.beta2),
        ),
      );
      largest?.assign(largest.value.maximum(velocity.value));
      const scale = roughSqrt((largest ?? velocity).value).add(this.epsilon);
      variable.assign(variable.value.sub(momentum.value.mul(alpha).mul(roughReciprocal(scale))));
    }
  }

  protected override ownConfig(): Record<string, unknown> {
    return { beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon, amsgrad: this.amsgrad };
  }
}

/** Adam (Kingma and Ba, 2015): `adam(0.001)`, `adam({ learningRate: 0.001, beta1: 0.9 })` or `adam(schedule)`. */
export function adam(options?: OptimizerArgument<AdamOptions>): Adam {
  return new Adam(optionsOf(options, 'optimizers.adam', ['beta1', 'beta2', 'epsilon', 'amsgrad']));
}
