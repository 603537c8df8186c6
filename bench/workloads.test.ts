import { expect, test } from 'vitest';
import { createModel, trainingFlops } from './workloads.js';

test('first needs two products of its first layer and three of its second', () => {
  expect(trainingFlops(createModel('first'))).toBe(2 * (784 * 128 * 2 + 128 * 10 * 3));
});

test('the cnn needs its kernels at each place of their outputs', () => {
  const convolutions = 2 * (26 * 26 * (9 * 32) * 2 + 11 * 11 * (9 * 32 * 64) * 3);
  const dense = 2 * 3 * (5 * 5 * 64 * 128 + 128 * 10);
  expect(trainingFlops(createModel('cnn'))).toBe(convolutions + dense);
});

test('a model is the same every time it is created', async () => {
  const [one, other] = [createModel('loop'), createModel('first')];
  const [weights, same] = [await one.getWeights()[0]!.data(), await other.getWeights()[0]!.data()];
  expect(weights).toEqual(same);
  expect(new Set(weights).size).toBeGreaterThan(1000);
});
