// Reductions and argMax: for every element of the result a walk over the reduced axes.
import { isFloat } from '../../base/dtype.js';
import { InternalError } from '../../base/errors.js';
import { stridesOf, type Shape } from '../../base/shape.js';
import type { ReduceKind } from '../../ir/graph.js';
import type { RulesFor } from './rule.js';
import { collapse, positions, rowsOf, type Rows } from './strides.js';

interface ReductionWalk {
  /** Where the elements that make result element i start. */
  readonly starts: Int32Array;
  /** The elements of one result, relative to its start, in row-major order. */
  readonly rows: Rows;
}

function walkOf(shape: Shape, axes: readonly number[]): ReductionWalk {
  const strides = stridesOf(shape);
  const pick = (reduced: boolean): { sizes: number[]; strides: number[][] } => {
    const chosen = shape.map((_, axis) => axis).filter((axis) => axes.includes(axis) === reduced);
    return { sizes: chosen.map((axis) => shape[axis]!), strides: [chosen.map((axis) => strides[axis]!)] };
  };
  const kept = collapse(pick(false));
  return { starts: positions(kept.sizes, kept.strides[0]!), rows: rowsOf(pick(true)) };
}

interface Combination {
  readonly first: number;
  readonly combine: (accumulator: number, value: number) => number;
}

const floatCombinations: { readonly [Kind in ReduceKind]: Combination } = {
  sum: { first: 0, combine: (accumulator, value) => accumulator + value },
  prod: { first: 1, combine: (accumulator, value) => accumulator * value },
  // Math.max and Math.min give NaN when either operand is NaN.
  max: { first: -Infinity, combine: Math.max },
  min: { first: Infinity, combine: Math.min },
};

const intCombinations: { readonly [Kind in ReduceKind]: Combination } = {
  ...floatCombinations,
  sum: { first: 0, combine: (accumulator, value) => (accumulator + value) | 0 },
  prod: { first: 1, combine: Math.imul },
};

export const reduceRules: RulesFor<'reduce' | 'argMax'> = {
  reduce: (node) => {
    const { kind, axes } = node.attributes;
    if (!isFloat(node.dtype) && node.dtype !== 'int32')
      throw new InternalError(`reduce ${kind}: does not take ${node.dtype}; the builder converts to int32.`);
    const { first, combine } = (isFloat(node.dtype) ? floatCombinations : intCombinations)[kind];
    const { starts, rows } = walkOf(node.inputs[0]!.shape, axes);
    const rowStarts = rows.starts[0]!;
    const step = rows.steps[0]!;
    return ([x], output) => {
      for (let o = 0; o < output.length; o++) {
        // A double: float32 is rounded once, when the element is stored.
        let accumulator = first;
        for (let row = 0; row < rowStarts.length; row++) {
          let at = starts[o]! + rowStarts[row]!;
          for (let k = 0; k < rows.length; k++, at += step) accumulator = combine(accumulator, x![at]!);
        }
        output[o] = accumulator;
      }
    };
  },

  argMax: (node) => {
    const { starts, rows } = walkOf(node.inputs[0]!.shape, node.attributes.axes);
    const rowStarts = rows.starts[0]!;
    const step = rows.steps[0]!;
    return ([x], output) => {
      for (let o = 0; o < output.length; o++) {
        let largest = x![starts[o]!]!;
        let position = 0;
        // NaN counts as larger than any number, so that the first NaN ends the search.
        for (let row = 0; row < rowStarts.length && !Number.isNaN(largest); row++) {
          for (let k = 0; k < rows.length; k++) {
            const value = x![starts[o]! + rowStarts[row]! + k * step]!;
            if (value <= largest) continue;
            largest = value;
            position = row * rows.length + k;
            if (Number.isNaN(value)) break;
          }
        }
        output[o] = position;
      }
    };
  },
};
