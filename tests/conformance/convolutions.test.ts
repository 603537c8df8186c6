// Convolutions and both their gradients, as the compiler orders them for strides, windows, dilations, groups and sizes of all
// kinds, give what the reference gives on every backend.
import { beforeAll, describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/gradients.js';
import { parameter } from '../../src/ir/build.js';
import { conv2d, type Conv2dOptions } from '../../src/tensor/ops/convolution.js';
import { compileTimeout } from '../support/compiled-files.js';
import type { PreparedProgram } from '../support/program-builder.js';
import { useConformance } from './backends.js';
import { prepare, variants, type Sample } from './sample.js';
import { whole } from './samples/draws.js';

interface Convolution extends Conv2dOptions {
  readonly batch?: number;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly filters: number;
  readonly kernel: readonly [number, number];
}

const strides = [1, 2, 3] as const;
const kernels = [1, 2, 3, 4, 5, 6, 7] as const;
/** Fewer than a vector's lanes, as many, and more. */
const widths = [1, 3, 4, 8, 17, 2, 33] as const;

const convolutions: readonly Convolution[] = [
  ...strides.flatMap((stride) =>
    kernels.map((kernel, i): Convolution => ({
      size: [kernel + 4 + (i % 3), kernel + 7],
      channels: widths[(i + stride) % widths.length]!,
      filters: widths[(2 * i + stride + 3) % widths.length]!,
      kernel: [kernel, kernels[(i + 2 * stride) % 5]!],
      strides: stride,
      padding: i % 2 === 0 ? 'same' : 'valid',
    })),
  ),
  // What is summed into the image of few channels has its vectors along the filters.
  { size: [12, 11], channels: 3, filters: 40, kernel: [7, 7], strides: 2, padding: 'same' },
  { size: [9, 16], channels: 1, filters: 32, kernel: [5, 5], padding: 'same' },
  { size: [10, 9], channels: 1, filters: 20, kernel: [5, 5], strides: 2, padding: 'same' },
  { batch: 9, size: [6, 5], channels: 2, filters: 19, kernel: [3, 2] },
  { size: [8, 9], channels: 17, filters: 1, kernel: [3, 3] },
  { batch: 1, size: [13, 12], channels: 5, filters: 64, kernel: [3, 3], strides: [2, 3], padding: 'same' },
  // Strides that differ, or are longer than the window.
  { size: [10, 11], channels: 8, filters: 16, kernel: [3, 3], strides: [1, 2], padding: 'same' },
  { size: [11, 9], channels: 16, filters: 8, kernel: [1, 1], strides: 2, padding: 'same' },
  { size: [13, 14], channels: 4, filters: 6, kernel: [2, 2], strides: [3, 4] },
  { size: [23, 22], channels: 3, filters: 18, kernel: [11, 9], strides: 4 },
  { size: [21, 20], channels: 2, filters: 4, kernel: [5, 5], strides: 5 },
  { size: [17, 19], channels: 2, filters: 9, kernel: [7, 6], strides: 5, padding: 'same' },
  { size: [12, 13], channels: 4, filters: 5, kernel: [3, 2], dilationRate: [2, 3], padding: 'same' },
  // Each channel by itself, and in groups.
  { size: [9, 8], channels: 20, filters: 20, kernel: [3, 3], groups: 20, padding: 'same' },
  { size: [9, 10], channels: 16, filters: 16, kernel: [3, 3], groups: 16, strides: 2, padding: 'same' },
  { size: [8, 7], channels: 3, filters: 3, kernel: [5, 3], groups: 3, padding: 'same' },
  { size: [7, 8], channels: 6, filters: 12, kernel: [3, 3], groups: 6 },
  { size: [11, 10], channels: 8, filters: 12, kernel: [3, 4], groups: 4, strides: [3, 2], padding: 'same' },
];

const samples = convolutions.map((convolution): Sample => {
  const { batch = 2, size, channels, filters, kernel, ...options } = convolution;
  const x = [batch, ...size, channels];
  const weights = [...kernel, channels / (options.groups ?? 1), filters];
  const { shape } = conv2d(parameter(0, x, 'float32'), parameter(1, weights, 'float32'), options);
  return {
    name: JSON.stringify(convolution),
    // Whole numbers, so that no order of summation rounds.
    inputs: [x, weights, shape].map((inputShape) => ({ shape: inputShape, draw: whole })),
    build: (image, filter, upstream) => {
      const y = conv2d(image, filter, options);
      return [y, ...gradients(y, [image, filter], upstream)];
    },
    tolerance: { anyZero: true },
  };
});

describe('convolutions and their gradients', () => {
  const conformance = useConformance();
  // The plainest layout, and one that is followed by something else.
  const cases = samples.map((sample, i) => ({ sample, seed: 400 + i, variant: variants[i % 2]!, name: sample.name }));
  const prepared = new Map<Sample, PreparedProgram>();
  beforeAll(async () => {
    for (const { sample, seed, variant } of cases) prepared.set(sample, prepare(sample, variant, seed));
    await conformance.compileNative([...prepared.values()]);
  }, compileTimeout);

  test('meet windows of one to seven in strides of one to three', () => {
    const met = convolutions.map(({ kernel, strides: stride }) => `${kernel[0]} ${JSON.stringify(stride)}`);
    for (const stride of strides) for (const kernel of kernels) expect(met).toContain(`${kernel} ${stride}`);
  });

  test.each(cases)('$name agree with the reference', async ({ sample, seed, variant }) => {
    const what = `seed ${seed}, inputs ${variant.name}`;
    await conformance.check(prepared.get(sample)!, what, { tolerance: sample.tolerance, native: true });
  });
});
