// What `model.compile` settles: the optimizer, the loss and the metrics; and what is kept from run to run for as long as
// they hold: the metrics' state, and the programs of recent data.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { resolveLoss, type LossOption } from '../losses/resolve.js';
import { resolveMetric, type MetricOption } from '../metrics/resolve.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { resolveOptimizer, type OptimizerOption } from '../optimizers/resolve.js';
import type { Pass } from './batches.js';
import { MetricSet, needsExactBatches, type Measured } from './metric-set.js';
import type { Origin } from './origin.js';

export interface CompileOptions {
  /** A name, or an optimizer such as `optimizers.adam(0.001)`; rmsprop unless given, as in Keras. */
  readonly optimizer?: OptimizerOption;
  /** A name, a loss such as `losses.meanSquaredError()`, or a function of (yTrue, yPred). */
  readonly loss: LossOption;
  /** What to report beside the loss: names, metrics, functions of (yTrue, yPred). */
  readonly metrics?: MetricOption | readonly MetricOption[];
  /** The same, with each sample counted by its sample weight. */
  readonly weightedMetrics?: MetricOption | readonly MetricOption[];
}

const optionNames = [
  'optimizer',
  'loss',
  'metrics',
  'weightedMetrics',
] as const satisfies readonly (keyof CompileOptions)[];

/** Training and evaluation keep their numbers apart, so that one may run amid the other. */
export type MetricPurpose = 'fit' | 'evaluate' | 'trainOnBatch' | 'testOnBatch';

export class Compiled {
  readonly optimizer: Optimizer;
  readonly measured: Measured;
  readonly passes = new PassCache();
  #trained: readonly Variable[] | undefined;
  readonly #metricSets = new Map<string, MetricSet>();

  /** @throws ValueError for unknown options or names, with the nearest known one */
  constructor(options: CompileOptions) {
    rejectUnknownOptions('compile', options, optionNames);
    // Callers in JavaScript may leave it out.
    if ((options.loss as unknown) == null)
      throw new ValueError("compile: expected a loss, received none. For example loss: 'meanSquaredError'.");
    this.optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop');
    this.measured = {
      loss: resolveLoss(options.loss),
      metrics: asList(options.metrics),
      weightedMetrics: asList(options.weightedMetrics),
    };
    // Reports unknown names now; what `accuracy` stands for depends on the data's shapes and is settled with them.
    for (const option of [...this.measured.metrics, ...this.measured.weightedMetrics])
      resolveMetric(option, this.measured.loss, [null, 1], [null, 1]);
  }

  /** The variables that training moves, settled when it first begins: a change of `trainable` needs `compile` again. */
  variablesOf(model: { readonly trainableWeights: readonly Variable[] }): readonly Variable[] {
    if (!this.#trained) {
      this.#trained = model.trainableWeights;
      this.optimizer.build(this.#trained);
    }
    return this.#trained;
  }

  /** What the optimizer keeps, once training has begun. */
  get optimizerVariables(): readonly Variable[] | undefined {
    return this.#trained && this.optimizer.variables;
  }

  /** The state of the metrics for labels and predictions of these shapes, batch axis first. */
  metricsFor(purpose: MetricPurpose, yShape: readonly number[], outputShape: readonly number[]): MetricSet {
    const key = `${purpose} ${yShape.slice(1).join()} ${outputShape.slice(1).join()} ${yShape.length}`;
    let set = this.#metricSets.get(key);
    if (!set) {
      set = new MetricSet(this.measured, yShape, outputShape);
      this.#metricSets.set(key, set);
    }
    return set;
  }

  /**
   * Tries the loss on labels and predictions of these shapes, without computing anything.
   * @throws ShapeError if they do not fit
   */
  probe(y: Tensor, outputShape: readonly number[]): { readonly exactBatches: boolean } {
    // Two samples, so that the axis of the samples is not taken for one of size 1 that may be dropped.
    const labels = zeros([2, ...y.shape.slice(1)], y.dtype);
    const predictions = [2, ...outputShape.slice(1)];
    this.measured.loss.values(labels, zeros(predictions));
    return { exactBatches: needsExactBatches(this.measured, labels, predictions) };
  }
}

function asList(option: MetricOption | readonly MetricOption[] | undefined): readonly MetricOption[] {
  if (option === undefined) return [];
  return Array.isArray(option) ? (option as readonly MetricOption[]) : [option as MetricOption];
}

interface CachedPass {
  readonly origin: Origin;
  readonly settings: string;
  readonly pass: Pass<undefined>;
}

/** Keeps one pass for each purpose and x, for as long as that x lives. */
class PassCache {
  readonly #entries = new Map<string, WeakMap<Tensor, CachedPass>>();

  /** Forgets all. */
  clear(): void {
    this.#entries.clear();
  }

  /** The pass over the same data with the same settings, or a new one. */
  async get(
    purpose: string,
    origin: Origin,
    settings: string,
    make: () => Promise<Pass<undefined>>,
  ): Promise<Pass<undefined>> {
    let entries = this.#entries.get(purpose);
    if (!entries) {
      entries = new WeakMap();
      this.#entries.set(purpose, entries);
    }
    const key = `${settings} ${origin.range.join()}`;
    const known = entries.get(origin.x);
    if (known?.settings === key && known.origin.y === origin.y && known.origin.weights === origin.weights)
      return known.pass;
    const pass = await make();
    entries.set(origin.x, { origin, settings: key, pass });
    return pass;
  }
}
