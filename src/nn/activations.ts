// Activation functions of a tensor.
import type { Tensor } from '../tensor/tensor.js';
import { rememberLogits } from './logits.js';

/** A function of a tensor of any shape to one of the same shape. */
export type Activation = (x: Tensor) => Tensor;

/** x itself. */
export function linear(x: Tensor): Tensor {
  return x;
}

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return x.relu();
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Tensor): Tensor {
  const output = x.sigmoid();
  rememberLogits(output, 'sigmoid', x);
  return output;
}

/** exp(x) / sum(exp(x)) over `axis`: positive and of sum 1. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const output = x.softmax(axis);
  if (axis === -1 || axis === x.rank - 1) rememberLogits(output, 'softmax', x);
  return output;
}

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return x.tanh();
}
