import { expect, test } from 'vitest';
import { createModel } from './networks.js';
import { workloads } from './workloads.js';

test('a model is the same every time it is created', async () => {
  const [one, other] = [createModel(workloads.loop), createModel(workloads.first)];
  const [weights, same] = [await one.getWeights()[0]!.data(), await other.getWeights()[0]!.data()];
  expect(weights).toEqual(same);
  expect(new Set(weights).size).toBeGreaterThan(1000);
});

test('the deep cnn has twenty layers with weights', () => {
  const model = createModel({ network: 'deep-cnn' });
  expect(model.layers.filter(({ weights }) => weights.length > 0)).toHaveLength(20);
  expect(model.layers.filter(({ className }) => className === 'MaxPooling2D')).toHaveLength(2);
  expect(model.layers.at(-2)!.outputShape).toEqual([null, 7 * 7 * 64]);
});

test('a wider one differs in its width only', () => {
  const shapes = (model: ReturnType<typeof createModel>): unknown => model.layers.map(({ outputShape }) => outputShape);
  expect(shapes(createModel(workloads['first-w512']))).toEqual([
    [null, 784],
    [null, 512],
    [null, 512],
    [null, 10],
  ]);
  expect(createModel(workloads['first-w512']).layers.map((layer) => layer.className)).toEqual(
    createModel(workloads.first).layers.map((layer) => layer.className),
  );
});
