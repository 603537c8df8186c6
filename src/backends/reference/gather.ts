// Picking rows by index, and adding rows back to where they were picked from.
import { allocate, type TypedArray } from '../../base/dtype.js';
import { sizeOf } from '../../base/shape.js';
import type { RulesFor } from './rule.js';

function clamp(index: number, rows: number): number {
  return Math.min(rows - 1, Math.max(0, index));
}

export const gatherRules: RulesFor<'gather' | 'scatterAdd'> = {
  gather: (node) => {
    const [rows = 0, ...rest] = node.inputs[0]!.shape;
    const rowLength = sizeOf(rest);
    return ([x, indices], output) => {
      for (let i = 0; i < indices!.length; i++) {
        const start = clamp(indices![i]!, rows) * rowLength;
        for (let k = 0; k < rowLength; k++) output[i * rowLength + k] = x![start + k]!;
      }
    };
  },

  scatterAdd: (node) => {
    const [rows = 0, ...rest] = node.shape;
    const rowLength = sizeOf(rest);
    return ([indices, updates], output) => {
      // Doubles, so that float32 is rounded once; sums of int32 rows are exact in them.
      const sums: TypedArray = allocate('float64', output.length);
      // As the gradient of gather: an index outside goes where gather has clamped it to.
      for (let i = 0; rows > 0 && i < indices!.length; i++) {
        const start = clamp(indices![i]!, rows) * rowLength;
        for (let k = 0; k < rowLength; k++) sums[start + k]! += updates![i * rowLength + k]!;
      }
      output.set(sums);
    };
  },
};
