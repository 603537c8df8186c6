// The loss and the metrics of a run: their state, updated in every step, and the numbers read from it.
import type { NDArray } from '../../base/ndarray.js';
import { zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { Logs } from '../callbacks/callback.js';
import type { Loss } from '../losses/loss.js';
import { Mean } from '../metrics/mean.js';
import type { Metric, MetricFunction } from '../metrics/metric.js';
import { resolveMetric, type MetricOption } from '../metrics/resolve.js';
import type { Batch } from './batches.js';

/** What `compile` was told to measure. */
export interface Measured {
  readonly loss: Loss;
  /** Means over samples, each counted once. */
  readonly metrics: readonly MetricOption[];
  /** Means over samples, each counted by its sample weight. */
  readonly weightedMetrics: readonly MetricOption[];
}

interface Entry {
  readonly name: string;
  readonly metric: Pick<Metric, 'variables' | 'result' | 'reset'>;
}

export class MetricSet {
  readonly #loss = new Mean('loss');
  readonly #plain: readonly Metric[];
  readonly #weighted: readonly Metric[];
  /** In the order of compile: the loss, the metrics, the weighted ones. */
  readonly #entries: readonly Entry[];

  /** The shapes, batch axis first, decide what `accuracy` means. */
  constructor(measured: Measured, yTrueShape: readonly number[], yPredShape: readonly number[]) {
    const resolve = (option: MetricOption): Metric => resolveMetric(option, measured.loss, yTrueShape, yPredShape);
    this.#plain = measured.metrics.map(resolve);
    this.#weighted = measured.weightedMetrics.map(resolve);
    const entries: Entry[] = [{ name: 'loss', metric: this.#loss }];
    const isTaken = (name: string): boolean => entries.some((entry) => entry.name === name);
    for (const metric of this.#plain) entries.push({ name: metric.name, metric });
    for (const metric of this.#weighted)
      entries.push({ name: isTaken(metric.name) ? `weighted_${metric.name}` : metric.name, metric });
    this.#entries = entries;
  }

  /** The names, in the order of compile. */
  get names(): string[] {
    return this.#entries.map(({ name }) => name);
  }

  /** Everything that they keep. */
  get variables(): readonly Variable[] {
    return this.#entries.flatMap(({ metric }) => metric.variables);
  }

  /** Takes a batch into account, while a step is traced. `weights` [B] are those of the samples, where there are any. */
  update(batch: Batch, loss: Tensor, yTrue: Tensor, yPred: Tensor, weights: Tensor | undefined): void {
    this.#loss.add(loss, batch.count);
    for (const metric of this.#plain) metric.update(yTrue, yPred, batch.valid);
    const weighted = weights ? batch.valid.mul(weights) : batch.valid;
    for (const metric of this.#weighted) metric.update(yTrue, yPred, weighted);
  }

  /** Forgets all batches. */
  reset(): void {
    for (const { metric } of this.#entries) metric.reset();
  }

  /** The numbers since the last reset, by name, in the order of compile. */
  async results(): Promise<[name: string, value: number][]> {
    const states = await Promise.all(
      this.#entries.map(({ metric }) =>
        Promise.all(metric.variables.map((variable): Promise<NDArray> => variable.value.realize())),
      ),
    );
    return this.#entries.map(({ name, metric }, index) => [name, metric.result(states[index]!)]);
  }

  /** The numbers since the last reset, sorted by name, as Keras gives them to callbacks. */
  async logs(): Promise<Logs> {
    return sortedByName(await this.results());
  }
}

/** An object whose keys are in alphabetical order. */
export function sortedByName(entries: readonly (readonly [name: string, value: number])[]): Logs {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * Whether the loss or a metric makes one number of a whole batch itself. Rows beyond the end of the data cannot be taken
 * out of such a number, so that a smaller last batch needs a program of its own.
 */
export function needsExactBatches(measured: Measured, yTrue: Tensor, outputShape: readonly number[]): boolean {
  const yPred = zeros(outputShape);
  const isScalar = (fn: MetricFunction): boolean => fn(yTrue, yPred).rank === 0;
  const { loss } = measured;
  if (loss.labels === 'any' && isScalar((labels, predictions) => loss.values(labels, predictions))) return true;
  return [...measured.metrics, ...measured.weightedMetrics].some(
    (option) => typeof option === 'function' && isScalar(option),
  );
}
