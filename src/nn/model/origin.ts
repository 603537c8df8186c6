// Where the data of a run came from: what a traced pass over it is recognized by.
import type { Tensor } from '../../tensor/tensor.js';

/** The tensors that the user gave, and which samples of them. */
export interface Origin {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly weights: Tensor | undefined;
  readonly range: readonly [start: number, end: number];
}
