import { describe, expect, test } from 'vitest';
import { nodeOf, valuesOf } from '../../../tests/support/graph-values.js';
import { gather, scatterAdd } from '../../ir/build.js';

const x = nodeOf('float32', [3, 2], [1, 2, 3, 4, 5, 6]);

describe('gather', () => {
  test('picks rows in the order of the indices', () => {
    const picked = gather(x, nodeOf('int32', [2, 2], [2, 0, 0, 1]));
    expect(picked.shape).toEqual([2, 2, 2]);
    expect(valuesOf(picked)).toEqual([5, 6, 1, 2, 1, 2, 3, 4]);
  });

  test('clamps an index outside', () => {
    expect(valuesOf(gather(x, nodeOf('int32', [3], [-1, 3, 2147483647])))).toEqual([1, 2, 5, 6, 5, 6]);
  });

  test('a scalar index picks one row; no index picks none', () => {
    expect(valuesOf(gather(x, nodeOf('uint8', [], [1])))).toEqual([3, 4]);
    expect(valuesOf(gather(x, nodeOf('int32', [0], [])))).toEqual([]);
    expect(valuesOf(gather(nodeOf('float32', [0, 2], []), nodeOf('int32', [0], [])))).toEqual([]);
  });
});

describe('scatterAdd', () => {
  test('adds every update to its row', () => {
    const updates = nodeOf('float32', [3, 2], [1, 2, 10, 20, 100, 200]);
    expect(valuesOf(scatterAdd(nodeOf('int32', [3], [1, 3, 1]), updates, 4))).toEqual([0, 0, 101, 202, 0, 0, 10, 20]);
  });

  test('an index outside goes where gather would have read', () => {
    expect(valuesOf(scatterAdd(nodeOf('int32', [2], [-5, 9]), nodeOf('int32', [2], [1, 2]), 3))).toEqual([1, 0, 2]);
  });

  test('float32 rows are rounded once, int32 rows wrap', () => {
    const indices = nodeOf('int32', [3], [0, 0, 0]);
    expect(valuesOf(scatterAdd(indices, nodeOf('float32', [3], [16777216, 1, 1]), 1))).toEqual([16777218]);
    expect(valuesOf(scatterAdd(indices, nodeOf('int32', [3], [2147483647, 1, 1]), 1))).toEqual([-2147483647]);
  });

  test('no updates leave zeros, no rows leave nothing', () => {
    expect(valuesOf(scatterAdd(nodeOf('int32', [0], []), nodeOf('float32', [0, 2], []), 2))).toEqual([0, 0, 0, 0]);
    expect(valuesOf(scatterAdd(nodeOf('int32', [1], [0]), nodeOf('float32', [1], [1]), 0))).toEqual([]);
  });
});
