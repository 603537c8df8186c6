// predict over many batches, or where somebody is told how far it has come. Apart from predict.ts: who asks for a few
// samples at a time needs none of it.
import { allocate } from '../../base/dtype.js';
import type { NDArray } from '../../base/ndarray.js';
import { sizeOf } from '../../base/shape.js';
import { fromNDArray } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { withValues } from '../../tensor/values.js';
import { CallbackList } from '../callbacks/callback-list.js';
import { Progress } from '../progress/progress.js';
import type { BatchPrograms } from './batch-programs.js';
import { Breather } from './pace.js';
import { manyBatches, type Batches } from './predict-batches.js';
import type { RunnableModel } from './prepare-input.js';
import type { CheckedRun } from './run-options.js';
import { throwIfAborted } from './stopping.js';

/** A few samples whose values are there: an argument of a program that is kept from call to call. */
function oneBatch(model: RunnableModel, programs: BatchPrograms, input: Tensor): Batches {
  const samples = input.shape[0]!;
  return {
    steps: 1,
    batchSize: samples,
    sizeOf: () => samples,
    next: () => programs.predict(model)(input),
    dispose: () => undefined,
  };
}

/** The output for all of `input`, which fits the model. */
export async function predictObserved(
  model: RunnableModel,
  programs: BatchPrograms,
  input: Tensor,
  { batchSize, verbose, callbacks: given, signal }: CheckedRun,
): Promise<Tensor> {
  const samples = input.shape[0]!;
  const batches =
    samples <= batchSize
      ? oneBatch(model, programs, await withValues(input))
      : await manyBatches(model, input, batchSize);
  const { steps } = batches;
  const callbacks = new CallbackList(given);
  const progress = new Progress(callbacks.showsProgress ? 0 : verbose);
  const breather = new Breather();
  const observed = callbacks.observesBatches('Predict');
  callbacks.begin(model, { verbose, epochs: 1, steps });
  await callbacks.call('onPredictBegin', {});
  progress.begin(steps);
  const output = new Output(samples);
  try {
    for (let step = 0; step < steps; step++) {
      if (observed) await callbacks.call('onPredictBatchBegin', step, {});
      const rows = await output.add(await batches.next(), step * batches.batchSize, batches.sizeOf(step));
      if (observed) await callbacks.call('onPredictBatchEnd', step, { outputs: fromNDArray(rows) });
      await progress.update(step + 1, () => Promise.resolve({}));
      await breather.breathe();
      throwIfAborted(signal, 'predict', `after step ${step + 1} of ${steps}`);
    }
    await callbacks.call('onPredictEnd', {});
    progress.finish({});
    return output.tensor();
  } finally {
    progress.abandon();
    batches.dispose();
  }
}

/** Collects the rows of batches. */
class Output {
  readonly #samples: number;
  #whole: NDArray | undefined;

  constructor(samples: number) {
    this.#samples = samples;
  }

  /** Puts the first `count` rows of a batch at row `start`, and gives them on their own. */
  async add(batch: Tensor, start: number, count: number): Promise<NDArray> {
    const { dtype, shape, data } = await batch.realize();
    const rowShape = shape.slice(1);
    const rowSize = sizeOf(rowShape);
    const rows: NDArray = { dtype, shape: [count, ...rowShape], data: data.subarray(0, count * rowSize) };
    this.#whole ??= { dtype, shape: [this.#samples, ...rowShape], data: allocate(dtype, this.#samples * rowSize) };
    this.#whole.data.set(rows.data, start * rowSize);
    return rows;
  }

  tensor(): Tensor {
    return fromNDArray(this.#whole!);
  }
}
