// What steps of all kinds need of a model, and how it computes when it does not train.
import { scalar } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { CallContext } from '../layers/layer.js';
import { globalSeed } from '../naming.js';

/** What a step needs of the model. */
export interface Computation {
  /** x [B, ...] -> the prediction [B, ...]. */
  call(x: Tensor, context: CallContext): Tensor;
  /** The regularizers' penalties, scalars that are added to the loss. */
  penalties(): Tensor[];
}

/** How a model computes when it does not train: nothing is random. */
export function inference(): CallContext {
  return { training: false, step: scalar(0, 'int32'), seed: globalSeed() };
}
