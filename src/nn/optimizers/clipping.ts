// Limits gradients: by their elements, by the norm of each, or by the norm of all together.
import { where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';

/** Scales a gradient down to at most `limit` in Euclidean norm. */
export function clipByNorm(gradient: Tensor, limit: number): Tensor {
  return gradient.mul(scaleTo(gradient.square().sum(), limit));
}

/** Scales all gradients by one factor so that together they have at most `limit` in Euclidean norm. */
export function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((gradient) => gradient.square().sum());
  if (squares.length === 0) return [];
  const scale = scaleTo(
    squares.reduce((sum, square) => sum.add(square)),
    limit,
  );
  return gradients.map((gradient) => gradient.mul(scale));
}

/** Limits every element to [-limit, limit]. */
export function clipByValue(gradient: Tensor, limit: number): Tensor {
  return gradient.clip(-limit, limit);
}

/** limit / norm where the norm exceeds the limit, else 1: one scalar for all elements. */
function scaleTo(sumOfSquares: Tensor, limit: number): Tensor {
  const norm = sumOfSquares.sqrt();
  return where(norm.greater(limit), norm.reciprocal().mul(limit), 1);
}
