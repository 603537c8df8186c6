// How much arithmetic and how much traffic of memory a workload takes, whatever the program.
import type { Sequential } from 'nacre';
import { createModel } from './networks.js';
import type { ConvolutionTask, KernelTask, Workload } from './workloads.js';

/** Of one sample: an image of a network, one product, one pass over a batch or an array. */
export interface Cost {
  /** Floating-point operations; 0 where the traffic of memory is all that counts. */
  readonly flops: number;
  /** Bytes that have to pass between memory and processor, each array counted once; 0 where the caches can hold all. */
  readonly bytes: number;
}

/** What a last-level cache may hold: arrays that are smaller together need not pass through memory at all. */
const cacheBytes = 32 * 2 ** 20;
const floatBytes = 4;

/** @returns the cost of one sample */
export function costOf(workload: Workload): Cost {
  if (workload.kind === 'kernel') return costOfKernel(workload.task);
  const model = createModel(workload);
  if (workload.kind === 'inference') return { flops: networkFlops(model, false), bytes: 0 };
  const parameterCount = model.layers.reduce(
    (total, { weights }) => total + weights.reduce((sum, { shape }) => sum + product(shape), 0),
    0,
  );
  // Weights and the two moments of the optimizer, each read and written once a step.
  const state = 3 * floatBytes * parameterCount;
  return { flops: trainingFlops(model), bytes: state > cacheBytes ? (2 * state) / workload.batchSize : 0 };
}

/**
 * Floating-point operations of a training step, per sample: each layer's product forward, the gradient of its weights
 * and, but for the first layer, the gradient of its input. A multiplication and an addition count as two. What is done
 * once an element (activations, the optimizer) is left out, so that no program can do with fewer.
 */
export function trainingFlops(model: Sequential): number {
  return networkFlops(model, true);
}

function networkFlops(model: Sequential, isTraining: boolean): number {
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  return layers.reduce((total, layer, i) => {
    // A convolution applies its kernel at each place of its output, a dense layer once.
    const places = product(layer.outputShape.slice(1, -1));
    const products = !isTraining ? 1 : i === 0 ? 2 : 3;
    return total + 2 * places * product(layer.weights[0]!.shape) * products;
  }, 0);
}

function costOfKernel(task: KernelTask): Cost {
  if (task.task === 'matmul') {
    const { m, k, n } = task;
    return { flops: 2 * m * k * n, bytes: uncached(m * k + k * n + m * n) };
  }
  if (task.task === 'convolution') {
    const { batch, size, channels, filters, kernel } = task;
    const images = batch * size * size * channels;
    const results = batch * outputSize(task) ** 2 * filters;
    const weights = kernel * kernel * channelsPerGroup(task) * filters;
    // Of images, results and weights: the values and their gradients.
    return {
      flops: 3 * 2 * results * kernel * kernel * channelsPerGroup(task),
      bytes: uncached(2 * (images + results + weights)),
    };
  }
  return { flops: 0, bytes: uncached(arraysOf[task.task] * task.rows * task.columns) };
}

/** Arrays that are read or written: of `adam` the gradient once, weights and both moments twice. */
const arraysOf = { softmax: 2, 'layer-norm': 2, elementwise: 3, adam: 7 } as const;

function uncached(floats: number): number {
  return floats * floatBytes > cacheBytes ? floats * floatBytes : 0;
}

/** The side of a convolution's result. */
export function outputSize({ size, kernel, stride, padding }: ConvolutionTask): number {
  return padding === 'same' ? Math.ceil(size / stride) : Math.floor((size - kernel) / stride) + 1;
}

/** Channels that one filter reads. */
export function channelsPerGroup({ channels, depthwise }: ConvolutionTask): number {
  return depthwise ? 1 : channels;
}

function product(sizes: readonly (number | null)[]): number {
  return sizes.reduce<number>((total, size) => total * (size ?? 1), 1);
}
