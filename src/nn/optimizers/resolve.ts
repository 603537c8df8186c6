// Finds the optimizer that a name or an optimizer stands for.
import { ValueError } from '../../base/errors.js';
import { hasMethod, show } from '../check.js';
import { lookUp, type Spelling } from '../lookup.js';
import { adam } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

const table = { sgd, adam, rmsprop } as const;

export type OptimizerName = keyof typeof table;

/** What an `optimizer` option takes. */
export type OptimizerOption = Spelling<OptimizerName> | Optimizer;

/** The optimizer that an `optimizer` option stands for; a name gives a new one. @throws ValueError for what is none */
export function resolveOptimizer(option: OptimizerOption): Optimizer {
  if (typeof option === 'string') return lookUp<() => Optimizer>('optimizer', option, table).value();
  if (!hasMethod(option, 'applyGradients'))
    throw new ValueError(
      `optimizer: expected a name or an optimizer such as optimizers.adam(0.001), received ${show(option)}.`,
    );
  return option;
}
