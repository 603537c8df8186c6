import { expect, test } from 'vitest';
import { costOf, outputSize, trainingFlops } from './costs.js';
import { createModel } from './networks.js';
import { workloads, type ConvolutionTask } from './workloads.js';

test('first needs two products of its first layer and three of its second', () => {
  expect(trainingFlops(createModel(workloads.first))).toBe(2 * (784 * 128 * 2 + 128 * 10 * 3));
});

test('the cnn needs its kernels at each place of their outputs', () => {
  const convolutions = 2 * (26 * 26 * (9 * 32) * 2 + 11 * 11 * (9 * 32 * 64) * 3);
  const dense = 2 * 3 * (5 * 5 * 64 * 128 + 128 * 10);
  expect(trainingFlops(createModel(workloads.cnn))).toBe(convolutions + dense);
});

test('inference needs each product once', () => {
  expect(costOf(workloads['first-infer-b256'])).toEqual({ flops: 2 * (784 * 128 + 128 * 10), bytes: 0 });
});

test('wider layers cost as much more', () => {
  expect(costOf(workloads['first-w2048']).flops).toBe(2 * (784 * 2048 * 2 + 2048 * 10 * 3));
});

test('what the caches can hold need not pass through memory', () => {
  expect(costOf(workloads['matmul-1024'])).toEqual({ flops: 2 * 1024 ** 3, bytes: 0 });
  const { flops, bytes } = costOf(workloads['matmul-4096x32x4096']);
  expect(flops).toBe(2 * 4096 * 32 * 4096);
  expect(bytes).toBe(4 * (2 * 4096 * 32 + 4096 * 4096));
});

test('streams count each array once, those of Adam when read and when written', () => {
  expect(costOf(workloads['softmax-1024x10000'])).toEqual({ flops: 0, bytes: 2 * 4 * 1024 * 10_000 });
  expect(costOf(workloads['adam-10m'])).toEqual({ flops: 0, bytes: 7 * 4 * 10_000_000 });
});

test('a convolution and both its gradients need three products', () => {
  const { flops, bytes } = costOf(workloads['conv-56x56x64-1x1x256']);
  expect(flops).toBe(3 * 2 * 16 * 56 * 56 * 64 * 256);
  expect(bytes).toBe(2 * 4 * (16 * 56 * 56 * (64 + 256) + 64 * 256));
  expect(costOf(workloads['conv-56x56x64-3x3-depthwise']).flops).toBe(3 * 2 * 16 * 56 * 56 * 64 * 9);
});

test('padding and stride give the side of the result', () => {
  const side = (workload: { readonly task: ConvolutionTask }): number => outputSize(workload.task);
  const named = (name: keyof typeof workloads): { readonly task: ConvolutionTask } =>
    workloads[name] as unknown as { readonly task: ConvolutionTask };
  expect(side(named('conv-13x13x32-3x3x64-valid'))).toBe(11);
  expect(side(named('conv-224x224x3-7x7x64-stride2'))).toBe(112);
  expect(side(named('conv-7x7x512-3x3'))).toBe(7);
});
