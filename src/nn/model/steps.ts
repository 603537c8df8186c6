// What one training step and one step of an evaluation compute: written with tensors, traced into programs.
import { fromNDArray } from '../../tensor/creation.js';
import { variableGradients } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { CallContext } from '../layers/layer.js';
import type { Loss } from '../losses/loss.js';
import { reduceLoss } from '../losses/reduce.js';
import { globalSeed } from '../naming.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Batch } from './batches.js';
import { inference, type Computation } from './inference.js';
import type { MetricSet } from './metric-set.js';

/** The rows of a batch. */
export interface BatchData {
  readonly x: Tensor;
  readonly y: Tensor;
  /** Sample weights [B]. */
  readonly weights: Tensor | undefined;
}

/** The seed as a value, which is not part of the program: one that was compiled before serves every seed. */
function seedValue(): Tensor {
  return fromNDArray({ dtype: 'int32', shape: [], data: Int32Array.of(globalSeed()) });
}

/** What a training step computes with. */
export function trainingContext(step: Tensor): CallContext {
  return { training: true, step, seed: seedValue() };
}

/** The scalar that training makes small: the mean over the rows that count, and the penalties. */
export function lossOf(model: Computation, loss: Loss, batch: Batch, data: BatchData, yPred: Tensor): Tensor {
  const weights = data.weights ? batch.valid.mul(data.weights) : batch.valid;
  const mean = reduceLoss(loss.values(data.y, yPred), weights, batch.count);
  return model.penalties().reduce((sum, penalty) => sum.add(penalty), mean);
}

/** Predicts, measures, and moves the variables against the gradient of the loss. */
export function trainStep(
  model: Computation,
  training: { readonly optimizer: Optimizer; readonly loss: Loss; readonly variables: readonly Variable[] },
  metrics: MetricSet,
  batch: Batch,
  data: BatchData,
): void {
  const { optimizer, loss, variables } = training;
  let yPred: Tensor | undefined;
  const { value, gradients } = variableGradients(() => {
    yPred = model.call(data.x, trainingContext(optimizer.iterations.value));
    return lossOf(model, loss, batch, data, yPred);
  }, variables);
  // A model without trainable weights has nothing to move.
  if (variables.length > 0) optimizer.applyGradients(gradients, variables);
  metrics.update(batch, value, data.y, yPred!, data.weights);
}

/** Predicts and measures. */
export function testStep(model: Computation, loss: Loss, metrics: MetricSet, batch: Batch, data: BatchData): void {
  const yPred = model.call(data.x, inference());
  metrics.update(batch, lossOf(model, loss, batch, data, yPred), data.y, yPred, data.weights);
}
