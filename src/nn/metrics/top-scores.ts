// Keeps the largest scores of each row.
import { ValueError } from '../../base/errors.js';
import { where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';

/** What takes the place of the other scores: less than any threshold, as in Keras. */
export const farBelow = -1e10;

/** The k largest along the last axis as they are, of equal ones the first; all others far below any threshold. */
export function keepTop(scores: Tensor, k: number, what: string): Tensor {
  const classes = scores.shape.at(-1)!;
  if (k > classes)
    throw new ValueError(`${what}: topK: expected at most the ${classes} classes there are, received ${k}.`);
  let left = scores;
  for (let taken = 0; taken < k; taken++) left = where(left.argMax(-1).oneHot(classes, 'bool'), -Infinity, left);
  return where(left.equal(-Infinity), scores, farBelow);
}
