// Convolution and pooling over [B, H, W, C], as a contraction and as reductions over sliding windows.
import { ShapeError, ValueError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { binary, cast, constant, contract, loopAxis, pad, reduce, reshape, toFloat, window } from '../../ir/build.js';
import type { AxisIndex, GraphNode, WindowAxis } from '../../ir/graph.js';
import { samePadding, windowCount } from '../../ir/window.js';

export type Padding = 'valid' | 'same';
export type Pair = readonly [number, number];

export interface Conv2dOptions {
  readonly strides?: number | Pair | undefined;
  readonly padding?: Padding | undefined;
  readonly dilationRate?: number | Pair | undefined;
  readonly groups?: number | undefined;
}

export interface Pool2dOptions {
  readonly poolSize?: number | Pair | undefined;
  /** The pool size by default. */
  readonly strides?: number | Pair | undefined;
  readonly padding?: Padding | undefined;
}

/** `3` as `[3, 3]`. @throws ValueError unless both are whole and at least 1 */
export function pairOf(value: number | Pair, what: string): Pair {
  const pair: readonly number[] = typeof value === 'number' ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2 || pair.some((size: number) => !Number.isInteger(size) || size < 1))
    throw new ValueError(
      `${what}: expected a whole number of at least 1 or a pair of them, received ${JSON.stringify(value)}.`,
    );
  return [pair[0]!, pair[1]!];
}

function spatialAxes(size: Pair, stride: Pair, dilation: Pair): WindowAxis[] {
  return [0, 1].map((i) => ({ axis: i + 1, size: size[i]!, stride: stride[i]!, dilation: dilation[i]! }));
}

function outputSize(length: number, axis: WindowAxis, padding: Padding): number {
  return padding === 'same' ? Math.ceil(length / axis.stride) : windowCount(length, axis);
}

/**
 * 2-D convolution (cross-correlation): x [B, H, W, C] with kernel [KH, KW, C / groups, F] -> [B, H', W', F].
 * @throws ShapeError if ranks or channels do not fit, or a valid window is larger than the image
 */
export function conv2d(x: GraphNode, kernel: GraphNode, options: Conv2dOptions): GraphNode {
  const padding = options.padding ?? 'valid';
  const groups = options.groups ?? 1;
  if (x.shape.length !== 4 || kernel.shape.length !== 4)
    throw new ShapeError(
      `conv2d: expected x [B, H, W, C] and a kernel [KH, KW, C, F], received ${formatShape(x.shape)} and ${formatShape(kernel.shape)}.`,
    );
  const [B, H, W, C] = x.shape as readonly [number, number, number, number];
  const [KH, KW, channels, F] = kernel.shape as readonly [number, number, number, number];
  if (C !== channels * groups || F % groups !== 0)
    throw new ShapeError(
      `conv2d: a kernel of shape ${formatShape(kernel.shape)} with ${groups} group(s) takes ${channels * groups} channels, received ${C}.`,
    );
  const axes = spatialAxes(
    [KH, KW],
    pairOf(options.strides ?? 1, 'conv2d strides'),
    pairOf(options.dilationRate ?? 1, 'conv2d dilationRate'),
  );
  const sizes = [H, W];
  const counts = axes.map((axis, i) => outputSize(sizes[i]!, axis, padding));
  if (counts.some((count, i) => count < 1 && sizes[i]! > 0))
    throw new ShapeError(`conv2d: a ${KH}x${KW} kernel does not fit into images of ${H}x${W}; use padding 'same'.`);
  const low = axes.map((axis, i) => (padding === 'same' ? samePadding(sizes[i]!, axis).low : 0));

  // Loops: b, oh, ow, (g,) f | kh, kw, c
  const grouped = groups > 1;
  const outputRank = grouped ? 5 : 4;
  const f = outputRank - 1;
  const [kh, kw, c] = [outputRank, outputRank + 1, outputRank + 2] as const;
  const position = (i: number, windowLoop: number): AxisIndex => ({
    offset: -low[i]!,
    terms: [
      { loop: i + 1, coefficient: axes[i]!.stride },
      { loop: windowLoop, coefficient: axes[i]!.dilation },
    ],
  });
  const perGroup = F / groups;
  const product = contract(
    grouped ? reshape(x, [B, H, W, groups, channels]) : x,
    grouped ? reshape(kernel, [KH, KW, channels, groups, perGroup]) : kernel,
    {
      loops: [B, ...counts, ...(grouped ? [groups] : []), perGroup, KH, KW, channels],
      outputRank,
      a: [loopAxis(0), position(0, kh), position(1, kw), ...(grouped ? [loopAxis(3)] : []), loopAxis(c)],
      b: [loopAxis(kh), loopAxis(kw), loopAxis(c), ...(grouped ? [loopAxis(3)] : []), loopAxis(f)],
    },
  );
  return grouped ? reshape(product, [B, ...counts, F]) : product;
}

interface Pooling {
  readonly axes: readonly WindowAxis[];
  readonly padded: readonly { low: number; high: number; interior: number }[];
}

function poolingOf(x: GraphNode, options: Pool2dOptions, what: string): Pooling {
  if (x.shape.length !== 4) throw new ShapeError(`${what}: expected x [B, H, W, C], received ${formatShape(x.shape)}.`);
  const size = pairOf(options.poolSize ?? 2, `${what} poolSize`);
  const axes = spatialAxes(size, pairOf(options.strides ?? size, `${what} strides`), [1, 1]);
  const none = { low: 0, high: 0, interior: 0 };
  const padded = axes.map((axis) =>
    options.padding === 'same' ? { ...samePadding(x.shape[axis.axis]!, axis), interior: 0 } : none,
  );
  axes.forEach((axis) => {
    if (options.padding !== 'same' && x.shape[axis.axis]! < axis.size)
      throw new ShapeError(
        `${what}: a ${size[0]}x${size[1]} window does not fit into images of ${x.shape[1]}x${x.shape[2]}; use padding 'same'.`,
      );
  });
  return { axes, padded: [none, ...padded, none] };
}

/** [B, H', W', PH, PW, C] -> [B, H', W', C] */
function dropWindowAxes(x: GraphNode): GraphNode {
  return reshape(x, [x.shape[0]!, x.shape[1]!, x.shape[2]!, x.shape[5]!]);
}

/** The largest element of each window; padding never wins. Of equal ones the first gets the gradient, as in TensorFlow. */
export function maxPool2d(x: GraphNode, options: Pool2dOptions): GraphNode {
  const { axes, padded } = poolingOf(x, options, 'maxPool2d');
  const operand = toFloat(x);
  return dropWindowAxes(reduce('max', window(pad(operand, padded, -Infinity), axes), [3, 4], 'first'));
}

/** The mean of each window, over the elements that are not padding. */
export function averagePool2d(x: GraphNode, options: Pool2dOptions): GraphNode {
  const { axes, padded } = poolingOf(x, options, 'averagePool2d');
  const operand = toFloat(x);
  const sums = dropWindowAxes(reduce('sum', window(pad(operand, padded), axes), [3, 4]));
  if (padded.every(({ low, high }) => low === 0 && high === 0))
    return binary('div', sums, constant(axes[0]!.size * axes[1]!.size, [], operand.dtype));
  const inside = pad(cast(constant(1, [1, x.shape[1]!, x.shape[2]!, 1], operand.dtype), operand.dtype), padded);
  return binary('div', sums, dropWindowAxes(reduce('sum', window(inside, axes), [3, 4])));
}
