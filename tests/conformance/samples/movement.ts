// Samples of the ops that move elements about.
import type { DType } from '../../../src/base/dtype.js';
import type { Shape } from '../../../src/base/shape.js';
import { broadcastTo, concat, fold, pad, permute, reshape, slice, window } from '../../../src/ir/build.js';
import type { GraphNode, PadAxis, SliceAxis, WindowAxis } from '../../../src/ir/graph.js';
import { windowShape } from '../../../src/ir/window.js';
import type { InputSpec, Sample } from '../sample.js';
import { anyInt, whole } from './draws.js';

const dtypes: readonly DType[] = ['float32', 'int32', 'uint8', 'bool'];

/** One input of each shape, of the dtypes in turn. */
function each<Item extends { readonly shape: Shape }>(
  items: readonly Item[],
  build: (x: GraphNode, item: Item) => GraphNode,
  all: readonly DType[] = dtypes,
): Sample[] {
  return items.flatMap((item, i) => {
    // Every dtype for the first; one for each of the others.
    const chosen = i === 0 ? all : [all[i % all.length]!];
    return chosen.map((dtype) => ({
      name: `${dtype} ${JSON.stringify(item)}`,
      inputs: [{ shape: item.shape, dtype }],
      build: (x: GraphNode) => build(x, item),
    }));
  });
}

const reshapes: readonly { shape: Shape; to: Shape }[] = [
  { shape: [4, 6], to: [3, 8] },
  { shape: [], to: [1, 1] },
  { shape: [12], to: [2, 3, 2] },
  { shape: [2, 3, 4], to: [6, 4] },
  { shape: [2, 3, 4], to: [2, 12] },
  { shape: [3, 5], to: [5, 3] },
  { shape: [1, 7, 1], to: [7] },
  { shape: [0, 3], to: [3, 0, 2] },
  { shape: [6, 1, 35], to: [21, 10] },
  { shape: [48, 45], to: [27, 80] },
  { shape: [2, 1080], to: [8, 3, 90] },
];

const permutes: readonly { shape: Shape; axes: readonly number[] }[] = [
  { shape: [3, 5], axes: [1, 0] },
  { shape: [2, 3, 4], axes: [2, 0, 1] },
  { shape: [2, 3, 4], axes: [0, 2, 1] },
  { shape: [2, 3, 4], axes: [1, 0, 2] },
  { shape: [1, 5, 1, 2], axes: [3, 1, 0, 2] },
  { shape: [0, 3], axes: [1, 0] },
  { shape: [47, 53], axes: [1, 0] },
  { shape: [9, 16, 17], axes: [2, 1, 0] },
];

const broadcasts: readonly { shape: Shape; to: Shape }[] = [
  { shape: [3, 1], to: [3, 5] },
  { shape: [], to: [4] },
  { shape: [1, 5], to: [3, 5] },
  { shape: [5], to: [2, 3, 5] },
  { shape: [2, 1, 3, 1], to: [2, 4, 3, 5] },
  { shape: [1], to: [0] },
  { shape: [1, 3], to: [0, 3] },
  { shape: [43, 1], to: [43, 51] },
];

const slices: readonly { shape: Shape; axes: readonly SliceAxis[] }[] = [
  {
    shape: [4, 6],
    axes: [
      { start: 1, size: 2, step: 1 },
      { start: 0, size: 5, step: 1 },
    ],
  },
  { shape: [7], axes: [{ start: 2, size: 3, step: 1 }] },
  { shape: [7], axes: [{ start: 1, size: 3, step: 2 }] },
  { shape: [7], axes: [{ start: 6, size: 7, step: -1 }] },
  { shape: [7], axes: [{ start: 6, size: 3, step: -3 }] },
  { shape: [3], axes: [{ start: 2, size: 0, step: 1 }] },
  {
    shape: [4, 5, 3],
    axes: [
      { start: 3, size: 4, step: -1 },
      { start: 1, size: 2, step: 3 },
      { start: 2, size: 1, step: 1 },
    ],
  },
  {
    shape: [60, 50],
    axes: [
      { start: 59, size: 58, step: -1 },
      { start: 3, size: 41, step: 1 },
    ],
  },
  {
    shape: [60, 100],
    axes: [
      { start: 0, size: 60, step: 1 },
      { start: 99, size: 50, step: -2 },
    ],
  },
];

const pads: readonly { shape: Shape; axes: readonly PadAxis[] }[] = [
  {
    shape: [2, 3],
    axes: [
      { low: 1, high: 0, interior: 0 },
      { low: 0, high: 3, interior: 0 },
    ],
  },
  { shape: [4], axes: [{ low: 2, high: 1, interior: 0 }] },
  { shape: [4], axes: [{ low: 0, high: 0, interior: 2 }] },
  { shape: [1], axes: [{ low: 1, high: 1, interior: 5 }] },
  {
    // Shared out along none of the axes that stay: the first is short, the one of 20 is the one that vectors run along.
    shape: [2, 9, 8, 20, 1],
    axes: [0, 1, 1, 0, 0].map((amount) => ({ low: amount, high: amount, interior: 0 })),
  },
  { shape: [0], axes: [{ low: 2, high: 1, interior: 0 }] },
  {
    shape: [0, 2],
    axes: [
      { low: 0, high: 0, interior: 0 },
      { low: 1, high: 0, interior: 0 },
    ],
  },
  {
    shape: [3, 2, 5],
    axes: [
      { low: 1, high: 2, interior: 1 },
      { low: 0, high: 0, interior: 0 },
      { low: 2, high: 0, interior: 1 },
    ],
  },
  {
    shape: [2, 30, 33],
    axes: [
      { low: 0, high: 0, interior: 0 },
      { low: 1, high: 1, interior: 0 },
      { low: 2, high: 1, interior: 0 },
    ],
  },
  {
    shape: [40, 1, 30],
    axes: [
      { low: 0, high: 0, interior: 0 },
      { low: 1, high: 0, interior: 0 },
      { low: 0, high: 0, interior: 1 },
    ],
  },
  { shape: [2050], axes: [{ low: 3, high: 2, interior: 0 }] },
];

interface Windows {
  readonly shape: Shape;
  readonly axes: readonly WindowAxis[];
}

const windows: readonly Windows[] = [
  { shape: [6], axes: [{ axis: 0, size: 3, stride: 1, dilation: 1 }] },
  { shape: [7], axes: [{ axis: 0, size: 2, stride: 3, dilation: 2 }] },
  { shape: [7], axes: [{ axis: 0, size: 2, stride: 2, dilation: 1 }] },
  { shape: [8], axes: [{ axis: 0, size: 2, stride: 4, dilation: 1 }] },
  { shape: [9], axes: [{ axis: 0, size: 2, stride: 2, dilation: 3 }] },
  {
    shape: [2, 6, 4, 3],
    axes: [
      { axis: 1, size: 2, stride: 2, dilation: 1 },
      { axis: 2, size: 2, stride: 2, dilation: 1 },
    ],
  },
  {
    shape: [2, 5, 4, 3],
    axes: [
      { axis: 1, size: 2, stride: 2, dilation: 1 },
      { axis: 2, size: 2, stride: 1, dilation: 1 },
    ],
  },
  { shape: [0, 4], axes: [{ axis: 1, size: 2, stride: 1, dilation: 1 }] },
  {
    shape: [9, 10, 10, 3],
    axes: [
      { axis: 1, size: 2, stride: 2, dilation: 1 },
      { axis: 2, size: 2, stride: 2, dilation: 1 },
    ],
  },
  {
    shape: [3, 17, 16, 3],
    axes: [
      { axis: 1, size: 3, stride: 2, dilation: 1 },
      { axis: 2, size: 3, stride: 1, dilation: 2 },
    ],
  },
];

const folds = windows.flatMap((item) =>
  (['float32', 'int32'] as const).map((dtype): Sample => ({
    name: `${dtype} ${JSON.stringify(item)}`,
    inputs: [{ shape: windowShape(item.shape, item.axes), dtype, draw: dtype === 'int32' ? anyInt : whole }],
    build: (x) => fold(x, item.axes, item.shape),
    // A window that stands alone is stored where adding it to 0 would turn -0 into 0.
    tolerance: { anyZero: true },
  })),
);

const concats: readonly { name: string; inputs: readonly InputSpec[]; axis: number }[] = [
  { name: 'rows', inputs: [{ shape: [2, 3] }, { shape: [1, 3] }, { shape: [4, 3] }], axis: 0 },
  { name: 'columns', inputs: [{ shape: [3, 2] }, { shape: [3, 5] }], axis: 1 },
  { name: 'an empty part', inputs: [{ shape: [2, 2] }, { shape: [2, 0] }, { shape: [2, 1] }], axis: 1 },
  { name: 'empty rows', inputs: [{ shape: [0, 2] }, { shape: [0, 1] }], axis: 1 },
  { name: 'one part', inputs: [{ shape: [5] }], axis: 0 },
  {
    name: 'several dtypes',
    inputs: [
      { shape: [3], dtype: 'uint8' },
      { shape: [2], dtype: 'bool' },
      { shape: [4], dtype: 'int32' },
    ],
    axis: 0,
  },
  {
    name: 'bytes',
    inputs: [
      { shape: [3, 1], dtype: 'uint8' },
      { shape: [3, 6], dtype: 'uint8' },
    ],
    axis: 1,
  },
  { name: 'long rows', inputs: [{ shape: [40, 33] }, { shape: [40, 31] }], axis: 1 },
  { name: 'long columns', inputs: [{ shape: [9, 20, 7] }, { shape: [9, 30, 7] }], axis: 1 },
  { name: 'long', inputs: [{ shape: [2050] }, { shape: [3] }], axis: 0 },
];

export const movementSamples = {
  reshape: each(reshapes, (x, { to }) => reshape(x, to)),
  permute: each(permutes, (x, { axes }) => permute(x, axes)),
  broadcast: each(broadcasts, (x, { to }) => broadcastTo(x, to)),
  slice: each(slices, (x, { axes }) => slice(x, axes)),
  pad: [
    ...each(pads, (x, { axes }) => pad(x, axes, 1)),
    ...each(pads.slice(0, 3), (x, { axes }) => pad(x, axes, -Infinity), ['float32']),
  ],
  concat: concats.map(({ name, inputs, axis }) => ({ name, inputs, build: (...parts) => concat(parts, axis) })),
  window: each(windows, (x, { axes }) => window(x, axes)),
  fold: folds,
} satisfies Record<string, readonly Sample[]>;
