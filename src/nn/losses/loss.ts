// What a loss is: a value for each sample, and Keras's way of making one number of them.
import type { Tensor } from '../../tensor/tensor.js';

/**
 * A user's loss: (yTrue, yPred) -> values [B] or [B, ...], averaged over all; or a scalar, taken as it is.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A loss with its options. */
export interface Loss {
  /** Keras's name in snake_case. */
  readonly name: string;
  /** Which labels it takes, for checks and for what `accuracy` means. */
  readonly labels: 'sameShape' | 'classIndex' | 'oneHot';
  /** Whether predictions are logits rather than probabilities. */
  readonly fromLogits: boolean;
  /** yTrue and yPred [B, ..., K] -> values [B, ...]. */
  values(yTrue: Tensor, yPred: Tensor): Tensor;
  readonly getConfig: () => Record<string, unknown>;
}
