// Remembers which class numbers one-hot rows were made from, so that how classes are spread can be told without making
// the rows.
import type { Tensor } from '../tensor/tensor.js';

const origins = new WeakMap<Tensor, Tensor>();

/** Called by what makes one-hot rows [N, K] of class numbers [N]. */
export function rememberClasses(oneHot: Tensor, classes: Tensor): void {
  origins.set(oneHot, classes);
}

/** The class numbers [N] that the rows were made from, if `toCategorical` made them. */
export function classesOf(oneHot: Tensor): Tensor | undefined {
  return origins.get(oneHot);
}
