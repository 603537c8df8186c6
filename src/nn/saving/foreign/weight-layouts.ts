// How other programs lay out the weights of layers, and how they become Keras's: PyTorch has outputs before inputs, and
// channels before the axes of images.
import { allocate } from '../../../base/dtype.js';
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf, type Shape } from '../../../base/shape.js';
import type { LayerOutline, WeightOutline } from '../format.js';

/** Whose order of axes the weights of a file are in. */
export const layoutNames = ['pytorch', 'keras'] as const;
export type WeightLayout = (typeof layoutNames)[number];

/** What PyTorch calls the weights of its modules, by Keras's names. */
const namesInPyTorch: Readonly<Record<string, string>> = {
  kernel: 'weight',
  depthwise_kernel: 'weight',
  embeddings: 'weight',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** What a weight is called in a module of PyTorch; names that are PyTorch's already stay. */
export function nameInPyTorch(name: string): string {
  return Object.hasOwn(namesInPyTorch, name) ? namesInPyTorch[name]! : name;
}

/** How a weight lies in a file: its shape there, and what makes Keras's of it. */
export interface FileLayout {
  readonly shape: Shape;
  /** Undefined where both are the same. */
  readonly toKeras: ((array: NDArray) => NDArray) | undefined;
}

const convolutions: ReadonlySet<string> = new Set([
  'Conv1D',
  'Conv2D',
  'Conv3D',
  'Conv1DTranspose',
  'Conv2DTranspose',
  'Conv3DTranspose',
]);

/**
 * How `weight` of `layer` lies in a file of `layout`. `flattened` is the shape [..., C] that was flattened into the inputs
 * of a dense layer: PyTorch flattens [C, ...].
 * @throws DataError for a layer whose layout in PyTorch is not known
 */
export function layoutOf(
  layer: LayerOutline,
  weight: WeightOutline,
  layout: WeightLayout,
  flattened: Shape | undefined,
): FileLayout {
  const { shape, name } = weight;
  const rank = shape.length;
  if (layout === 'keras' || rank < 2 || layer.className === 'Embedding') return { shape, toKeras: undefined };
  if (layer.className === 'Dense' && rank === 2 && name === 'kernel')
    return flattened === undefined ? permuted(shape, [1, 0]) : afterFlatten(shape, flattened);
  if (convolutions.has(layer.className) && name === 'kernel') {
    // [out, in, ...image] -> [...image, in, out]
    const image = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
    return permuted(shape, [...image, 1, 0]);
  }
  if (layer.className === 'DepthwiseConv2D' && rank === 4) return depthwise(shape);
  throw new DataError(
    `the order of the axes of ${layer.className}'s ${name} in PyTorch is not known. Load it from a file in Keras's order, with layout: 'keras'.`,
  );
}

/** `axes[i]` is the axis of the file that is axis i of Keras's `shape`. */
function permuted(shape: Shape, axes: readonly number[]): FileLayout {
  const fileShape: number[] = [];
  axes.forEach((axis, i) => (fileShape[axis] = shape[i]!));
  return { shape: fileShape, toKeras: (array) => permute(array, axes) };
}

/** [in * multiplier, 1, H, W] -> [H, W, in, multiplier] */
function depthwise(shape: Shape): FileLayout {
  const [height, width, inputs, multiplier] = shape as readonly [number, number, number, number];
  const apart = [inputs, multiplier, height, width];
  return {
    shape: [inputs * multiplier, 1, height, width],
    toKeras: (array) => permute({ ...array, shape: apart }, [2, 3, 0, 1]),
  };
}

/** [out, C * H * W] -> [H * W * C, out] */
function afterFlatten(shape: Shape, flattened: Shape): FileLayout {
  const [inputs, outputs] = shape as readonly [number, number];
  const channels = flattened.at(-1)!;
  const image = flattened.slice(0, -1);
  const axes = [...image.map((_, axis) => axis + 2), 1, 0];
  return {
    shape: [outputs, inputs],
    toKeras: (array) => ({ ...permute({ ...array, shape: [outputs, channels, ...image] }, axes), shape }),
  };
}

/** `axes[i]` is the axis of `array` that is axis i of the result. */
export function permute(array: NDArray, axes: readonly number[]): NDArray {
  const { dtype, shape, data } = array;
  if (axes.at(-1) === 0) return firstAxisLast(array, axes);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const result = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const out = allocate(dtype, data.length);
  let to = 0;
  const fill = (axis: number, from: number): void => {
    const size = result[axis]!;
    const step = steps[axis]!;
    if (axis === result.length - 1) for (let i = 0; i < size; i++) out[to++] = data[from + i * step]!;
    else for (let i = 0; i < size; i++) fill(axis + 1, from + i * step);
  };
  if (data.length > 0) fill(0, 0);
  return { dtype, shape: result, data: out };
}

/** Columns at a time: few enough that the lines of memory they are written to stay in the cache from rows to rows. */
const columnsAtOnce = 256;
const rowsAtOnce = 64;

/**
 * `permute` where the first axis becomes the last, as in the kernels of dense layers and of convolutions: rows become
 * columns. Eight rows are read side by side, since each line of memory that is written takes in many of them.
 */
function firstAxisLast({ dtype, shape, data }: NDArray, axes: readonly number[]): NDArray {
  const rows = shape[0]!;
  const columns = sizeOf(shape.slice(1));
  const out = allocate(dtype, data.length);
  const places = placesOfColumns(shape, axes);
  for (let row = 0; row < rows; row += rowsAtOnce)
    for (let column = 0; column < columns; column += columnsAtOnce) {
      const rowEnd = Math.min(rows, row + rowsAtOnce);
      const columnEnd = Math.min(columns, column + columnsAtOnce);
      let i = row;
      for (; i + 8 <= rowEnd; i += 8)
        for (let j = column; j < columnEnd; j++) {
          const to = places[j]! * rows + i;
          const from = i * columns + j;
          out[to] = data[from]!;
          out[to + 1] = data[from + columns]!;
          out[to + 2] = data[from + 2 * columns]!;
          out[to + 3] = data[from + 3 * columns]!;
          out[to + 4] = data[from + 4 * columns]!;
          out[to + 5] = data[from + 5 * columns]!;
          out[to + 6] = data[from + 6 * columns]!;
          out[to + 7] = data[from + 7 * columns]!;
        }
      for (; i < rowEnd; i++)
        for (let j = column; j < columnEnd; j++) out[places[j]! * rows + i] = data[i * columns + j]!;
    }
  return { dtype, shape: axes.map((axis) => shape[axis]!), data: out };
}

/** Which row of the result each column of `shape`'s rows becomes. */
function placesOfColumns(shape: Shape, axes: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(shape.slice(1)));
  let place = 0;
  const walk = (at: number, column: number): void => {
    const axis = axes[at]!;
    if (axis === 0) {
      places[column] = place++;
      return;
    }
    const step = sizeOf(shape.slice(axis + 1));
    for (let i = 0; i < shape[axis]!; i++) walk(at + 1, column + i * step);
  };
  walk(0, 0);
  return places;
}
