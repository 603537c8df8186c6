// Makes the inputs of a run ready: a tensor of a fitting shape, looked through.
import type { Tensor } from '../../tensor/tensor.js';
import type { ObservedModel } from '../callbacks/callback.js';
import type { PartialShape } from '../layers/layer.js';
import { checkFinite } from './check-finite.js';
import { alignInput, asSingle, toTensor, type ModelData } from './data.js';
import type { Computation } from './inference.js';

/** What runs need of a model. */
export interface RunnableModel extends Computation, ObservedModel {
  /** The shape that x must have, batch axis first; makes the weights for `x` where the model does not know it yet. */
  inputShapeFor(x: Tensor, what: string): PartialShape;
  /** Whether it computes in float64. */
  readonly isDouble: boolean;
  /** The shape of the output for inputs of `shape`, both batch axis first. */
  outputShapeFor(shape: readonly number[]): readonly number[];
}

/** x in the shape that the model takes; builds the model if its input shape is not known yet. */
export async function prepareInput(model: RunnableModel, what: string, x: ModelData): Promise<Tensor> {
  const given = toTensor(x, `${what}: x`);
  const aligned = alignInput(given, model.inputShapeFor(given, `${what}: x`), `${what}: x`);
  await checkFinite(`${what}: x`, given);
  return model.isDouble ? aligned : asSingle(aligned);
}
