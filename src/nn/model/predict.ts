// predict: the model's output for given inputs, batch by batch.
import { allocate, type TypedArray } from '../../base/dtype.js';
import { sizeOf } from '../../base/shape.js';
import { fromNDArray } from '../../tensor/creation.js';
import { rowSource } from '../../tensor/rows.js';
import type { Tensor } from '../../tensor/tensor.js';
import { CallbackList } from '../callbacks/callback-list.js';
import { Progress } from '../progress/progress.js';
import { Pass } from './batches.js';
import type { ModelData } from './data.js';
import { checkPredictOptions, type PredictOptions } from './options.js';
import { Breather } from './pace.js';
import { prepareInput, type RunnableModel } from './prepare.js';
import { throwIfAborted } from './run-pass.js';
import { inference } from './steps.js';

/** The output for all of x: [samples, ...output]. */
export async function predict(model: RunnableModel, x: ModelData, options: PredictOptions): Promise<Tensor> {
  const { batchSize, verbose, callbacks: given, signal } = checkPredictOptions(options);
  const callbacks = new CallbackList(given);
  throwIfAborted(signal, 'predict', 'before its first step');
  const input = await prepareInput(model, 'predict', x);
  const source = await rowSource(input);
  const pass = new Pass({
    samples: source.length,
    batchSize,
    ordered: false,
    exactBatches: false,
    step: (batch) => model.call(source.rows(batch.rows), inference()),
  });
  const progress = new Progress(verbose);
  const breather = new Breather();
  const observed = callbacks.observesBatches('Predict');
  callbacks.begin(model, { verbose, epochs: 1, steps: pass.steps });
  await callbacks.call('onPredictBegin', {});
  progress.begin(pass.steps);
  let outputs: TypedArray | undefined;
  let shape: readonly number[] = [];
  try {
    for (let step = 0; step < pass.steps; step++) {
      if (observed) await callbacks.call('onPredictBatchBegin', step, {});
      const { result } = await pass.advance(1);
      const { data } = await result.realize();
      shape = result.shape.slice(1);
      const count = pass.sizeOf(step) * sizeOf(shape);
      outputs ??= allocate(result.dtype, source.length * sizeOf(shape));
      outputs.set(data.subarray(0, count), step * pass.batchSize * sizeOf(shape));
      if (observed) {
        const rows = { dtype: result.dtype, shape: [pass.sizeOf(step), ...shape], data: data.slice(0, count) };
        await callbacks.call('onPredictBatchEnd', step, { outputs: fromNDArray(rows) });
      }
      await progress.update(step + 1, () => Promise.resolve({}));
      await breather.breathe();
      throwIfAborted(signal, 'predict', `after step ${step + 1} of ${pass.steps}`);
    }
    await callbacks.call('onPredictEnd', {});
    progress.finish({});
    return outputTensor(outputs!, [source.length, ...shape]);
  } finally {
    progress.abandon();
    pass.dispose();
  }
}

function outputTensor(data: TypedArray, shape: readonly number[]): Tensor {
  const dtype = data instanceof Float64Array ? 'float64' : data instanceof Int32Array ? 'int32' : 'float32';
  return fromNDArray({ dtype: data instanceof Uint8Array ? 'uint8' : dtype, shape, data });
}
