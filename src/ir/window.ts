// Shape arithmetic of sliding windows, shared by convolution, pooling and their gradients.
import { ShapeError } from '../base/errors.js';
import { formatShape, type Shape } from '../base/shape.js';
import type { WindowAxis } from './graph.js';

/** How many input elements a window of `size` spans when its elements lie `dilation` apart. */
export function windowSpan(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** The number of windows that fit into `length` elements; at least 0. */
export function windowCount(length: number, axis: Omit<WindowAxis, 'axis'>): number {
  return Math.max(0, Math.floor((length - windowSpan(axis.size, axis.dilation)) / axis.stride) + 1);
}

/** The result shape of `window` over `shape`. @throws ShapeError if a window is larger than its axis. */
export function windowShape(shape: Shape, axes: readonly WindowAxis[]): number[] {
  const result = [...shape];
  for (const windowAxis of axes) {
    const count = windowCount(shape[windowAxis.axis]!, windowAxis);
    if (count === 0 && shape[windowAxis.axis] !== 0)
      throw new ShapeError(
        `window: a window of ${windowSpan(windowAxis.size, windowAxis.dilation)} elements does not fit into axis ${windowAxis.axis} of shape ${formatShape(shape)}.`,
      );
    result[windowAxis.axis] = count;
  }
  result.splice(axes.at(-1)!.axis + 1, 0, ...axes.map((axis) => axis.size));
  return result;
}

/** Where the padding of `same` goes: as TensorFlow, the odd element at the end. */
export function samePadding(length: number, axis: Omit<WindowAxis, 'axis'>): { low: number; high: number } {
  const count = Math.ceil(length / axis.stride);
  const total = Math.max(0, (count - 1) * axis.stride + windowSpan(axis.size, axis.dilation) - length);
  const low = Math.floor(total / 2);
  return { low, high: total - low };
}
