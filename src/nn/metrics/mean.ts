// Running means: the state behind the loss that fit reports and behind every metric that is a mean over samples.
import type { NDArray } from '../../base/ndarray.js';
import { zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { meanPerSample } from '../losses/reduce.js';
import type { Metric, MetricFunction } from './metric.js';

/** The mean of numbers that come one by one, each with a weight: the loss of an epoch, weighted by its batches' sizes. */
export class Mean {
  readonly name: string;
  /** The sum of value x weight, and the sum of the weights. */
  readonly #total: Variable;
  readonly #count: Variable;

  constructor(name = 'mean') {
    this.name = name;
    this.#total = new Variable(zeros([]), { name: `${name}/total`, trainable: false });
    this.#count = new Variable(zeros([]), { name: `${name}/count`, trainable: false });
  }

  get variables(): readonly Variable[] {
    return [this.#total, this.#count];
  }

  /** Takes a scalar into account that stands for `weight` (a scalar too) samples. */
  add(value: Tensor, weight: Tensor): void {
    this.#total.assign(this.#total.value.add(value.mul(weight)).cast('float32'));
    this.#count.assign(this.#count.value.add(weight).cast('float32'));
  }

  /** Takes values [B] with weights [B] into account. */
  addEach(values: Tensor, weights: Tensor): void {
    this.#total.assign(this.#total.value.add(values.mul(weights).sum()).cast('float32'));
    this.#count.assign(this.#count.value.add(weights.sum()).cast('float32'));
  }

  /** The mean for the state that `values` holds, in the order of `variables`; 0 before anything came. */
  result(values: readonly NDArray[]): number {
    const total = values[0]!.data[0]!;
    const count = values[1]!.data[0]!;
    return count === 0 ? 0 : total / count;
  }

  /** Forgets everything. */
  reset(): void {
    for (const variable of this.variables) variable.assign(zeros([]));
  }
}

/** The mean of a function's values over samples, each counted by its weight. */
export class MeanMetric extends Mean implements Metric {
  /** Keras's class name; undefined for a user's function. */
  readonly className: string | undefined;
  readonly #values: MetricFunction;
  readonly #config: Record<string, unknown>;

  constructor(
    name: string,
    values: MetricFunction,
    options: { readonly className?: string; readonly config?: Record<string, unknown> } = {},
  ) {
    super(name);
    this.className = options.className;
    this.#values = values;
    this.#config = options.config ?? {};
  }

  /** yTrue and yPred [B, ...], weights [B]. */
  update(yTrue: Tensor, yPred: Tensor, weights: Tensor): void {
    const values = this.#values(yTrue, yPred);
    if (values.rank === 0) this.add(values, weights.sum());
    else this.addEach(meanPerSample(values), weights);
  }

  getConfig(): Record<string, unknown> {
    return { name: this.name, dtype: 'float32', ...this.#config };
  }
}
