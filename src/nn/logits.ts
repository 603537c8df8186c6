// Remembers which logits a probability came from.
import type { Tensor } from '../tensor/tensor.js';

/** The functions whose input a loss can use in place of their output. */
export type InvertibleActivation = 'sigmoid' | 'softmax';

// A loss computed from logits is exact where the probability has rounded to 0 or 1. Keras reaches back in the same way.
const origins = new WeakMap<Tensor, { readonly activation: InvertibleActivation; readonly logits: Tensor }>();

/** Called by an activation function: `output` is that function of `logits`. */
export function rememberLogits(output: Tensor, activation: InvertibleActivation, logits: Tensor): void {
  origins.set(output, { activation, logits });
}

/** The tensor that `output` is the softmax or sigmoid of, if an activation function made it. */
export function logitsOf(output: Tensor, activation: InvertibleActivation): Tensor | undefined {
  const origin = origins.get(output);
  return origin?.activation === activation ? origin.logits : undefined;
}
