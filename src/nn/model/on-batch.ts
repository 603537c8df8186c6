// One step on one batch that the caller chose: trainOnBatch, testOnBatch, predictOnBatch. The batch is an argument of the
// program, so that the next one of the same shape runs the same program.
import { compile, type CompiledFunction } from '../../tensor/compile.js';
import { full } from '../../tensor/creation.js';
import { positions } from '../../tensor/rows.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Batch } from './batches.js';
import type { Compiled } from './compiled.js';
import { type ModelData } from './data.js';
import type { TrainableModel } from './fit.js';
import type { MetricSet } from './metric-set.js';
import { checkOnBatchOptions, type TrainOnBatchOptions } from './options.js';
import { prepare, prepareInput, weighted, type RunnableModel } from './prepare.js';
import { sampleWeights, weightsOfClasses } from './sample-weights.js';
import { inference, testStep, trainStep, type BatchData } from './steps.js';

type BatchFunction = CompiledFunction<[x: Tensor, y: Tensor, weights: Tensor | undefined], undefined>;

/** The programs of a model for single batches, kept until it is compiled anew or its layers change. */
export class BatchPrograms {
  readonly #functions = new Map<MetricSet, BatchFunction>();
  #predict: CompiledFunction<[x: Tensor], Tensor> | undefined;

  get(metrics: MetricSet, step: (batch: Batch, data: BatchData) => void): BatchFunction {
    let known = this.#functions.get(metrics);
    if (!known) {
      known = compile((x: Tensor, y: Tensor, weights: Tensor | undefined): undefined => {
        const size = x.shape[0]!;
        const batch = { size, rows: positions(size), valid: full([size], 1), count: full([], size) };
        step(batch, { x, y, weights });
      });
      this.#functions.set(metrics, known);
    }
    return known;
  }

  predict(model: RunnableModel): CompiledFunction<[x: Tensor], Tensor> {
    this.#predict ??= compile((x: Tensor) => model.call(x, inference()));
    return this.#predict;
  }

  /** Gives back the memory that batches take in the backend. */
  dispose(): void {
    for (const program of this.#functions.values()) program.dispose();
    this.#predict?.dispose();
  }
}

/** Trains or tests on one batch. Gives the numbers by name, in the order of compile. */
export async function onBatch(
  what: 'trainOnBatch' | 'testOnBatch',
  model: TrainableModel,
  compiled: Compiled,
  programs: BatchPrograms,
  x: ModelData,
  y: ModelData,
  options: TrainOnBatchOptions,
): Promise<[name: string, value: number][]> {
  checkOnBatchOptions(what, options);
  let data = await prepare(model, compiled, what, x, y);
  const { sampleWeight, classWeight } = options;
  if (sampleWeight !== undefined)
    data = weighted(data, await sampleWeights(`${what}: sampleWeight`, sampleWeight, data.y));
  if (classWeight !== undefined)
    data = weighted(data, await weightsOfClasses(`${what}: classWeight`, classWeight, data.y));
  const metrics = compiled.metricsFor(what, data.y.shape, data.outputShape);
  const { optimizer, measured } = compiled;
  const training = { optimizer, loss: measured.loss, variables: compiled.variablesOf(model) };
  const program = programs.get(metrics, (batch, rows) =>
    what === 'trainOnBatch'
      ? trainStep(model, training, metrics, batch, rows)
      : testStep(model, measured.loss, metrics, batch, rows),
  );
  metrics.reset();
  await program(data.x, data.y, data.weights);
  return metrics.results();
}

/** The output for one batch. */
export async function predictOnBatch(model: RunnableModel, programs: BatchPrograms, x: ModelData): Promise<Tensor> {
  return programs.predict(model)(await prepareInput(model, 'predictOnBatch', x));
}
