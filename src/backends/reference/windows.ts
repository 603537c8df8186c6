// Sliding windows, and their transpose: adding windows back into place.
import { allocate } from '../../base/dtype.js';
import { stridesOf, type Shape } from '../../base/shape.js';
import type { WindowAxis } from '../../ir/graph.js';
import { prepareRead } from './copy.js';
import type { RulesFor } from './rule.js';
import { rowsOf } from './strides.js';

/** Strides that walk the windows of an array of `shape`, in the axis order of `window`'s result. */
function windowStrides(shape: Shape, axes: readonly WindowAxis[]): number[] {
  const strides = stridesOf(shape);
  const walk = [...strides];
  for (const { axis, stride } of axes) walk[axis] = stride * strides[axis]!;
  walk.splice(axes.at(-1)!.axis + 1, 0, ...axes.map(({ axis, dilation }) => dilation * strides[axis]!));
  return walk;
}

export const windowRules: RulesFor<'window' | 'fold'> = {
  window: (node) => {
    const read = prepareRead(node.shape, 0, windowStrides(node.inputs[0]!.shape, node.attributes.axes));
    return ([x], output) => read(x!, output);
  },

  fold: (node) => {
    const { shape } = node.inputs[0]!;
    const { starts, length, steps } = rowsOf({
      sizes: shape,
      strides: [stridesOf(shape), windowStrides(node.shape, node.attributes.axes)],
    });
    const [sourceStarts, targetStarts] = starts as [Int32Array, Int32Array];
    const [sourceStep, targetStep] = steps as [number, number];
    return ([windows], output) => {
      // Doubles, so that float32 is rounded once; sums of int32 windows are exact in them.
      const sums = allocate('float64', output.length);
      for (let row = 0; row < sourceStarts.length; row++) {
        let read = sourceStarts[row]!;
        let write = targetStarts[row]!;
        for (let k = 0; k < length; k++, read += sourceStep, write += targetStep) sums[write]! += windows![read]!;
      }
      output.set(sums);
    };
  },
};
