// What layers with a kernel and a bias share: how the two start and what is charged for them.
import { resolveInitializer, type InitializerOption } from '../initializer-option.js';
import { glorotUniform, zeros, type Initializer } from '../initializers.js';
import { resolveRegularizer, type RegularizerOption } from '../regularizer-option.js';
import type { Regularizer } from '../regularizers.js';
import { serialize } from '../serialization.js';

export interface KernelOptions {
  /** `glorotUniform` by default. */
  readonly kernelInitializer?: InitializerOption;
  /** `zeros` by default. */
  readonly biasInitializer?: InitializerOption;
  readonly kernelRegularizer?: RegularizerOption;
  readonly biasRegularizer?: RegularizerOption;
}

export const kernelOptionNames = [
  'kernelInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'biasRegularizer',
] as const;

export class KernelConfig {
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | undefined;
  readonly biasRegularizer: Regularizer | undefined;

  constructor(options: KernelOptions, what: string) {
    this.kernelInitializer = resolveInitializer(options.kernelInitializer ?? glorotUniform(), what);
    this.biasInitializer = resolveInitializer(options.biasInitializer ?? zeros(), what);
    this.kernelRegularizer = resolveRegularizer(options.kernelRegularizer, what);
    this.biasRegularizer = resolveRegularizer(options.biasRegularizer, what);
  }

  getConfig(): Record<string, unknown> {
    return {
      kernel_initializer: serialize('keras.initializers', this.kernelInitializer),
      bias_initializer: serialize('keras.initializers', this.biasInitializer),
      kernel_regularizer: serialize('keras.regularizers', this.kernelRegularizer),
      bias_regularizer: serialize('keras.regularizers', this.biasRegularizer),
    };
  }
}
