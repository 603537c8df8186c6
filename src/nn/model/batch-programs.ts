// The programs for single batches that the caller chose, and predictOnBatch. The batch is an argument of the program, so
// that the next one of the same shape runs the same program.
import { compile, type CompiledFunction } from '../../tensor/compile.js';
import { full } from '../../tensor/creation.js';
import { positions } from '../../tensor/positions.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Batch } from './batches.js';
import type { ModelData } from './data.js';
import { inference, type Computation } from './inference.js';
import type { MetricSet } from './metric-set.js';
import { prepareInput, type RunnableModel } from './prepare-input.js';
import type { BatchData } from './steps.js';

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
    this.#predict ??= compile(predictionOf(model));
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

/** What `predict` computes of a batch. */
export function predictionOf(model: Computation): (x: Tensor) => Tensor {
  return (x) => model.call(x, inference());
}

/** The output for one batch. */
export async function predictOnBatch(model: RunnableModel, programs: BatchPrograms, x: ModelData): Promise<Tensor> {
  return programs.predict(model)(await prepareInput(model, 'predictOnBatch', x));
}
