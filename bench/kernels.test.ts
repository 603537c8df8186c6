import { beforeAll, expect, test } from 'vitest';
import { conv2d, setBackend, tensor, valueAndGrad } from 'nacre';
import { inputsOf, spotValues, values, type SpotValues } from './kernels.js';
import type { ConvolutionTask, KernelTask, MatmulTask } from './workloads.js';

const square: MatmulTask = { task: 'matmul', m: 30, k: 30, n: 30, operands: 'nn', chain: 3 };
const convolution: ConvolutionTask = {
  ...{ task: 'convolution', batch: 2, size: 9, channels: 3, filters: 6, kernel: 3, stride: 1 },
  ...{ padding: 'same', depthwise: false },
};

function operandsOf(task: KernelTask): ReturnType<typeof tensor>[] {
  return Object.values(inputsOf(task)).map((input) => tensor(values(input), input.shape));
}

function expectSpots(found: ArrayLike<number>, { positions, values: wanted, tolerance }: SpotValues): void {
  expect(positions.length).toBeGreaterThan(20);
  for (const [i, position] of positions.entries())
    expect(Math.abs(found[position]! - wanted[i]!), `element ${position}`).toBeLessThanOrEqual(tolerance);
}

beforeAll(() => setBackend('reference'));

test('inputs lie between minus and plus their scale, and differ', () => {
  const some = values({ shape: [100, 100], seed: 3, scale: 0.5 });
  expect(Math.max(...some)).toBeLessThanOrEqual(0.5);
  expect(Math.min(...some)).toBeGreaterThanOrEqual(-0.5);
  expect(new Set(some).size).toBeGreaterThan(9_900);
  const mean = some.reduce((sum, value) => sum + value, 0) / some.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(values({ shape: [4], seed: 4, scale: 1 })).not.toEqual(values({ shape: [4], seed: 3, scale: 1 }));
});

test.each(['nn', 'nt', 'tn'] as const)(
  'elements of a chain of products %s are those of the products',
  async (operands) => {
    const task = { ...square, operands };
    const [a, b] = operandsOf(task);
    let y = operands === 'tn' ? b! : a!;
    for (let link = 0; link < task.chain; link++)
      y = operands === 'tn' ? a!.transpose().matMul(y) : y.matMul(operands === 'nt' ? b!.transpose() : b!);
    expectSpots(await y.data(), spotValues(task)[0]!);
  },
);

test.each(['nn', 'nt', 'tn'] as const)('so are those of one product %s that is not square', async (operands) => {
  const task = { ...square, m: 25, k: 40, n: 31, chain: 1, operands };
  const [a, b] = operandsOf(task);
  const y = (operands === 'tn' ? a!.transpose() : a!).matMul(operands === 'nt' ? b!.transpose() : b!);
  expectSpots(await y.data(), spotValues(task)[0]!);
});

test.each([
  ['same', convolution],
  ['valid', { ...convolution, padding: 'valid' }],
  ['strided', { ...convolution, size: 10, kernel: 5, stride: 2 }],
  ['depthwise', { ...convolution, filters: 3, depthwise: true }],
] as const)('elements of a convolution and its gradients are those of autodiff: %s', async (_, task) => {
  const [x, weights, upstream] = operandsOf(task);
  const options = { strides: task.stride, padding: task.padding, groups: task.depthwise ? task.channels : 1 };
  const y = conv2d(x!, weights!, options);
  const [, [dx, dw]] = valueAndGrad((image, kernel) => conv2d(image, kernel, options).mul(upstream!).sum())(
    x!,
    weights!,
  );
  const spots = spotValues(task);
  expect(spots.map(({ name }) => name)).toEqual(['y', 'dx', 'dw']);
  for (const [i, result] of [y, dx!, dw!].entries()) expectSpots(await result.data(), spots[i]!);
});

test('padding alike on both sides is another result where the stride is 2', () => {
  const task = { ...convolution, size: 10, stride: 2 } as const;
  expect(spotValues(task, true)[0]!.values).not.toEqual(spotValues(task)[0]!.values);
  expect(spotValues(convolution, true)).toEqual(spotValues(convolution));
});
