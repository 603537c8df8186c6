// Where new weights get their first values from, when not from their initializers: a model that is loaded has them
// already, and none may be made that the file does not have.
import type { Tensor } from '../../tensor/tensor.js';

/** The first value of a weight [shape]. */
export type WeightSource = (shape: readonly number[]) => Tensor;

let current: WeightSource | undefined;

/** What `make` returns, with every weight that it makes taken from `source`. */
export function withWeightSource<Result>(source: WeightSource, make: () => Result): Result {
  const before = current;
  current = source;
  try {
    return make();
  } finally {
    current = before;
  }
}

/** The source in force; undefined where initializers are. */
export function activeWeightSource(): WeightSource | undefined {
  return current;
}
