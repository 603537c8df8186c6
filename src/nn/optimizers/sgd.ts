// Stochastic gradient descent, plain or with momentum.
import { ValueError } from '../../base/errors.js';
import { flushSubnormal } from '../../tensor/subnormal.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { checkBoolean, checkNumber } from '../check.js';
import { BaseOptimizer, optionsOf, type OptimizerArgument, type VariableUpdate } from './base.js';
import type { OptimizerOptions } from './optimizer.js';

export interface SgdOptions extends OptimizerOptions {
  /** How much of the previous step is kept, from 0 (the default) to 1. */
  readonly momentum?: number;
  /** Whether the gradient is taken as if the momentum had been applied already (Nesterov, 1983); false by default. */
  readonly nesterov?: boolean;
}

export class Sgd extends BaseOptimizer {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly #momentums: Variable[] = [];

  constructor(options: SgdOptions) {
    super('SGD', options, 0.01);
    this.momentum = checkNumber(options.momentum ?? 0, 'optimizers.sgd: momentum', 0, 1);
    this.nesterov = checkBoolean(options.nesterov ?? false, 'optimizers.sgd: nesterov');
    if (this.nesterov && this.momentum === 0)
      throw new ValueError('optimizers.sgd: nesterov needs a momentum above 0, for example { momentum: 0.9 }.');
  }

  protected override makeSlots(variables: readonly Variable[]): void {
    if (this.momentum === 0) return;
    for (const variable of variables) this.#momentums.push(this.addSlot(variable, 'momentum'));
  }

  protected override updateAll(updates: readonly VariableUpdate[], rate: Tensor): void {
    for (const { variable, gradient, position } of updates) {
      const step = gradient.mul(rate);
      const momentum = this.#momentums[position];
      if (!momentum) {
        variable.assign(variable.value.sub(step));
        continue;
      }
      const velocity = flushSubnormal(momentum.value.mul(this.momentum).sub(step));
      momentum.assign(velocity);
      const change = this.nesterov ? velocity.mul(this.momentum).sub(step) : velocity;
      variable.assign(variable.value.add(change));
    }
  }

  protected override ownConfig(): Record<string, unknown> {
    return { momentum: this.momentum, nesterov: this.nesterov };
  }
}

/** Gradient descent: w - rate x gradient, optionally with momentum: `sgd(0.01)` or `sgd({ momentum: 0.9 })`. */
export function sgd(options?: OptimizerArgument<SgdOptions>): Sgd {
  return new Sgd(optionsOf(options, 'optimizers.sgd', ['momentum', 'nesterov']));
}
