// What tensor functions are composed of, and their gradients, agree with the reference on every backend.
import { describe, test } from 'vitest';
import type { Shape } from '../../src/base/shape.js';
import { averagePool2d, conv2d, maxPool2d } from '../../src/tensor/convolution.js';
import { stack, tensor, where } from '../../src/tensor/creation.js';
import { valueAndGrad } from '../../src/tensor/grad.js';
import type { Conv2dOptions, Pool2dOptions } from '../../src/tensor/ops/convolution.js';
import { bernoulli, normal, uniform } from '../../src/tensor/random.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { useEverywhere } from './everywhere.js';

const everywhere = useEverywhere();

/** Seeded normal values; whole numbers where ties matter. */
const values = (shape: Shape, seed: number): Tensor => normal(shape, 0, 1, { seed });
const wholes = (shape: Shape, seed: number): Tensor => uniform(shape, 0, 4, { seed }).floor();

/** The value of a function of tensors, and its gradients along random weights. */
function withGradients(fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Record<string, Tensor> {
  const value = fn(...inputs);
  const weights = values(value.shape, 99);
  const [, gradients] = valueAndGrad((...args) =>
    fn(...args)
      .mul(weights)
      .sum(),
  )(...inputs);
  return { value, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, gradient])) };
}

const text = (shapes: readonly Shape[]): string => shapes.map((shape) => `[${shape.join(', ')}]`).join(' x ');

describe('matMul', () => {
  const pairs: readonly (readonly [Shape, Shape])[] = [
    [
      [3, 4],
      [4, 5],
    ],
    [[4], [4]],
    [[4], [4, 5]],
    [[3, 4], [4]],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [2, 1, 3, 4],
      [5, 4, 7],
    ],
    [
      [1, 1],
      [1, 1],
    ],
    [
      [0, 4],
      [4, 5],
    ],
    [
      [3, 0],
      [0, 5],
    ],
    [
      [33, 65],
      [65, 17],
    ],
    [
      [5, 130],
      [130, 65],
    ],
  ];
  test.each(pairs.map((pair) => ({ pair, name: text(pair) })))('$name', ({ pair: [a, b] }) =>
    everywhere.agree(() => withGradients((x, y) => x.matMul(y), values(a, 1), values(b, 2))),
  );

  test('transposed and sliced operands', () =>
    everywhere.agree(() =>
      withGradients(
        (x, y) => x.transpose().matMul(y.slice([1, null, 2]).transpose()),
        values([9, 6], 1),
        values([11, 9], 2),
      ),
    ));

  test('a product with itself, and a chain of products', () =>
    everywhere.agree(() => withGradients((x) => x.matMul(x.transpose()).matMul(x).tanh(), values([5, 7], 1))));
});

describe('conv2d', () => {
  const cases: readonly { x: Shape; kernel: Shape; options: Conv2dOptions }[] = [
    { x: [2, 7, 6, 3], kernel: [3, 3, 3, 5], options: {} },
    { x: [2, 7, 6, 3], kernel: [3, 2, 3, 4], options: { padding: 'same' } },
    { x: [1, 9, 8, 2], kernel: [3, 3, 2, 3], options: { strides: 2 } },
    { x: [1, 9, 8, 2], kernel: [3, 3, 2, 3], options: { strides: [2, 3], padding: 'same' } },
    { x: [2, 9, 9, 1], kernel: [3, 3, 1, 4], options: { dilationRate: 2 } },
    { x: [2, 9, 7, 1], kernel: [2, 3, 1, 4], options: { dilationRate: [2, 3], padding: 'same' } },
    { x: [2, 6, 6, 4], kernel: [3, 3, 2, 6], options: { groups: 2 } },
    { x: [2, 5, 5, 3], kernel: [2, 2, 1, 3], options: { groups: 3, padding: 'same' } },
    { x: [1, 1, 1, 1], kernel: [1, 1, 1, 1], options: {} },
    { x: [0, 5, 5, 2], kernel: [3, 3, 2, 3], options: {} },
    { x: [2, 9, 10, 9], kernel: [3, 3, 9, 17], options: { padding: 'same' } },
  ];
  test.each(cases.map((item) => ({ item, name: JSON.stringify(item) })))('$name', ({ item: { x, kernel, options } }) =>
    everywhere.agree(() =>
      withGradients((image, weights) => conv2d(image, weights, options), values(x, 1), values(kernel, 2)),
    ),
  );
});

describe('pooling', () => {
  const cases: readonly { x: Shape; options: Pool2dOptions }[] = [
    { x: [2, 6, 6, 3], options: {} },
    { x: [2, 7, 5, 3], options: {} },
    { x: [2, 7, 5, 3], options: { padding: 'same' } },
    { x: [1, 8, 8, 5], options: { poolSize: 3, strides: 1 } },
    { x: [1, 8, 7, 1], options: { poolSize: [3, 2], strides: [2, 1], padding: 'same' } },
    { x: [2, 9, 9, 2], options: { poolSize: 2, strides: 3 } },
    { x: [1, 1, 1, 1], options: { poolSize: 1 } },
    { x: [3, 14, 15, 6], options: {} },
  ];
  test.each(cases.map((item) => ({ item, name: JSON.stringify(item) })))('maximum $name', ({ item: { x, options } }) =>
    // Ties: the gradient goes to the first.
    everywhere.agree(() => withGradients((image) => maxPool2d(image, options), wholes(x, 1))),
  );
  test.each(cases.map((item) => ({ item, name: JSON.stringify(item) })))('average $name', ({ item: { x, options } }) =>
    everywhere.agree(() => withGradients((image) => averagePool2d(image, options), values(x, 1))),
  );

  test('between convolutions, under relu', () =>
    everywhere.agree(() =>
      withGradients(
        (image, first, second) => conv2d(maxPool2d(conv2d(image, first, {}).relu(), {}), second, {}).relu(),
        values([2, 10, 10, 1], 1),
        values([3, 3, 1, 8], 2),
        values([3, 3, 8, 5], 3),
      ),
    ));
});

describe('functions', () => {
  const shapes: readonly Shape[] = [[7], [3, 5], [41, 53]];
  const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    softmax: (x) => x.softmax(),
    logSoftmax: (x) => x.logSoftmax(),
    'softmax along the first axis': (x) => x.softmax(0),
    logSumExp: (x) => x.logSumExp(-1),
    mean: (x) => x.mean(0),
    variance: (x) => x.variance(-1),
    'standardized columns': (x) => x.sub(x.mean(0)).div(x.variance(0).add(1e-3).sqrt()),
    'largest along an axis': (x) => x.max(-1),
    'product of the first three': (x) => x.slice([0, 3, 1]).prod(0),
    relu: (x) => x.relu(),
    softplus: (x) => x.softplus(),
    log1p: (x) => x.abs().log1p(),
    'clipped and squared': (x) => x.clip(-1, 0.5).square(),
    'reciprocal of what is away from 0': (x) => x.abs().add(0.5).reciprocal(),
    power: (x) => x.abs().add(0.1).pow(1.7),
    'sine and cosine': (x) => x.sin().add(x.mul(2).cos()),
    'sigmoid times tanh': (x) => x.sigmoid().mul(x.tanh()),
    where: (x) => where(x.greater(0), x.exp(), x.mul(3)),
    'rows picked twice': (x) => x.gather([2, 0, 2]),
    'flipped, padded and tiled': (x) =>
      x
        .flip()
        .pad(x.shape.map(() => [1, 2] as const))
        .tile(x.shape.map((_, i) => (i === 0 ? 2 : 1))),
    stacked: (x) => stack([x, x.mul(2), x.neg()], 1),
    dropout: (x) => x.mul(bernoulli(x.shape, 0.7, { seed: 3 })).div(0.7),
  };
  test.each(Object.entries(functions))('%s', async (_, fn) => {
    for (const shape of shapes)
      if (shape[0]! >= 3 || fn === functions.relu)
        await everywhere.agree(() => withGradients(fn, values(shape, 1)), { ofLargest: 2e-5 });
  });

  test('positions, encodings and truth values', () =>
    everywhere.agree(
      () => {
        const x = wholes([6, 37], 1);
        const labels = uniform([6], -1, 11, { seed: 2 }).floor().cast('int32');
        return {
          argMax: x.argMax(-1),
          argMin: x.argMin(0),
          'argMax of all': x.argMax(),
          oneHot: labels.oneHot(10),
          any: x.equal(3).any(0),
          all: x.less(3).all(-1),
          xor: x.greater(1).logicalXor(x.less(3)),
          count: x.equal(2).sum(),
          bytes: tensor(Uint8Array.from({ length: 50 }, (_, i) => 5 * i)).div(255),
        };
      },
      { ulps: 1 },
    ));

  test('random numbers', () =>
    everywhere.agree(
      () => ({
        uniform: uniform([3, 701], -2, 5, { seed: 1 }),
        bernoulli: bernoulli([2053], 0.3, { seed: 2, stream: 4 }),
        normal: normal([1025], 1, 2, { seed: 3 }),
      }),
      { ofLargest: 1e-6 },
    ));
});
