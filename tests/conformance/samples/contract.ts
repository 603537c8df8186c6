// Samples of contractions: products of matrices whichever way they lie, convolutions and their gradients' index
// functions. Whole numbers, so that no order of summation rounds.
import type { Shape } from '../../../src/base/shape.js';
import { contract, loopAxis } from '../../../src/ir/build.js';
import type { AxisIndex, GraphNode } from '../../../src/ir/graph.js';
import type { Sample } from '../sample.js';
import { whole } from './draws.js';

interface Product {
  readonly name: string;
  readonly loops: readonly number[];
  readonly outputRank: number;
  readonly a: readonly AxisIndex[];
  readonly b: readonly AxisIndex[];
  /** Derived from the loops where every axis is one loop. */
  readonly shapes?: readonly [Shape, Shape];
}

const axes = (...loops: number[]): AxisIndex[] => loops.map(loopAxis);

function shapeOf(index: readonly AxisIndex[], loops: readonly number[]): Shape {
  return index.map(({ terms, offset }) =>
    terms.reduce((reach, { loop, coefficient }) => reach + coefficient * (loops[loop]! - 1), offset + 1),
  );
}

/** [M, K] x [K, N], with either operand stored the other way round. */
function matrixProducts([M, K, N]: readonly [number, number, number], ways = ['nn', 'nt', 'tn', 'tt']): Product[] {
  return ways.map((way) => ({
    name: `matrices ${M} x ${K} x ${N} ${way}`,
    loops: [M, N, K],
    outputRank: 2,
    a: way[0] === 'n' ? axes(0, 2) : axes(2, 0),
    b: way[1] === 'n' ? axes(2, 1) : axes(1, 2),
  }));
}

interface Convolution {
  readonly batch?: number;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  readonly padding?: readonly [number, number];
}

/** b, oh, ow, f | kh, kw, c; and the same loops with the kernel or the image as what is summed into. */
function convolutions({
  batch = 2,
  size,
  channels,
  filters,
  kernel,
  stride = [1, 1],
  dilation = [1, 1],
  padding = [0, 0],
}: Convolution): Product[] {
  const [KH, KW] = kernel;
  const [OH, OW] = [0, 1].map(
    (i) => Math.floor((size[i]! + 2 * padding[i]! - (kernel[i]! - 1) * dilation[i]! - 1) / stride[i]!) + 1,
  ) as [number, number];
  const along = (i: 0 | 1, output: number, tap: number): AxisIndex => ({
    offset: -padding[i],
    terms: [
      { loop: output, coefficient: stride[i] },
      { loop: tap, coefficient: dilation[i] },
    ],
  });
  const text = JSON.stringify({ batch, size, channels, filters, kernel, stride, dilation, padding });
  const image: Shape = [batch, size[0], size[1], channels];
  return [
    {
      name: `convolution ${text}`,
      loops: [batch, OH, OW, filters, KH, KW, channels],
      outputRank: 4,
      a: [loopAxis(0), along(0, 1, 4), along(1, 2, 5), loopAxis(6)],
      b: axes(4, 5, 6, 3),
      shapes: [image, [KH, KW, channels, filters]],
    },
    {
      name: `gradient to the kernel ${text}`,
      loops: [KH, KW, channels, filters, batch, OH, OW],
      outputRank: 4,
      a: [loopAxis(4), along(0, 5, 0), along(1, 6, 1), loopAxis(2)],
      b: axes(4, 5, 6, 3),
      shapes: [image, [batch, OH, OW, filters]],
    },
  ];
}

/** The gradient of a convolution of stride 1 to its input: the kernel is walked backwards over padded gradients. */
function inputGradient(batch: number, size: readonly [number, number], C: number, F: number, taps: number): Product {
  const from = (output: number, tap: number): AxisIndex => ({
    offset: 0,
    terms: [
      { loop: output, coefficient: 1 },
      { loop: tap, coefficient: -1 },
    ],
  });
  const [H, W] = size;
  return {
    name: `gradient to the image ${JSON.stringify({ batch, size, C, F, taps })}`,
    loops: [batch, H, W, C, taps, taps, F],
    outputRank: 4,
    a: [loopAxis(0), from(1, 4), from(2, 5), loopAxis(6)],
    b: axes(4, 5, 3, 6),
    shapes: [
      [batch, H - taps + 1, W - taps + 1, F],
      [taps, taps, C, F],
    ],
  };
}

const others: readonly Product[] = [
  { name: 'dot product of 9', loops: [9], outputRank: 0, a: axes(0), b: axes(0) },
  { name: 'dot product of 3000', loops: [3000], outputRank: 0, a: axes(0), b: axes(0) },
  { name: 'outer product', loops: [5, 6], outputRank: 2, a: axes(0), b: axes(1) },
  { name: 'element by element', loops: [5, 6], outputRank: 2, a: axes(0, 1), b: axes(0, 1) },
  { name: 'vector times matrix', loops: [11, 13], outputRank: 1, a: axes(1), b: axes(1, 0) },
  { name: 'matrix times vector', loops: [11, 13], outputRank: 1, a: axes(0, 1), b: axes(1) },
  { name: 'batches of matrices', loops: [3, 5, 7, 6], outputRank: 3, a: axes(0, 1, 3), b: axes(0, 3, 2) },
  { name: 'batches of matrices, batch last', loops: [5, 7, 3, 6], outputRank: 3, a: axes(2, 0, 3), b: axes(2, 3, 1) },
  { name: 'many batches', loops: [40, 9, 10, 8], outputRank: 3, a: axes(0, 1, 3), b: axes(0, 3, 2) },
  { name: 'summed over two axes', loops: [4, 5, 3, 6], outputRank: 2, a: axes(2, 0, 3), b: axes(3, 2, 1) },
  { name: 'groups', loops: [6, 2, 5, 4], outputRank: 3, a: axes(0, 1, 3), b: axes(3, 1, 2) },
  { name: 'no rows', loops: [0, 4, 3], outputRank: 2, a: axes(0, 2), b: axes(2, 1) },
  { name: 'nothing to sum', loops: [2, 4, 0], outputRank: 2, a: axes(0, 2), b: axes(2, 1) },
  {
    name: 'the diagonal',
    loops: [5, 3],
    outputRank: 1,
    a: [...axes(0, 0), loopAxis(1)],
    b: axes(1),
  },
  {
    name: 'every second row from the end',
    loops: [4, 5, 3],
    outputRank: 2,
    a: [{ offset: 7, terms: [{ loop: 0, coefficient: -2 }] }, loopAxis(2)],
    b: axes(2, 1),
    shapes: [
      [8, 3],
      [3, 5],
    ],
  },
  {
    name: 'one fixed row',
    loops: [5, 3],
    outputRank: 1,
    a: [{ offset: 2, terms: [] }, loopAxis(1)],
    b: axes(1, 0),
    shapes: [
      [4, 3],
      [3, 5],
    ],
  },
  {
    name: 'partly outside both operands',
    loops: [6, 5, 4],
    outputRank: 2,
    a: [{ offset: -2, terms: [{ loop: 0, coefficient: 1 }] }, loopAxis(2)],
    b: [loopAxis(2), { offset: -1, terms: [{ loop: 1, coefficient: 1 }] }],
    shapes: [
      [3, 4],
      [4, 3],
    ],
  },
];

const products: readonly Product[] = [
  ...matrixProducts([1, 1, 1]),
  ...matrixProducts([3, 5, 7]),
  ...matrixProducts([1, 9, 10]),
  ...matrixProducts([13, 1, 2]),
  ...matrixProducts([17, 19, 9]),
  ...matrixProducts([32, 64, 40]),
  ...matrixProducts([65, 33, 35]),
  ...matrixProducts([9, 1100, 64], ['nn', 'tn']),
  ...matrixProducts([784, 5, 12], ['tn']),
  ...convolutions({ size: [5, 6], channels: 1, filters: 4, kernel: [3, 3] }),
  ...convolutions({ size: [7, 5], channels: 3, filters: 5, kernel: [2, 3], stride: [2, 1] }),
  ...convolutions({ size: [6, 7], channels: 2, filters: 9, kernel: [3, 2], padding: [1, 1] }),
  ...convolutions({ size: [9, 8], channels: 2, filters: 3, kernel: [3, 3], dilation: [2, 3], padding: [2, 1] }),
  ...convolutions({ size: [8, 8], channels: 4, filters: 1, kernel: [1, 1], stride: [2, 3] }),
  ...convolutions({ batch: 3, size: [12, 13], channels: 8, filters: 16, kernel: [3, 3] }),
  ...convolutions({
    batch: 1,
    size: [14, 9],
    channels: 3,
    filters: 17,
    kernel: [5, 4],
    stride: [2, 2],
    padding: [2, 2],
  }),
  inputGradient(2, [6, 7], 3, 4, 3),
  inputGradient(3, [12, 11], 8, 16, 3),
  ...others,
];

export const contractSamples = {
  contract: products.map(({ name, loops, outputRank, a, b, shapes }) => ({
    name,
    inputs: [
      { shape: shapes?.[0] ?? shapeOf(a, loops), draw: whole },
      { shape: shapes?.[1] ?? shapeOf(b, loops), draw: whole },
    ],
    build: (x: GraphNode, y: GraphNode) => contract(x, y, { loops, outputRank, a, b }),
    // Products of zeros of different signs add up to a zero of either.
    tolerance: { anyZero: true },
  })),
} satisfies Record<string, readonly Sample[]>;
