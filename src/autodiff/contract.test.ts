import { describe, test } from 'vitest';
import { checkGradients, type GradientSample } from '../../tests/support/gradient-check.js';
import type { Shape } from '../base/shape.js';
import { contract, loopAxis } from '../ir/build.js';
import type { AxisIndex, OpAttributes } from '../ir/graph.js';

const named = (values: unknown): string => JSON.stringify(values);

/** offset + sum of coefficient x loop, given as pairs. */
const index = (offset: number, ...terms: [loop: number, coefficient: number][]): AxisIndex => ({
  terms: terms.map(([loop, coefficient]) => ({ loop, coefficient })),
  offset,
});

function ofContract(name: string, a: Shape, b: Shape, spec: OpAttributes['contract']): GradientSample {
  return { name, shapes: [a, b], build: ([x, y]) => contract(x!, y!, spec) };
}

/** x [2, H, W, 3] by a kernel [3, 2, 3, 4]; with groups [2, H, W, 2, 3] by [3, 2, 3, 2, 4]. */
function ofConvolution(
  H: number,
  W: number,
  stride: number,
  dilation: number,
  low: number,
  high: number,
  groups = 1,
): GradientSample {
  const countOf = (length: number, size: number): number =>
    Math.floor((length + low + high - (size - 1) * dilation - 1) / stride) + 1;
  const grouped = groups === 1 ? [] : [groups];
  const group = groups === 1 ? [] : [loopAxis(3)];
  const outputRank = 4 + grouped.length;
  const [kernelH, kernelW, C] = [outputRank, outputRank + 1, outputRank + 2] as const;
  return ofContract(
    `convolution of ${H} x ${W}, stride ${stride}, dilation ${dilation}, padding ${low} and ${high}, groups ${groups}`,
    [2, H, W, ...grouped, 3],
    [3, 2, 3, ...grouped, 4],
    {
      loops: [2, countOf(H, 3), countOf(W, 2), ...grouped, 4, 3, 2, 3],
      outputRank,
      a: [
        loopAxis(0),
        index(-low, [1, stride], [kernelH, dilation]),
        index(-low, [2, stride], [kernelW, dilation]),
        ...group,
        loopAxis(C),
      ],
      b: [loopAxis(kernelH), loopAxis(kernelW), loopAxis(C), ...group, loopAxis(outputRank - 1)],
    },
  );
}

/** x [length, 2] by a kernel [size, 2, 3]: steps of a window meet the phases of a stride in every way. */
function ofRow(length: number, size: number, stride: number, dilation: number, low: number): GradientSample {
  const count = Math.floor((length + low - (size - 1) * dilation - 1) / stride) + 1;
  return ofContract(
    `row of ${length}, kernel ${size}, stride ${stride}, dilation ${dilation}, padding ${low}`,
    [length, 2],
    [size, 2, 3],
    {
      loops: [count, 3, size, 2],
      outputRank: 2,
      a: [index(-low, [0, stride], [2, dilation]), loopAxis(3)],
      b: [loopAxis(2), loopAxis(3), loopAxis(1)],
    },
  );
}

const M = loopAxis(0);
const N = loopAxis(1);
const K = loopAxis(2);

const contractions: GradientSample[] = [
  ...[
    [3, 4, 5],
    [1, 1, 1],
    [2, 3, 1],
    [2, 3, 0],
    [0, 2, 3],
  ].flatMap((loops) => {
    const [m, n, k] = loops as [number, number, number];
    return [
      ofContract(`product ${named(loops)}`, [m, k], [k, n], { loops, outputRank: 2, a: [M, K], b: [K, N] }),
      ofContract(`transposed product ${named(loops)}`, [k, m], [n, k], { loops, outputRank: 2, a: [K, M], b: [N, K] }),
    ];
  }),
  ofContract('batched product', [2, 3, 5], [2, 5, 4], {
    loops: [2, 3, 4, 5],
    outputRank: 3,
    a: [loopAxis(0), loopAxis(1), loopAxis(3)],
    b: [loopAxis(0), loopAxis(3), loopAxis(2)],
  }),
  ofContract('product with a batch of 1 on the right', [2, 3, 5], [1, 5, 4], {
    loops: [2, 3, 4, 5],
    outputRank: 3,
    a: [loopAxis(0), loopAxis(1), loopAxis(3)],
    b: [index(0), loopAxis(3), loopAxis(2)],
  }),
  ofContract('dot product', [6], [6], { loops: [6], outputRank: 0, a: [loopAxis(0)], b: [loopAxis(0)] }),
  ofContract('outer product', [3], [4], { loops: [3, 4], outputRank: 2, a: [M], b: [N] }),
  ofContract('sum over a loop of one operand alone', [3, 4], [3], { loops: [3, 4], outputRank: 1, a: [M, N], b: [M] }),
  ofConvolution(5, 6, 1, 1, 0, 0),
  ofConvolution(5, 6, 1, 1, 1, 1),
  ofConvolution(6, 5, 2, 1, 0, 1),
  ofConvolution(7, 6, 2, 1, 0, 0),
  ofConvolution(7, 7, 3, 2, 2, 2),
  ofConvolution(6, 5, 1, 2, 2, 2),
  ofConvolution(4, 4, 2, 1, 1, 1, 2),
  ofConvolution(3, 2, 1, 1, 0, 0),
  ...[2, 3].flatMap((stride) => [1, 2, 3, 4, 5, 6, 7].map((size) => ofRow(9 + size, size, stride, 1, size % 4))),
  ofRow(11, 3, 2, 3, 1),
  ofRow(16, 3, 3, 4, 2),
  ofRow(12, 2, 3, 2, 1),
  ofRow(13, 1, 4, 1, 0),
  ofContract('a loop walked backwards', [5], [3], {
    loops: [3, 3],
    outputRank: 1,
    a: [index(2, [0, 1], [1, -1])],
    b: [loopAxis(1)],
  }),
  ofContract('a strided loop walked backwards', [9], [3], {
    loops: [3, 3],
    outputRank: 1,
    a: [index(6, [0, -2], [1, 1])],
    b: [loopAxis(1)],
  }),
  ofContract('stride and dilation of one size', [9], [3], {
    loops: [3, 3],
    outputRank: 1,
    a: [index(0, [0, 2], [1, 2])],
    b: [loopAxis(1)],
  }),
  ofContract('an axis read in part', [5], [3], { loops: [3], outputRank: 1, a: [M], b: [M] }),
  ofContract('an axis summed in part', [5], [3], { loops: [3], outputRank: 0, a: [index(1, [0, 1])], b: [M] }),
  ofContract('an axis that the loop leaves', [3], [5], { loops: [5], outputRank: 0, a: [M], b: [M] }),
  ofContract('two summed loops, each read by the other operand', [5], [3, 3], {
    loops: [3, 3],
    outputRank: 0,
    a: [index(0, [0, 1], [1, 1])],
    b: [M, N],
  }),
];

describe('gradients of contractions agree with central differences', () => {
  for (const [position, sample] of contractions.entries())
    test(sample.name, () => checkGradients(sample, 2000 + position));
});
