// How far a predicted distribution is from the true one: Kullback and Leibler's divergence, and Poisson's likelihood.
import type { Tensor } from '../../tensor/tensor.js';
import { meanOfLastAxis } from './regression.js';
import { alignLabels } from './reduce.js';

/** Keras's epsilon. */
const epsilon = 1e-7;

/** The sum of yTrue log(yTrue / yPred) over the last axis: [B, ..., K] -> [B, ...]. Both are kept from 1e-7 to 1. */
export function divergences(yTrue: Tensor, yPred: Tensor, what = 'klDivergence'): Tensor {
  const truth = alignLabels(yTrue, yPred, what).clip(epsilon, 1);
  const values = truth.mul(truth.div(yPred.clip(epsilon, 1)).log());
  return values.rank < 2 ? values : values.sum(-1);
}

/** yPred - yTrue log(yPred), averaged over the last axis: [B, ..., K] -> [B, ...]. */
export function poissonValues(yTrue: Tensor, yPred: Tensor, what = 'poisson'): Tensor {
  const counts = alignLabels(yTrue, yPred, what);
  return meanOfLastAxis(yPred.sub(counts.mul(yPred.add(epsilon).log())));
}
