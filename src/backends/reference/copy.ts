// Copies between two walks over arrays, which is all that moving elements takes.
import type { TypedArray } from '../../base/dtype.js';
import { stridesOf, type Shape } from '../../base/shape.js';
import { rowsOf, type StridedAxes } from './strides.js';

/** Elements of `sizes` from one walk over an array to another. */
export interface Copy {
  readonly sizes: readonly number[];
  readonly source: { readonly offset: number; readonly strides: readonly number[] };
  readonly target: { readonly offset: number; readonly strides: readonly number[] };
}

/** Studies a copy once; the result does it, any number of times. */
export function prepareCopy({ sizes, source, target }: Copy): (from: TypedArray, to: TypedArray) => void {
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
export function prepareRead(
  sizes: Shape,
  offset: number,
  strides: readonly number[],
): (from: TypedArray, to: TypedArray) => void {
  return prepareCopy({ sizes, source: { offset, strides }, target: { offset: 0, strides: stridesOf(sizes) } });
}
