// Metrics whose state is more than a running mean: counts that a formula makes the result of, once it is asked for.
import { ShapeError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape, sameShape, type Shape } from '../../base/shape.js';
import { zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { uniqueName } from '../naming.js';
import type { Metric } from './metric.js';

/** A metric that keeps float32 variables and computes its result from them in double precision. */
export abstract class StatefulMetric implements Metric {
  readonly name: string;
  /** Keras's class name. */
  readonly className: string;
  readonly #config: Readonly<Record<string, unknown>>;
  #variables: readonly Variable[] = [];

  /** Without a name it is called after its class: `precision`, then `precision_1`. */
  constructor(className: string, name: string | undefined, config: Readonly<Record<string, unknown>>) {
    this.className = className;
    this.name = name ?? uniqueName(className);
    this.#config = config;
  }

  get variables(): readonly Variable[] {
    return this.#variables;
  }

  abstract update(yTrue: Tensor, yPred: Tensor, weights: Tensor): void;

  /** All numbers of the result: one, or one for each class or threshold. Empty before anything came. */
  protected abstract numbers(state: readonly NDArray[]): Float64Array;

  /** The result; where it is several numbers, their mean, which is what Keras's progress bar shows. */
  result(values: readonly NDArray[]): number {
    const numbers = values.length === 0 ? new Float64Array() : this.numbers(values);
    return numbers.length === 0 ? 0 : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  }

  /** All numbers of the result, of everything since the last reset: one for each class or threshold. */
  async resultVector(): Promise<Float64Array> {
    if (this.#variables.length === 0) return new Float64Array();
    return this.numbers(await Promise.all(this.#variables.map((variable) => variable.read())));
  }

  /** The variables, zero at first. Shapes that depend on the predictions are known at the first update. */
  protected state(shapes: Readonly<Record<string, Shape>>): readonly Variable[] {
    const wanted = Object.entries(shapes);
    if (this.#variables.length === 0)
      this.#variables = wanted.map(
        ([key, shape]) => new Variable(zeros(shape), { name: `${this.name}/${key}`, trainable: false }),
      );
    wanted.forEach(([, shape], index) => {
      const known = this.#variables[index]!.shape;
      if (!sameShape(known, shape))
        throw new ShapeError(
          `Metric "${this.name}": expected predictions as before (state of shape ${formatShape(known)}), received others (${formatShape(shape)}). Make a metric for each model.`,
        );
    });
    return this.#variables;
  }

  /** Forgets everything. */
  reset(): void {
    for (const variable of this.#variables) variable.assign(zeros(variable.shape));
  }

  getConfig(): Record<string, unknown> {
    return { name: this.name, dtype: 'float32', ...this.#config };
  }
}

/**
 * Adds to a sum that is kept as two float32 parts, of which the second holds what the first rounds away (Knuth's exact
 * sum of two numbers), so that counts stay exact far beyond the 2^24 of one float32.
 */
export function addExactly(total: Variable, rest: Variable, values: Tensor): void {
  const before = total.value;
  const added = values.add(rest.value);
  const sum = before.add(added);
  const taken = sum.sub(before);
  total.assign(sum);
  rest.assign(before.sub(sum.sub(taken)).add(added.sub(taken)));
}

/** The sum that two parts stand for. */
export function exactSum(total: NDArray, rest: NDArray): Float64Array {
  return Float64Array.from(total.data, (value, index) => value + rest.data[index]!);
}

/** Weights [B] for values [B, ...]: each for all values of its sample. */
export function weightsFor(values: Tensor, weights: Tensor): Tensor {
  return weights.reshape([weights.shape[0]!, ...values.shape.slice(1).map(() => 1)]).broadcastTo(values.shape);
}
