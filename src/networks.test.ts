import { expect, test } from 'vitest';
import { networkNames, networks, setRandomSeed, zeros, type Network, type NetworkName } from './node.js';

/** Weights and biases, counted by hand from the tutorials' layers. */
const parameters: Readonly<Record<NetworkName, number>> = {
  first: 784 * 128 + 128 + 128 * 10 + 10,
  onehot: 784 * 128 + 128 + 128 * 10 + 10,
  deeper: 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10,
  logits: 784 * 64 + 64 + 64 * 10 + 10,
  'two-hidden': 784 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10,
  cnn: 9 * 32 + 32 + 9 * 32 * 64 + 64 + 5 * 5 * 64 * 128 + 128 + 128 * 10 + 10,
  'cnn-dropout': 9 * 32 + 32 + 9 * 32 * 64 + 64 + 5 * 5 * 64 * 128 + 128 + 128 * 10 + 10,
  schedule: 784 * 128 + 128 + 128 * 10 + 10,
};

test.each(networkNames)('%s has the layers of its tutorial, and trains on prepared images and labels', async (name) => {
  setRandomSeed(1);
  const network: Network = networks[name];
  const model = network.create();
  expect(model.countParams()).toBe(parameters[name]);
  const x = network.prepareImages(zeros([3, 28, 28], 'uint8'));
  const y = network.prepareLabels(zeros([3], 'uint8'));
  const [loss, accuracy] = await model.trainOnBatch(x, y);
  // Black images: all logits are 0, and every digit is as probable as the others. The first of ten wins.
  expect(loss).toBeCloseTo(Math.log(10), 5);
  expect(accuracy).toBe(1);
  expect((await model.predictOnBatch(x)).shape).toEqual([3, 10]);
});

test.each(networkNames)('%s is built for other images, too', (name) => {
  const model = networks[name].create({ height: 14, width: 16, channels: 3, classes: 4 });
  const [, ...shape] = model.inputShape;
  expect(shape).toEqual(shape.length === 1 ? [14 * 16 * 3] : [14, 16, 3]);
  expect(model.outputShape).toEqual([null, 4]);
});

test('all networks train with Adam, at the rate of their tutorials', () => {
  for (const name of networkNames) expect(networks[name].create().optimizer?.className).toBe('Adam');
  expect(networks.schedule.create().optimizer?.getConfig().learning_rate).toMatchObject({
    class_name: 'ExponentialDecay',
    config: { initial_learning_rate: 0.01, decay_steps: 10000, decay_rate: 0.9 },
  });
  expect(networks.deeper.create().optimizer?.getConfig().learning_rate).toMatchObject({
    class_name: 'InverseTimeDecay',
    config: { initial_learning_rate: 0.001, decay_steps: 1, decay_rate: 1e-6 },
  });
});
