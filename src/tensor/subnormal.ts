// Ends what decays for ever.
import { unary } from '../ir/build.js';
import { Tensor } from './tensor.js';

/**
 * 0 where x is subnormal, less than 2^-126 from 0, and x elsewhere. A running mean of zeros fades until it is subnormal
 * and stays so, since its last digits round up again; processors compute with such numbers many times more slowly.
 */
export function flushSubnormal(x: Tensor): Tensor {
  return new Tensor(unary('flushSubnormal', x.node));
}
