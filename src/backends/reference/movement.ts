// Movement: reshape, permute, broadcast, slice, pad, concat and windows are each one copy between two walks.
import { allocate, type TypedArray } from '../../base/dtype.js';
import { InternalError } from '../../base/errors.js';
import { stridesOf, type Shape } from '../../base/shape.js';
import type { WindowAxis } from '../../ir/graph.js';
import type { RulesFor } from './rule.js';
import { rowsOf, type StridedAxes } from './strides.js';

/** Elements of `sizes` from one walk over an array to another. */
interface Copy {
  readonly sizes: readonly number[];
  readonly source: { readonly offset: number; readonly strides: readonly number[] };
  readonly target: { readonly offset: number; readonly strides: readonly number[] };
}

function prepareCopy({ sizes, source, target }: Copy): (from: TypedArray, to: TypedArray) => void {
  const axes: StridedAxes = { sizes, strides: [source.strides, target.strides] };
  const { starts, length, steps } = rowsOf(axes);
  const [sourceStarts, targetStarts] = starts as [Int32Array, Int32Array];
  const [sourceStep, targetStep] = steps as [number, number];
  return (from, to) => {
    for (let row = 0; row < sourceStarts.length; row++) {
      let read = source.offset + sourceStarts[row]!;
      let write = target.offset + targetStarts[row]!;
      for (let k = 0; k < length; k++, read += sourceStep, write += targetStep) to[write] = from[read]!;
    }
  };
}

/** A copy that reads along `strides` and writes a whole array in order. */
function prepareRead(
  sizes: Shape,
  offset: number,
  strides: readonly number[],
): (from: TypedArray, to: TypedArray) => void {
  return prepareCopy({ sizes, source: { offset, strides }, target: { offset: 0, strides: stridesOf(sizes) } });
}

/** Strides that walk the windows of an array of `shape`, in the axis order of `window`'s result. */
function windowStrides(shape: Shape, axes: readonly WindowAxis[]): number[] {
  const strides = stridesOf(shape);
  const walk = [...strides];
  for (const { axis, stride } of axes) walk[axis] = stride * strides[axis]!;
  walk.splice(axes.at(-1)!.axis + 1, 0, ...axes.map(({ axis, dilation }) => dilation * strides[axis]!));
  return walk;
}

type MovementOp = 'reshape' | 'permute' | 'broadcast' | 'slice' | 'pad' | 'concat' | 'window' | 'fold';

export const movementRules: RulesFor<MovementOp> = {
  reshape: () => {
    return ([x], output) => output.set(x!);
  },

  permute: (node) => {
    const strides = stridesOf(node.inputs[0]!.shape);
    const read = prepareRead(
      node.shape,
      0,
      node.attributes.axes.map((axis) => strides[axis]!),
    );
    return ([x], output) => read(x!, output);
  },

  broadcast: (node) => {
    const { shape } = node.inputs[0]!;
    const strides = stridesOf(shape);
    const read = prepareRead(
      node.shape,
      0,
      shape.map((size, axis) => (size === 1 ? 0 : strides[axis]!)),
    );
    return ([x], output) => read(x!, output);
  },

  slice: (node) => {
    const strides = stridesOf(node.inputs[0]!.shape);
    const { axes } = node.attributes;
    const offset = axes.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0);
    const read = prepareRead(
      node.shape,
      offset,
      axes.map(({ step }, axis) => step * strides[axis]!),
    );
    return ([x], output) => read(x!, output);
  },

  pad: (node) => {
    const { axes, value } = node.attributes;
    const { shape } = node.inputs[0]!;
    if (axes.some(({ low, high, interior }) => low < 0 || high < 0 || interior < 0))
      throw new InternalError(`pad: expected amounts of at least 0, received ${JSON.stringify(axes)}.`);
    const strides = stridesOf(node.shape);
    const copy = prepareCopy({
      sizes: shape,
      source: { offset: 0, strides: stridesOf(shape) },
      target: {
        offset: axes.reduce((sum, { low }, axis) => sum + low * strides[axis]!, 0),
        strides: axes.map(({ interior }, axis) => (interior + 1) * strides[axis]!),
      },
    });
    return ([x], output) => {
      output.fill(value);
      copy(x!, output);
    };
  },

  concat: (node) => {
    const { axis } = node.attributes;
    const strides = stridesOf(node.shape);
    let start = 0;
    const copies = node.inputs.map(({ shape }) => {
      const offset = start * strides[axis]!;
      start += shape[axis]!;
      return prepareCopy({
        sizes: shape,
        source: { offset: 0, strides: stridesOf(shape) },
        target: { offset, strides },
      });
    });
    return (inputs, output) => copies.forEach((copy, part) => copy(inputs[part]!, output));
  },

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
