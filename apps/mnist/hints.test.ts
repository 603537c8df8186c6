// Hints are for trainings that go wrong: the tutorials' networks, trained as they are there, must not get any.
import { datasets, networkNames, networks, setBackend, setRandomSeed, type Network } from 'nacre';
import { beforeAll, expect, test } from 'vitest';
import { linesOf } from '../../tests/support/hints.js';

beforeAll(async () => {
  // Compiles faster than native code does.
  await setBackend({ name: 'wasm', threads: 2 });
});

test.each(networkNames)('%s gets no hint on some of the images', async (name) => {
  const [[images, labels]] = await datasets.mnist.load();
  const network: Network = networks[name];
  const isLarge = name.startsWith('cnn');
  const count = isLarge ? 1000 : 3000;
  setRandomSeed(3);
  const model = network.create();
  const { validation, batchSize } = network;
  const x = network.prepareImages(images.slice([0, count]));
  const y = network.prepareLabels(labels.slice([0, count]));
  const lines = await linesOf(async () => {
    const { history } = await model.fit(x, y, {
      batchSize,
      epochs: isLarge ? 3 : network.epochs,
      ...(validation === 'none' ? {} : { validationSplit: 0.2 }),
      verbose: 0,
    });
    expect(history.accuracy!.at(-1)).toBeGreaterThan(0.75);
  });
  expect(lines).toEqual([]);
});
