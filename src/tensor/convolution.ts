// Convolution and pooling of tensors.
import * as ops from './ops/convolution.js';
import type { Conv2dOptions, Pool2dOptions } from './ops/convolution.js';
import { Tensor } from './tensor.js';

/** x [B, H, W, C] with kernel [KH, KW, C / groups, F] -> [B, H', W', F]. */
export function conv2d(x: Tensor, kernel: Tensor, options: Conv2dOptions = {}): Tensor {
  return new Tensor(ops.conv2d(x.node, kernel.node, options));
}

/** The largest element of each window: [B, H, W, C] -> [B, H', W', C]. */
export function maxPool2d(x: Tensor, options: Pool2dOptions = {}): Tensor {
  return new Tensor(ops.maxPool2d(x.node, options));
}

/** The mean of each window, padding not counted: [B, H, W, C] -> [B, H', W', C]. */
export function averagePool2d(x: Tensor, options: Pool2dOptions = {}): Tensor {
  return new Tensor(ops.averagePool2d(x.node, options));
}
