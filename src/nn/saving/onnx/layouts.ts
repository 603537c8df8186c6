// How weights lie in ONNX's convolutions, which take images channels first ([C, H, W]), and in Nacre's, which take them
// channels last. All of it is moving elements: nothing is computed, so that the way back gives the same bits.
import { allocate, type TypedArray } from '../../../base/dtype.js';
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf, stridesOf } from '../../../base/shape.js';

/** The array with its axes in another order: axis i of the result is axis `order[i]`. */
export function permuted(array: NDArray, order: readonly number[]): NDArray {
  const { dtype, shape, data } = array;
  const target = order.map((axis) => shape[axis]!);
  const strides = order.map((axis) => stridesOf(shape)[axis]!);
  const result: TypedArray = allocate(dtype, data.length);
  const index = new Array<number>(order.length).fill(0);
  let source = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = data[source]!;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++index[axis]! < target[axis]!) break;
      source -= strides[axis]! * target[axis]!;
      index[axis] = 0;
    }
  }
  return { dtype, shape: target, data: result };
}

/** A kernel of a convolution, [height, width, in, out], as ONNX has it: [out, in, height, width]. */
export const kernelToOnnx = (kernel: NDArray): NDArray => permuted(kernel, [3, 2, 0, 1]);

/** [out, in, height, width] -> [height, width, in, out] */
export const kernelFromOnnx = (kernel: NDArray): NDArray => permuted(kernel, [2, 3, 1, 0]);

/** The order of axes that undoes `order`. */
export function inverse(order: readonly number[]): number[] {
  const result = new Array<number>(order.length);
  order.forEach((axis, index) => (result[axis] = index));
  return result;
}

/**
 * The rows of a matrix [rows, ...] that multiplies flattened samples, for samples whose axes were put in another order
 * before they were flattened: axis i of them is axis `order[i]` of samples of `shape`.
 */
export function withRowsPermuted(matrix: NDArray, shape: readonly number[], order: readonly number[]): NDArray {
  const rest = matrix.shape.slice(1);
  const whole = { ...matrix, shape: [...shape, sizeOf(rest)] };
  return { ...permuted(whole, [...order, order.length]), shape: matrix.shape };
}

/** [channels, height, width] of samples that are [height, width, channels], and back. */
export const channelsFirst = [2, 0, 1] as const;
export const channelsLast = [1, 2, 0] as const;
