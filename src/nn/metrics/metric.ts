// What a metric is: state that every batch updates inside the compiled step, and a number read from it.
import type { NDArray } from '../../base/ndarray.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';

/** A user's metric: (yTrue, yPred) -> values [B] or [B, ...], or a scalar; averaged over samples. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A metric with its state. The state lives in variables, so that a compiled step updates it in place. */
export interface Metric {
  readonly name: string;
  readonly variables: readonly Variable[];
  /**
   * Takes a batch into account (called while a step is traced). `weights`, of shape [B], say how much each sample counts; samples
   * beyond the end of the data count 0.
   */
  update(yTrue: Tensor, yPred: Tensor, weights: Tensor): void;
  /** The number for the state that `values` holds, in the order of `variables`. */
  result(values: readonly NDArray[]): number;
  /** Forgets all batches. */
  reset(): void;
}
