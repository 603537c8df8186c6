import { describe, expect, test } from 'vitest';
import { elementAt, indicesOf, nodeOf, randomArray, valuesOf } from '../../../tests/support/graph-values.js';
import type { NDArray } from '../../base/ndarray.js';
import { RandomStream } from '../../base/random.js';
import { contract, data, loopAxis } from '../../ir/build.js';
import type { AxisIndex, OpAttributes } from '../../ir/graph.js';

type Spec = OpAttributes['contract'];

/** offset + sum of coefficient x loop, given as pairs. */
const index = (offset: number, ...terms: [loop: number, coefficient: number][]): AxisIndex => ({
  terms: terms.map(([loop, coefficient]) => ({ loop, coefficient })),
  offset,
});

/** The formula as it stands in the op's description. */
function byDefinition(a: NDArray, b: NDArray, spec: Spec): number[] {
  const read = (array: NDArray, axes: readonly AxisIndex[], loops: readonly number[]): number => {
    const position = axes.map(({ offset, terms }) =>
      terms.reduce((sum, { loop, coefficient }) => sum + coefficient * loops[loop]!, offset),
    );
    return position.every((p, axis) => p >= 0 && p < array.shape[axis]!) ? elementAt(array, position) : 0;
  };
  const summed = indicesOf(spec.loops.slice(spec.outputRank));
  return indicesOf(spec.loops.slice(0, spec.outputRank)).map((output) =>
    summed.reduce((sum, r) => sum + read(a, spec.a, [...output, ...r]) * read(b, spec.b, [...output, ...r]), 0),
  );
}

function expectAsDefined(aShape: number[], bShape: number[], spec: Spec): void {
  const random = new RandomStream(6);
  for (const dtype of ['float32', 'float64'] as const) {
    const a = randomArray(random, dtype, aShape);
    const b = randomArray(random, dtype, bShape);
    const result = contract(data(a), data(b), spec);
    expect(result.shape).toEqual(spec.loops.slice(0, spec.outputRank));
    const actual = valuesOf(result);
    const expected = byDefinition(a, b, spec);
    expect(actual).toHaveLength(expected.length);
    // Sums may be taken in another order, in doubles.
    const tolerance = dtype === 'float32' ? 1e-7 : 1e-14;
    actual.forEach((value, i) =>
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i]!))),
    );
  }
}

describe('contract', () => {
  test.each([
    [1, 1, 1],
    [3, 5, 7],
    [2, 8, 3],
    [5, 4, 1],
    [4, 13, 6],
  ])('matrix product of sizes %i, %i, %i', (M, N, K) => {
    const spec = { loops: [M, N, K], outputRank: 2 };
    expectAsDefined([M, K], [K, N], { ...spec, a: [loopAxis(0), loopAxis(2)], b: [loopAxis(2), loopAxis(1)] });
    expectAsDefined([K, M], [N, K], { ...spec, a: [loopAxis(2), loopAxis(0)], b: [loopAxis(1), loopAxis(2)] });
    // The first operand runs along the last axis of the result.
    expectAsDefined([K, N], [M, K], { ...spec, a: [loopAxis(2), loopAxis(1)], b: [loopAxis(0), loopAxis(2)] });
  });

  test('batched product, dot product and outer product', () => {
    const batched = { loops: [2, 3, 5, 4], outputRank: 3 };
    const [B, M, N, K] = [0, 1, 2, 3].map(loopAxis) as [AxisIndex, AxisIndex, AxisIndex, AxisIndex];
    expectAsDefined([2, 3, 4], [2, 4, 5], { ...batched, a: [B, M, K], b: [B, K, N] });
    expectAsDefined([9], [9], { loops: [9], outputRank: 0, a: [loopAxis(0)], b: [loopAxis(0)] });
    expectAsDefined([3], [6], { loops: [3, 6], outputRank: 2, a: [loopAxis(0)], b: [loopAxis(1)] });
    expectAsDefined([], [5], { loops: [5], outputRank: 1, a: [], b: [loopAxis(0)] });
  });

  test.each([
    { stride: 1, dilation: 1, low: 0, high: 0 },
    { stride: 1, dilation: 1, low: 1, high: 1 },
    { stride: 2, dilation: 1, low: 1, high: 2 },
    { stride: 3, dilation: 2, low: 2, high: 2 },
    { stride: 1, dilation: 1, low: 5, high: 7 },
  ])(
    'convolution with stride $stride, dilation $dilation, padding $low and $high',
    ({ stride, dilation, low, high }) => {
      const [batch, H, W, C, F, kernelH, kernelW] = [2, 6, 7, 3, 5, 3, 2] as const;
      const outH = Math.floor((H + low + high - (kernelH - 1) * dilation - 1) / stride) + 1;
      const outW = Math.floor((W + low + high - (kernelW - 1) * dilation - 1) / stride) + 1;
      expectAsDefined([batch, H, W, C], [kernelH, kernelW, C, F], {
        loops: [batch, outH, outW, F, kernelH, kernelW, C],
        outputRank: 4,
        a: [loopAxis(0), index(-low, [1, stride], [4, dilation]), index(-low, [2, stride], [5, dilation]), loopAxis(6)],
        b: [loopAxis(4), loopAxis(5), loopAxis(6), loopAxis(3)],
      });
      // The gradient to the kernel, and channels first, where the axis that leaves the image is the last of the result.
      expectAsDefined([batch, H, W, C], [batch, outH, outW, F], {
        loops: [kernelH, kernelW, C, F, batch, outH, outW],
        outputRank: 4,
        a: [loopAxis(4), index(-low, [5, stride], [0, dilation]), index(-low, [6, stride], [1, dilation]), loopAxis(2)],
        b: [loopAxis(4), loopAxis(5), loopAxis(6), loopAxis(3)],
      });
      expectAsDefined([C, H, W], [F, C, kernelH, kernelW], {
        loops: [F, outH, outW, C, kernelH, kernelW],
        outputRank: 3,
        a: [loopAxis(3), index(-low, [1, stride], [4, dilation]), index(-low, [2, stride], [5, dilation])],
        b: [loopAxis(0), loopAxis(3), loopAxis(4), loopAxis(5)],
      });
    },
  );

  test('loops may walk backwards, and both operands may be left', () => {
    expectAsDefined([5, 4], [3, 4], {
      loops: [7, 3, 4],
      outputRank: 1,
      a: [index(1, [0, 1], [1, -1]), loopAxis(2)],
      b: [index(2, [1, -1]), index(-1, [2, 1])],
    });
    expectAsDefined([6], [6], { loops: [4, 8], outputRank: 1, a: [index(5, [1, -1])], b: [index(-2, [0, 2], [1, 1])] });
  });

  test('a loop that indexes an axis twice, or no operand at all', () => {
    expectAsDefined([9], [4], { loops: [4, 3], outputRank: 1, a: [index(0, [0, 1], [0, 1])], b: [loopAxis(0)] });
  });

  test('a sum over nothing is 0, and an empty result is empty', () => {
    const product = (M: number, N: number, K: number): Spec => ({
      loops: [M, N, K],
      outputRank: 2,
      a: [loopAxis(0), loopAxis(2)],
      b: [loopAxis(2), loopAxis(1)],
    });
    const empty = (shape: number[]) => nodeOf('float32', shape, []);
    expect(valuesOf(contract(empty([2, 0]), empty([0, 3]), product(2, 3, 0)))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(valuesOf(contract(empty([0, 2]), nodeOf('float32', [2, 1], [1, 2]), product(0, 1, 2)))).toEqual([]);
    expect(valuesOf(contract(nodeOf('float32', [1, 2], [1, 2]), empty([2, 0]), product(1, 0, 2)))).toEqual([]);
  });

  test('zero padding hides NaN and infinity in the other operand', () => {
    const spec: Spec = { loops: [1, 2], outputRank: 1, a: [index(0, [1, 1])], b: [loopAxis(1)] };
    expect(valuesOf(contract(nodeOf('float32', [1], [2]), nodeOf('float32', [2], [3, NaN]), spec))).toEqual([6]);
  });

  test('a float32 sum of products is rounded once', () => {
    const ones = new Array<number>(17).fill(1);
    const spec: Spec = { loops: [17], outputRank: 0, a: [loopAxis(0)], b: [loopAxis(0)] };
    const x = nodeOf('float32', [17], [16777216, ...ones.slice(1)]);
    expect(valuesOf(contract(x, nodeOf('float32', [17], ones), spec))).toEqual([16777232]);
  });
});
