// What a loss is: a value for each sample, and Keras's way of making one number of them.
import type { Tensor } from '../../tensor/tensor.js';

/**
 * A user's loss: (yTrue, yPred) -> values [B] or [B, ...], averaged over all; or a scalar, taken as it is.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** Which labels a loss takes: of the predictions' shape, class numbers, one-hot rows; anything for a user's function. */
export type LabelKind = 'sameShape' | 'classIndex' | 'oneHot' | 'any';

/** A loss with its options. */
export interface Loss {
  /** Keras's class name; undefined for a user's function. */
  readonly className: string | undefined;
  /** Keras's name in snake_case. */
  readonly name: string;
  /** Which labels it takes, for checks and for what `accuracy` means. */
  readonly labels: LabelKind;
  /** Whether predictions are logits rather than probabilities. */
  readonly fromLogits: boolean;
  /** yTrue and yPred [B, ..., K] -> values [B, ...]. */
  values(yTrue: Tensor, yPred: Tensor): Tensor;
  /** The mean over all values, each sample counted by its weight [B] where weights are given: a scalar. */
  call(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Tensor;
  readonly getConfig: () => Record<string, unknown>;
}
