// What ONNX's operators over images become: convolutions and poolings.
import { formatShape } from '../../../base/shape.js';
import type { NDArray } from '../../../base/ndarray.js';
import { imageOrder, ownSample, type Arrangement } from './arrangement.js';
import { attributesOf } from './constants.js';
import { fitWindows, padsOfNode, windowsOfNode, type Pads } from './import-windows.js';
import { Uncovered } from './layer-chain.js';
import { kernelFromOnnx } from './layouts.js';
import { constantAt, imageSizes, ownShape, single, type NodeContext, type NodeResult } from './node-context.js';
import { spanOf, windowsAlong, type Window } from './windows.js';

export function convolution(context: NodeContext): NodeResult {
  const { node, input, chain, name, budget } = context;
  if (input.padded?.isZero === false) throw new Uncovered('its input is padded with something else than zeros');
  const given = constantAt(context, 1, 'kernel');
  if (given.shape.length !== 4 || given.data.length === 0)
    throw new Uncovered(`its kernel has the shape ${formatShape(given.shape)}`);
  const [filters, depth, ...size] = given.shape as [number, number, number, number];
  const attributes = attributesOf(node);
  const groups = attributes.number('group', 1);
  imageSizes(input);
  const windows = windowsOfNode(node, size);
  if (input.shape[1] !== depth * groups || filters % groups !== 0)
    throw new Uncovered(
      `its kernel ${formatShape(given.shape)} in ${groups} groups does not fit its input ${formatShape(input.shape)}`,
    );
  const bias = node.inputs[2] ? constantAt(context, 2, 'bias') : undefined;
  if (bias && bias.data.length !== filters) throw new Uncovered(`its bias has ${bias.data.length} elements`);
  const strides = windows.map(({ stride }) => stride);
  const dilations = windows.map(({ dilation }) => dilation);
  if (Math.max(...strides) > 1 && Math.max(...dilations) > 1)
    throw new Uncovered('it has strides and dilation, of which Nacre takes one');
  const { sizes, pads } = withPadding(context, windows);
  const { padding, grow, counts, isPadded } = fitWindows(sizes, windows, pads, true);
  budget.take(given.data.length);
  const kernel = grown(single(kernelFromOnnx(given)), grow, context);
  chain.conv2d(name, kernel, bias && single(bias), {
    strides,
    padding,
    dilation_rate: dilations,
    groups,
    shape: [null, ...sizes, input.shape[1]],
    isPadded,
  });
  return { shape: [null, filters, ...counts], order: imageOrder };
}

/** The sizes of the image before a `Pad`, and what that and the node itself add. */
function withPadding(
  { node, input }: NodeContext,
  windows: readonly Window[],
): { sizes: readonly (number | null)[]; pads: readonly Pads[] | 'same' } {
  const whole = imageSizes(input);
  const own = padsOfNode(node, whole, windows);
  const before = input.padded?.pads;
  if (!before) return { sizes: whole, pads: own };
  if (own === 'same') throw new Uncovered('its input is padded before its own padding');
  return {
    sizes: whole.map((length, axis) => length && length - sum(before[axis])),
    pads: own.map(([first, last], axis): Pads => [first + before[axis]![0], last + before[axis]![1]]),
  };
}

const sum = (pads: Pads | undefined): number => (pads ? pads[0] + pads[1] : 0);

/** A kernel [H, W, in, out] with zeros at its edges. */
function grown(kernel: NDArray, [rows, columns]: readonly [Pads, Pads], { budget }: NodeContext): NDArray {
  if (sum(rows) === 0 && sum(columns) === 0) return kernel;
  const [H, W, C, F] = kernel.shape as [number, number, number, number];
  const [height, width] = [H + sum(rows), W + sum(columns)];
  budget.take(height * width * C * F);
  const data = new Float32Array(height * width * C * F);
  for (let h = 0; h < H; h++) {
    const row = kernel.data.subarray(h * W * C * F, (h + 1) * W * C * F);
    data.set(row, ((h + rows[0]) * width + columns[0]) * C * F);
  }
  return { dtype: 'float32', shape: [height, width, C, F], data };
}

type PoolingClass = 'MaxPooling2D' | 'AveragePooling2D';

export const pooling =
  (className: PoolingClass) =>
  (context: NodeContext): NodeResult => {
    const { node, input, chain, name } = context;
    if (input.padded?.isZero) throw new Uncovered('its input is padded with zeros');
    const attributes = attributesOf(node);
    const windows = windowsOfNode(node, attributes.numbers('kernel_shape') ?? []);
    if (windows.some(({ dilation }) => dilation !== 1)) throw new Uncovered("Nacre's pooling has no dilation");
    const { sizes, pads: given } = withPadding(context, windows);
    const isPlain = given === 'same' || attributes.number('ceil_mode', 0) === 0;
    const pads = isPlain ? given : roundedUp(sizes, windows, given);
    const { padding, counts, isPadded } = fitWindows(sizes, windows, pads, false);
    if (className === 'AveragePooling2D' && isPadded && attributes.number('count_include_pad', 0) !== 0)
      throw new Uncovered("it counts padding in its means, which Nacre's pooling leaves out");
    const config = {
      pool_size: windows.map(({ size }) => size),
      strides: windows.map(({ stride }) => stride),
      padding,
      data_format: 'channels_last',
    };
    chain.plain(className, name, config, [null, ...sizes, input.shape[1]!]);
    return { shape: [null, input.shape[1]!, ...counts], order: imageOrder };
  };

/** Padding with which as many windows fit as when their number is rounded up; a window must begin inside. */
function roundedUp(sizes: readonly (number | null)[], windows: readonly Window[], pads: readonly Pads[]): Pads[] {
  return pads.map(([before, after], axis) => {
    const length = sizes[axis];
    const window = windows[axis]!;
    if (length == null) throw new Uncovered('its number of windows depends on the size of the image, not known');
    const count = windowsAlong(length, window, before + after)!;
    const begin = count * window.stride;
    const rest = length + before + after - spanOf(window) - (count - 1) * window.stride;
    if (rest === 0 || begin >= length + before) return [before, after];
    return [before, begin + spanOf(window) - length - before];
  });
}

/** The mean or the largest of each channel: a window as large as the image. */
export const globalPooling =
  (className: PoolingClass) =>
  (context: NodeContext): NodeResult => {
    const { input, chain, name } = context;
    const size = imageSizes(input);
    if (size.includes(null)) throw new Uncovered('it pools whole images, whose size is not known');
    const config = { pool_size: size, strides: size, padding: 'valid', data_format: 'channels_last' };
    chain.plain(className, name, config, ownShape(input));
    return { shape: [null, input.shape[1]!, 1, 1], order: imageOrder };
  };

/** A mean over height and width is a pooling of whole images. */
export function spatialMean(context: NodeContext, axes: readonly number[] | undefined): NodeResult {
  const { input, node, chain, name } = context;
  const rank = input.shape.length;
  const places = (axes ?? []).map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  const spatial = [...input.order.slice(1, 3)].sort((a, b) => a - b);
  if (rank !== 4 || places.join() !== spatial.join())
    throw new Uncovered(`it takes the mean over axes [${places.join(', ')}]; Nacre pools height and width of images`);
  const image: Arrangement = { shape: [null, ...lastFirst(ownSample(input))], order: imageOrder };
  const pooled = globalPooling('AveragePooling2D')({ ...context, input: image });
  const channels = pooled.shape[1] ?? null;
  const shape = input.shape.map((size, axis) => (places.includes(axis) ? 1 : size));
  if (attributesOf(node).number('keepdims', 1) !== 0) return { shape, order: input.order };
  if (channels === null) throw new Uncovered('how many channels it has is not known');
  chain.reshape(`${name}_flat`, ownShape(pooled), [channels]);
  return { shape: [null, channels], order: [0, 1] };
}

const lastFirst = <Item>(items: readonly Item[]): Item[] => [items.at(-1)!, ...items.slice(0, -1)];
