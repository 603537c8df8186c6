// Functions to within a few units in the last place, for what does not need the nearest float: optimizers.
import { unary } from '../ir/build.js';
import { Tensor } from './tensor.js';

/** sqrt(x), of numbers from 0. */
export function roughSqrt(x: Tensor): Tensor {
  return new Tensor(unary('roughSqrt', x.node));
}

/** 1 / x, of positive numbers. */
export function roughReciprocal(x: Tensor): Tensor {
  return new Tensor(unary('roughReciprocal', x.node));
}
