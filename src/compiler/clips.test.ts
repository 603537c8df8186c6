import { describe, expect, test } from 'vitest';
import { contract, loopAxis, parameter } from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import { clipsOf } from './clips.js';

/** gradient [9] x kernel [size, 5] -> [steps, phases, 5]: sum over w of gradient[step - w] kernel[stride w + phase]. */
function byPhase(size: number, stride: number, { first = 0, vector = false } = {}): GraphNode<'contract'> {
  const kernel = parameter(1, vector ? [size] : [size, 5], 'float32');
  const columns = vector ? [] : [5];
  const window = 2 + columns.length;
  return contract(parameter(0, [9], 'float32'), kernel, {
    loops: [9, stride, ...columns, Math.ceil(size / stride)],
    outputRank: window,
    a: [
      {
        offset: 0,
        terms: [
          { loop: 0, coefficient: 1 },
          { loop: window, coefficient: -1 },
        ],
      },
    ],
    b: [
      {
        offset: first,
        terms: [
          { loop: window, coefficient: stride },
          { loop: 1, coefficient: 1 },
        ],
      },
      ...(vector ? [] : [loopAxis(2)]),
    ],
  }) as GraphNode<'contract'>;
}

describe('a window walked by phase ends with its kernel', () => {
  test('earlier in the last phases', () => {
    expect(clipsOf(byPhase(7, 2))).toEqual([{ summed: 3, phase: 1, ends: [4, 3] }]);
    expect(clipsOf(byPhase(7, 3))).toEqual([{ summed: 3, phase: 1, ends: [3, 2, 2] }]);
    expect(clipsOf(byPhase(1, 3))).toEqual([{ summed: 3, phase: 1, ends: [1, 0, 0] }]);
  });

  test('at the same step where the stride divides it', () => {
    expect(clipsOf(byPhase(6, 2))).toEqual([]);
    expect(clipsOf(byPhase(3, 3))).toEqual([]);
  });

  test('unless it begins elsewhere, vectors run along the phases, or these are many', () => {
    expect(clipsOf(byPhase(7, 2, { first: 1 }))).toEqual([]);
    expect(clipsOf(byPhase(7, 2, { vector: true }))).toEqual([]);
    expect(clipsOf(byPhase(18, 17))).toEqual([]);
  });
});
