import { describe, expect, test } from 'vitest';
import { contract, loopAxis, parameter, permute } from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import { summedVectorLoop } from './summed-vectors.js';

const matrix = (index: number, rows: number, columns: number): GraphNode =>
  parameter(index, [rows, columns], 'float32');

function product(a: GraphNode, b: GraphNode): GraphNode<'contract'> {
  return contract(a, b, {
    loops: [a.shape[0]!, b.shape[1]!, a.shape[1]!],
    outputRank: 2,
    a: [loopAxis(0), loopAxis(2)],
    b: [loopAxis(2), loopAxis(1)],
  }) as GraphNode<'contract'>;
}

describe('vectors run along the sum', () => {
  test('of a product with few columns', () => {
    expect(summedVectorLoop(product(matrix(0, 100, 64), matrix(1, 64, 3)), 16)).toBe(2);
    expect(summedVectorLoop(product(matrix(0, 100, 64), matrix(1, 64, 1)), 4)).toBe(2);
    expect(summedVectorLoop(product(matrix(0, 1, 64), matrix(1, 64, 1)), 4)).toBe(2);
  });

  test('not where vectors along the columns are full, or the sum is short', () => {
    expect(summedVectorLoop(product(matrix(0, 100, 64), matrix(1, 64, 16)), 16)).toBeUndefined();
    expect(summedVectorLoop(product(matrix(0, 100, 64), matrix(1, 64, 3)), 4)).toBeUndefined();
    expect(summedVectorLoop(product(matrix(0, 100, 8), matrix(1, 8, 3)), 16)).toBeUndefined();
  });

  test('not where the larger operand would have to be copied for it', () => {
    const columns = permute(matrix(0, 64, 100), [1, 0]);
    expect(summedVectorLoop(product(columns, matrix(1, 64, 1)), 16)).toBeUndefined();
    expect(summedVectorLoop(product(matrix(0, 100, 64), permute(matrix(1, 3, 64), [1, 0])), 16)).toBe(2);
  });

  test('of many rows by a vector, which is the same for all of them', () => {
    const rows = contract(matrix(0, 500, 40), parameter(1, [40], 'float32'), {
      loops: [500, 40],
      outputRank: 1,
      a: [loopAxis(0), loopAxis(1)],
      b: [loopAxis(1)],
    }) as GraphNode<'contract'>;
    expect(summedVectorLoop(rows, 4)).toBe(1);
  });
});
