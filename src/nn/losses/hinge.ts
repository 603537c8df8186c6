// Hinges: how far a prediction is from being right by a margin of 1, for labels -1 and 1.
import { where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { meanOfLastAxis } from './regression.js';
import { alignLabels } from './reduce.js';

/** Labels -1 and 1; where all labels of a batch are 0 and 1, these become -1 and 1. */
function signedLabels(yTrue: Tensor, yPred: Tensor, what: string): Tensor {
  const labels = alignLabels(yTrue, yPred, what);
  const areBinary = labels.equal(0).logicalOr(labels.equal(1)).all();
  return where(areBinary, labels.mul(2).sub(1), labels);
}

/** max(1 - yTrue yPred, 0), averaged over the last axis: [B, ..., K] -> [B, ...]. */
export function hingeValues(yTrue: Tensor, yPred: Tensor, what = 'hinge'): Tensor {
  return meanOfLastAxis(signedLabels(yTrue, yPred, what).mul(yPred).neg().add(1).maximum(0));
}

/** max(1 - yTrue yPred, 0)^2, averaged over the last axis: [B, ..., K] -> [B, ...]. */
export function squaredHingeValues(yTrue: Tensor, yPred: Tensor, what = 'squaredHinge'): Tensor {
  return meanOfLastAxis(signedLabels(yTrue, yPred, what).mul(yPred).neg().add(1).maximum(0).square());
}

/**
 * max(wrong - right + 1, 0) for one-hot labels, with the score of the right class and the largest score of a wrong one:
 * [B, ..., K] -> [B, ...].
 */
export function categoricalHingeValues(yTrue: Tensor, yPred: Tensor, what = 'categoricalHinge'): Tensor {
  const labels = alignLabels(yTrue, yPred, what);
  const right = labels.mul(yPred).sum(-1);
  const wrong = labels.neg().add(1).mul(yPred).max(-1);
  return wrong.sub(right).add(1).maximum(0);
}
