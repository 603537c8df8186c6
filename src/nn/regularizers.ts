// Regularizers: penalties on large weights, added to the loss.
import { rejectUnknownOptions } from '../base/suggest.js';
import { zeros } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkNumber } from './check.js';

/** A penalty on a weight. Users may write their own. */
export interface Regularizer {
  /** Keras's class name. */
  readonly className: string;
  /** The scalar that is added to the loss, for a weight of any shape. */
  penalty(weight: Tensor): Tensor;
  /** In Keras's spelling. */
  getConfig(): Record<string, unknown>;
}

class L1L2 implements Regularizer {
  readonly className: string;
  readonly #l1: number | undefined;
  readonly #l2: number | undefined;

  constructor(className: string, factors: { readonly l1?: number; readonly l2?: number }) {
    this.className = className;
    this.#l1 = factors.l1;
    this.#l2 = factors.l2;
  }

  penalty(weight: Tensor): Tensor {
    const parts = [
      ...(this.#l1 ? [weight.abs().sum().mul(this.#l1)] : []),
      ...(this.#l2 ? [weight.square().sum().mul(this.#l2)] : []),
    ];
    if (parts.length === 0) return zeros([], weight.dtype);
    return parts.reduce((sum, part) => sum.add(part));
  }

  getConfig(): Record<string, unknown> {
    return {
      ...(this.#l1 === undefined ? {} : { l1: this.#l1 }),
      ...(this.#l2 === undefined ? {} : { l2: this.#l2 }),
    };
  }
}

function factor(value: unknown, what: string): number {
  return checkNumber(value, what, 0);
}

/** The sum of |w| times a factor, 0.01 by default: `l1(0.01)` or `l1({ l1: 0.01 })`. */
export function l1(options: number | { readonly l1?: number } = {}): Regularizer {
  if (typeof options === 'object') rejectUnknownOptions('regularizers.l1', options, ['l1']);
  const value = typeof options === 'object' ? (options.l1 ?? 0.01) : options;
  return new L1L2('L1', { l1: factor(value, 'regularizers.l1') });
}

/** The sum of w^2 times a factor, 0.01 by default: `l2(1e-4)` or `l2({ l2: 1e-4 })`. */
export function l2(options: number | { readonly l2?: number } = {}): Regularizer {
  if (typeof options === 'object') rejectUnknownOptions('regularizers.l2', options, ['l2']);
  const value = typeof options === 'object' ? (options.l2 ?? 0.01) : options;
  return new L1L2('L2', { l2: factor(value, 'regularizers.l2') });
}

/** The sum of both penalties, each factor 0 by default: `l1l2({ l1: 0.01, l2: 0.01 })`. */
export function l1l2(options: { readonly l1?: number; readonly l2?: number } = {}): Regularizer {
  rejectUnknownOptions('regularizers.l1l2', options, ['l1', 'l2']);
  return new L1L2('L1L2', {
    l1: factor(options.l1 ?? 0, 'regularizers.l1l2: l1'),
    l2: factor(options.l2 ?? 0, 'regularizers.l1l2: l2'),
  });
}
