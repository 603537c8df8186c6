// One step on one batch that the caller chose: trainOnBatch, testOnBatch, predictOnBatch. The batch is an argument of the
// program, so that the next one of the same shape runs the same program.
import { compile, type CompiledFunction } from '../../tensor/compile.js';
import { full } from '../../tensor/creation.js';
import { positions } from '../../tensor/rows.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Batch } from './batches.js';
import type { Compiled } from './compiled.js';
import type { ModelData } from './data.js';
import type { TrainableModel } from './fit.js';
import type { MetricSet } from './metric-set.js';
import { checkOnBatchOptions, type TrainOnBatchOptions } from './options.js';
import { globalSeed } from '../naming.js';
import { prepare, prepareInput, weighted, type RunnableModel } from './prepare.js';
import { sampleWeights, weightsOfClasses } from './sample-weights.js';
import { inference, testStep, trainStep, type BatchData } from './steps.js';

type BatchFunction = CompiledFunction<[x: Tensor, y: Tensor, weights: Tensor | undefined], undefined>;

interface BatchProgram {
  readonly metrics: MetricSet;
  readonly run: BatchFunction;
}

/** The programs of a model for single batches, kept until it is compiled anew or its layers change. */
export class BatchPrograms {
  readonly #programs = new Map<string, BatchProgram>();
  #predict: CompiledFunction<[x: Tensor], Tensor> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  get(
    key: string,
    metrics: () => MetricSet,
    step: (metrics: MetricSet, batch: Batch, data: BatchData) => void,
  ): BatchProgram {
    let known = this.#programs.get(key);
    if (!known) {
      const made = metrics();
      const run = compile((x: Tensor, y: Tensor, weights: Tensor | undefined): undefined => {
        const size = x.shape[0]!;
        const batch = { size, rows: positions(size), valid: full([size], 1), count: full([], size) };
        step(made, batch, { x, y, weights });
      });
      known = { metrics: made, run };
      this.#programs.set(key, known);
    }
    return known;
  }

  predict(model: RunnableModel): CompiledFunction<[x: Tensor], Tensor> {
    this.#predict ??= compile((x: Tensor) => model.call(x, inference()));
    return this.#predict;
  }

  /** Runs `task` after those asked for before it, since all of them read and write the same numbers. */
  inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Gives back the memory that batches take in the backend. */
  dispose(): void {
    for (const { run } of this.#programs.values()) run.dispose();
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
  const { optimizer, measured } = compiled;
  const training = { optimizer, loss: measured.loss, variables: compiled.variablesOf(model) };
  const shapes = [data.y, data.x].map(({ shape }) => shape.slice(1).join()).join(' ');
  const { metrics, run } = programs.get(
    `${what} ${shapes} ${globalSeed()}`,
    () => compiled.newMetrics(data.y.shape, data.outputShape),
    (measuring, batch, rows) => {
      if (what === 'trainOnBatch') trainStep(model, training, measuring, batch, rows);
      else testStep(model, measured.loss, measuring, batch, rows);
    },
  );
  return programs.inTurn(async () => {
    metrics.reset();
    await run(data.x, data.y, data.weights);
    return metrics.results();
  });
}

/** The output for one batch. */
export async function predictOnBatch(model: RunnableModel, programs: BatchPrograms, x: ModelData): Promise<Tensor> {
  return programs.predict(model)(await prepareInput(model, 'predictOnBatch', x));
}
