import { describe, expect, test } from 'vitest';
import { indicesOf, valuesOf } from '../../tests/support/graph-values.js';
import { sizeOf, stridesOf, type Shape } from '../base/shape.js';
import { broadcastTo, data, permute, reshape, slice, unary, window } from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import { constantIndex, NotAffine, positionOf, SplitNeeded, variableIndex } from './affine.js';
import { isView, viewIndex } from './index-maps.js';

/** An array that holds its own positions. */
const positions = (shape: Shape): GraphNode =>
  data({ dtype: 'int32', shape, data: Int32Array.from({ length: sizeOf(shape) }, (_, i) => i) });

const views: readonly (readonly [name: string, view: GraphNode])[] = [
  ['permute', permute(positions([2, 3, 4]), [2, 0, 1])],
  ['broadcast along the last axis', broadcastTo(positions([3, 1]), [3, 4])],
  ['broadcast along two axes', broadcastTo(positions([1, 3, 1]), [2, 3, 4])],
  [
    'slice',
    slice(positions([7, 5]), [
      { start: 6, size: 4, step: -2 },
      { start: 1, size: 3, step: 1 },
    ]),
  ],
  [
    'window',
    window(positions([2, 7, 5]), [
      { axis: 1, size: 3, stride: 2, dilation: 1 },
      { axis: 2, size: 2, stride: 1, dilation: 3 },
    ]),
  ],
  ['stopGradient', unary('stopGradient', positions([2, 3]))],
  ['reshape that joins axes', reshape(positions([2, 3, 4]), [6, 4])],
  ['reshape that splits an axis', reshape(positions([6, 4]), [2, 3, 4])],
  ['reshape with sizes of 1', reshape(positions([1, 6, 1, 4]), [6, 1, 4])],
  ['reshape to a scalar', reshape(positions([1, 1]), [])],
];

describe.each(views)('%s', (_, view) => {
  test('reads at every index what the reference reads', () => {
    const input = view.inputs[0]!;
    const expected = valuesOf(view);
    indicesOf(view.shape).forEach((index, position) => {
      const read = viewIndex(view, index.map(constantIndex), new Map());
      expect(read).toHaveLength(input.shape.length);
      expect(positionOf(read, stridesOf(input.shape)).offset).toBe(expected[position]);
    });
  });

  test('reads the same by loops over its axes', () => {
    expect(isView(view)).toBe(true);
    const loops = view.shape.map((_size, axis) => `i${axis}`);
    const extents = new Map(view.shape.map((size, axis) => [`i${axis}`, size]));
    try {
      const read = viewIndex(
        view,
        loops.map((loop) => variableIndex(loop)),
        extents,
      );
      const at = positionOf(read, stridesOf(view.inputs[0]!.shape));
      const expected = valuesOf(view);
      indicesOf(view.shape).forEach((index, position) => {
        const value = loops.reduce((sum, loop, axis) => sum + (at.terms.get(loop) ?? 0) * index[axis]!, at.offset);
        expect(value).toBe(expected[position]);
      });
    } catch (error) {
      // The axis that is split apart is one loop here.
      expect(error).toBeInstanceOf(SplitNeeded);
      expect(view.shape).toEqual([6, 4]);
    }
  });
});

test('a reshape that cuts across axes cannot be read by loops over them', () => {
  const view = reshape(positions([3, 5]), [5, 3]);
  const extents = new Map([
    ['i', 5],
    ['j', 3],
  ]);
  expect(() => viewIndex(view, [variableIndex('i'), variableIndex('j')], extents)).toThrow(NotAffine);
});
