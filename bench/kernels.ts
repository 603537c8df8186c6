// What single computations start from, and some elements of what they come to, computed in double precision by the
// formulas themselves: what every implementation is held to.
import { channelsPerGroup, outputSize } from './costs.js';
import type { ConvolutionTask, KernelTask, MatmulTask, StreamTask } from './workloads.js';

/** An array that a computation starts from: `values` of its seed and shape, times the scale. */
export interface Input {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly scale: number;
}

export type Inputs = Readonly<Record<string, Input>>;

/** Some elements of a result. */
export interface SpotValues {
  readonly name: string;
  readonly positions: readonly number[];
  readonly values: readonly number[];
  /** How far an element may be off. */
  readonly tolerance: number;
}

/** Adam's steps before its results are compared. */
export const checkedAdamSteps = 3;
/** Keras's defaults. */
export const adam = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
export const layerNormEpsilon = 1e-5;

/**
 * Element `index` of an array: between -scale and scale, spread as by chance, and exactly the same in every language.
 * The mixing is the last step of MurmurHash3 (Appleby, 2011).
 */
export function element({ seed, scale }: Input, index: number): number {
  let bits = (Math.imul(index, 0x9e3779b1) + Math.imul(seed, 0x7f4a7c15)) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  bits ^= bits >>> 16;
  return Math.fround(((bits >>> 8) / 2 ** 23 - 1) * Math.fround(scale));
}

/** All elements, row-major. */
export function values(input: Input): Float32Array {
  const all = new Float32Array(input.shape.reduce((total, size) => total * size, 1));
  for (let i = 0; i < all.length; i++) all[i] = element(input, i);
  return all;
}

/** What a computation starts from. */
export function inputsOf(task: KernelTask): Inputs {
  if (task.task === 'matmul') {
    const { m, k, n, operands } = task;
    // Such that a product has elements of about the size of those of its operand.
    const scale = Math.sqrt(3 / k);
    return {
      a: { shape: operands === 'tn' ? [k, m] : [m, k], seed: 1, scale: operands === 'tn' ? scale : 1 },
      b: { shape: operands === 'nt' ? [n, k] : [k, n], seed: 2, scale: operands === 'tn' ? 1 : scale },
    };
  }
  if (task.task === 'convolution') {
    const { batch, size, channels, filters, kernel } = task;
    const side = outputSize(task);
    return {
      x: { shape: [batch, size, size, channels], seed: 1, scale: 1 },
      weights: {
        shape: [kernel, kernel, channelsPerGroup(task), filters],
        seed: 2,
        scale: Math.sqrt(3 / (kernel * kernel * channelsPerGroup(task))),
      },
      upstream: { shape: [batch, side, side, filters], seed: 3, scale: 1 },
    };
  }
  const shape = [task.rows, task.columns];
  const x = { shape, seed: 1, scale: 1 };
  switch (task.task) {
    case 'softmax':
      return { x: { ...x, scale: 4 } };
    case 'layer-norm': {
      const ofColumns = [task.columns];
      return { x, gamma: { shape: ofColumns, seed: 2, scale: 1 }, beta: { shape: ofColumns, seed: 3, scale: 1 } };
    }
    case 'elementwise':
      return { x, z: { shape, seed: 2, scale: 1 } };
    case 'adam':
      return { weights: x, gradient: { shape, seed: 2, scale: 1 } };
  }
}

/**
 * Some elements of each result, by name: `y` of a product, of rows and of elements; `y`, `dx` and `dw` of a convolution;
 * `weights` of Adam after `checkedAdamSteps` steps with the same gradient.
 * @param symmetric whether padding is the same before and after, which not everybody's `same` means
 */
export function spotValues(task: KernelTask, symmetric = false): SpotValues[] {
  switch (task.task) {
    case 'matmul':
      return [spotsOfProduct(task)];
    case 'convolution':
      return spotsOfConvolution(task, symmetric);
    default:
      return [spotsOfStream(task)];
  }
}

/** As many as are compared of a result: the ends, and others between them. */
const spotCount = 24;

function spots(length: number): number[] {
  return Array.from({ length: spotCount }, (_, i) => Math.round((i * (length - 1)) / (spotCount - 1)));
}

function spotsOfProduct({ m, k, n, operands, chain, ...rest }: MatmulTask): SpotValues {
  const { a, b } = inputsOf({ m, k, n, operands, chain, ...rest }) as { readonly a: Input; readonly b: Input };
  // By chance of rows and columns: rows of the result for a chain of second operands, else columns of it.
  const [fixed, moving] = operands === 'tn' ? [n, m] : [m, n];
  const repeated = values(operands === 'tn' ? a : b);
  const positions: number[] = [];
  const found: number[] = [];
  for (const line of [0, Math.floor(fixed / 3), fixed - 1]) {
    let vector = Float64Array.from({ length: k }, (_, i) =>
      operands === 'tn' ? element(b, i * n + line) : element(a, line * k + i),
    );
    for (let link = 0; link < chain; link++) {
      const next = new Float64Array(moving);
      for (let i = 0; i < k; i++)
        for (let j = 0; j < moving; j++)
          next[j]! += vector[i]! * repeated[operands === 'nt' ? j * k + i : i * moving + j]!;
      vector = next;
    }
    for (const place of spots(moving)) {
      positions.push(operands === 'tn' ? place * n + line : line * n + place);
      found.push(vector[place]!);
    }
  }
  return { name: 'y', positions, values: found, tolerance: 1e-3 };
}

function spotsOfConvolution(task: ConvolutionTask, symmetric: boolean): SpotValues[] {
  const { batch, size, channels, filters, kernel, stride, padding, depthwise } = task;
  const { x, weights, upstream } = inputsOf(task) as { readonly [Name in 'x' | 'weights' | 'upstream']: Input };
  const side = outputSize(task);
  const group = channelsPerGroup(task);
  const missing = padding === 'valid' ? 0 : Math.max((side - 1) * stride + kernel - size, 0);
  const low = symmetric && padding === 'same' ? Math.floor((kernel - 1) / 2) : Math.floor(missing / 2);

  const xAt = (image: number, row: number, column: number, channel: number): number =>
    row < 0 || row >= size || column < 0 || column >= size
      ? 0
      : element(x, ((image * size + row) * size + column) * channels + channel);
  const upstreamAt = (image: number, row: number, column: number, filter: number): number =>
    element(upstream, ((image * side + row) * side + column) * filters + filter);
  const weightAt = (i: number, j: number, channel: number, filter: number): number =>
    element(weights, ((i * kernel + j) * group + channel) * filters + filter);
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => [Math.floor(tap / kernel), tap % kernel] as const);
  /** Which channel of the image a filter's own channel is. */
  const channelOf = (channel: number, filter: number): number => (depthwise ? filter : channel);

  const y = (position: number): number => {
    const [image, row, column, filter] = unravel(position, [batch, side, side, filters]);
    let sum = 0;
    for (const [i, j] of taps)
      for (let c = 0; c < group; c++)
        sum +=
          xAt(image, row * stride + i - low, column * stride + j - low, channelOf(c, filter)) *
          weightAt(i, j, c, filter);
    return sum;
  };
  const dx = (position: number): number => {
    const [image, row, column, channel] = unravel(position, [batch, size, size, channels]);
    let sum = 0;
    for (const [i, j] of taps) {
      const [above, before] = [(row + low - i) / stride, (column + low - j) / stride];
      const isInside = [above, before].every((at) => Number.isInteger(at) && at >= 0 && at < side);
      if (!isInside) continue;
      for (let f = depthwise ? channel : 0; f < (depthwise ? channel + 1 : filters); f++)
        sum += upstreamAt(image, above, before, f) * weightAt(i, j, depthwise ? 0 : channel, f);
    }
    return sum;
  };
  const dw = (position: number): number => {
    const [i, j, channel, filter] = unravel(position, [kernel, kernel, group, filters]);
    let sum = 0;
    for (let image = 0; image < batch; image++)
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++)
          sum +=
            xAt(image, row * stride + i - low, column * stride + j - low, channelOf(channel, filter)) *
            upstreamAt(image, row, column, filter);
    return sum;
  };
  const spotsOf = (name: string, length: number, at: (position: number) => number, tolerance: number): SpotValues => {
    const positions = spots(length);
    return { name, positions, values: positions.map(at), tolerance };
  };
  return [
    spotsOf('y', batch * side * side * filters, y, 1e-3),
    spotsOf('dx', batch * size * size * channels, dx, 1e-3),
    // A long sum of numbers of about 1/3 in size: rounding grows with it.
    spotsOf('dw', kernel * kernel * group * filters, dw, 1e-5 * batch * side * side),
  ];
}

function unravel(
  position: number,
  [, b, c, d]: readonly [number, number, number, number],
): [number, number, number, number] {
  return [
    Math.floor(position / (b * c * d)),
    Math.floor(position / (c * d)) % b,
    Math.floor(position / d) % c,
    position % d,
  ];
}

function spotsOfStream(task: StreamTask): SpotValues {
  const { rows, columns } = task;
  const inputs = inputsOf(task);
  const at = (name: string, position: number): number => element(inputs[name]!, position);
  const rowAt = (position: number): number[] => {
    const begin = position - (position % columns);
    return Array.from({ length: columns }, (_, i) => at('x', begin + i));
  };
  const formulas: { readonly [Task in StreamTask['task']]: (position: number) => number } = {
    softmax: (position) =>
      Math.exp(at('x', position)) / rowAt(position).reduce((sum, value) => sum + Math.exp(value), 0),
    'layer-norm': (position) => {
      const row = rowAt(position);
      const mean = row.reduce((sum, value) => sum + value, 0) / columns;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
      const column = position % columns;
      const normal = (at('x', position) - mean) / Math.sqrt(variance + layerNormEpsilon);
      return normal * at('gamma', column) + at('beta', column);
    },
    elementwise: (position) => Math.max(1.5 * at('x', position) + at('z', position), 0) - 0.5 * at('x', position),
    // With the same gradient at every step, the moments' quotient is its sign.
    adam: (position) => at('weights', position) - checkedAdamSteps * adam.rate * Math.sign(at('gradient', position)),
  };
  // Of probabilities most are far below 1.
  const tolerance = task.task === 'softmax' ? 1e-7 : 1e-5;
  const positions = spots(rows * columns);
  const name = task.task === 'adam' ? 'weights' : 'y';
  return { name, positions, values: positions.map(formulas[task.task]), tolerance };
}
