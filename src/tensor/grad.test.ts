import { expect, test } from 'vitest';
import { grad, tensor } from '../node.js';

const x = tensor([
  [1, 2],
  [3, 4],
]);

test('an argument that is reshaped first has a gradient', async () => {
  expect(await grad((matrix) => matrix.reshape([4]).square().sum())(x).data()).toEqual(Float32Array.of(2, 4, 6, 8));
  expect(await grad((matrix) => matrix.flatten().flatten().mul(3).sum())(x).data()).toEqual(
    Float32Array.of(3, 3, 3, 3),
  );
});

test('so has one that is transposed first, and one that is used as it is', async () => {
  const order = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(await grad((matrix) => matrix.transpose().mul(order).sum())(x).data()).toEqual(Float32Array.of(1, 3, 2, 4));
  expect(await grad((matrix) => matrix.sum())(x).data()).toEqual(Float32Array.of(1, 1, 1, 1));
});

test('where the same value is used from outside, it is a constant', async () => {
  expect(await grad((matrix) => matrix.mul(x).sum())(x).data()).toEqual(Float32Array.of(1, 2, 3, 4));
});

test('gradients of gradients go through reshapes too', async () => {
  const cube = (matrix: typeof x): typeof x => matrix.reshape([4]).pow(3).sum();
  const second = grad((matrix) => grad(cube)(matrix).reshape([4]).sum())(x);
  expect(await second.data()).toEqual(Float32Array.of(6, 12, 18, 24));
});
