// What `model.compile` settles: the optimizer, the loss and the metrics; and, for as long as they hold, the passes over
// recent data.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import { activeConsole } from '../console.js';
import { resolveLoss, type LossOption } from '../losses/resolve.js';
import { resolveMetric, type MetricOption } from '../metrics/resolve.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { resolveOptimizer, type OptimizerOption } from '../optimizers/resolve.js';
import { MetricSet, needsExactBatches, type Measured } from './metric-set.js';
import { describeCompiled } from '../saving/config/describe.js';
import { PassCache } from './pass-cache.js';

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

export class Compiled {
  readonly optimizer: Optimizer;
  readonly measured: Measured;
  readonly passes = new PassCache();
  readonly #options: CompileOptions;
  #trained: readonly Variable[] | undefined;
  #hasWarned = false;

  /** @throws ValueError for unknown options or names, with the nearest known one */
  constructor(options: CompileOptions) {
    rejectUnknownOptions('compile', options, optionNames);
    // Callers in JavaScript may leave it out.
    if ((options.loss as unknown) == null)
      throw new ValueError("compile: expected a loss, received none. For example loss: 'meanSquaredError'.");
    this.optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop');
    this.#options = options;
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
  variablesOf(model: { readonly name: string; readonly trainableWeights: readonly Variable[] }): readonly Variable[] {
    const trainable = model.trainableWeights;
    if (!this.#trained) {
      this.#trained = trainable;
      this.optimizer.build(this.#trained);
    }
    const known = this.#trained;
    const isSame = known.length === trainable.length && known.every((variable, index) => variable === trainable[index]);
    if (!isSame && !this.#hasWarned) {
      this.#hasWarned = true;
      const countOf = (variables: readonly Variable[]): number => variables.reduce((sum, { size }) => sum + size, 0);
      activeConsole().warn(
        `Model "${model.name}" trains ${countOf(known)} parameters as when it was compiled, although ${countOf(trainable)} are trainable by now. Call model.compile again for a change of trainable, or of the layers, to count.`,
      );
    }
    return this.#trained;
  }

  /** What the optimizer keeps, once training has begun. */
  get optimizerVariables(): readonly Variable[] | undefined {
    return this.#trained && this.optimizer.variables;
  }

  /** What was settled, in Keras's names and spelling. */
  getConfig(): Record<string, unknown> {
    const { loss } = this.#options;
    const { metrics, weightedMetrics } = this.measured;
    return describeCompiled({ optimizer: this.optimizer, loss, metrics, weightedMetrics });
  }

  /** New metrics for labels and predictions of these shapes, batch axis first. */
  newMetrics(yShape: readonly number[], outputShape: readonly number[]): MetricSet {
    return new MetricSet(this.measured, yShape, outputShape);
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
