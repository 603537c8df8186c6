// The numbers of rows.
import { iota } from '../ir/build.js';
import { Tensor } from './tensor.js';

/** The numbers 0 to length - 1, int32, made where they are used. */
export function positions(length: number): Tensor {
  return new Tensor(iota([length], 0));
}
