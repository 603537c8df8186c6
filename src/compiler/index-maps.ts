// How movement ops read: the index into the input for an index into the result.
import { sizeOf, stridesOf, type Shape } from '../base/shape.js';
import type { GraphNode } from '../ir/graph.js';
import {
  addIndex,
  positionOf,
  scaleIndex,
  shiftIndex,
  splitIndex,
  zeroIndex,
  type Extents,
  type Index,
} from './affine.js';

/** Ops that only say where to read. */
export const viewOps: ReadonlySet<string> = new Set([
  'reshape',
  'permute',
  'broadcast',
  'slice',
  'window',
  'stopGradient',
]);

export function isView(node: GraphNode): boolean {
  return viewOps.has(node.op);
}

/** The index into a view's input. @throws SplitNeeded, NotAffine for reshapes that cut across loops */
export function viewIndex(node: GraphNode, index: readonly Index[], extents: Extents): Index[] {
  switch (node.op) {
    case 'stopGradient':
      return [...index];
    case 'reshape':
      return reshapeIndex(node.shape, node.inputs[0]!.shape, index, extents);
    case 'permute': {
      const result = new Array<Index>(index.length);
      node.attributes.axes.forEach((axis, position) => (result[axis] = index[position]!));
      return result;
    }
    case 'broadcast':
      return index.map((axisIndex, axis) => (node.inputs[0]!.shape[axis] === 1 ? zeroIndex : axisIndex));
    case 'slice':
      return index.map((axisIndex, axis) => {
        const { start, step } = node.attributes.axes[axis]!;
        return shiftIndex(scaleIndex(axisIndex, step), start);
      });
    case 'window': {
      const { axes } = node.attributes;
      const after = axes.at(-1)!.axis + 1;
      const result = [...index.slice(0, after), ...index.slice(after + axes.length)];
      axes.forEach(({ axis, stride, dilation }, position) => {
        result[axis] = addIndex(scaleIndex(index[axis]!, stride), scaleIndex(index[after + position]!, dilation));
      });
      return result;
    }
    default:
      throw new Error(`${node.op} is no view`);
  }
}

/** Groups of axes with equal products are matched from the left; within a group the position is joined and split anew. */
function reshapeIndex(from: Shape, to: Shape, index: readonly Index[], extents: Extents): Index[] {
  if (sizeOf(from) === 1) return to.map(() => zeroIndex);
  const result: Index[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const [startFrom, startTo] = [i, j];
    let productFrom = i < from.length ? from[i++]! : 1;
    let productTo = j < to.length ? to[j++]! : 1;
    while (productFrom !== productTo) {
      if (productFrom < productTo) productFrom *= from[i++]!;
      else productTo *= to[j++]!;
    }
    // A size of 1 next to a matched group belongs to it.
    const group = to.slice(startTo, j);
    const position = positionOf(index.slice(startFrom, i), stridesOf(from.slice(startFrom, i)));
    const parts = new Array<Index>(group.length);
    let rest = position;
    for (let axis = group.length - 1; axis >= 0; axis--) {
      const others = sizeOf(group.slice(0, axis));
      if (others === 1) {
        parts[axis] = rest;
        rest = zeroIndex;
      } else {
        const { high, low } = splitIndex(rest, group[axis]!, extents);
        parts[axis] = low;
        rest = high;
      }
    }
    result.push(...parts);
  }
  return result;
}
