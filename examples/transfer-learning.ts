// Transfer learning: a network that has learned the digits 0 to 4 learns 5 to 9 from a few samples. What its convolutions
// know of pen strokes is of use for digits that they have never seen.
import { datasets, layers, optimizers, sequential, type Sequential, type Tensor } from 'nacre';
import { epochs, samples } from './support/fast.js';

type Digits = readonly [x: Tensor, y: Tensor];

/** The samples of the five digits from `first` on, at most `most` of them, with labels from 0 to 4. */
async function fiveFrom(first: number, [images, labels]: Digits, most = Infinity): Promise<Digits> {
  const rows: number[] = [];
  (await labels.data()).forEach((label, row) => {
    if (label >= first && label < first + 5 && rows.length < most) rows.push(row);
  });
  return [images.gather(rows).expandDims(-1).div(255), labels.gather(rows).sub(first)];
}

function network(): Sequential {
  return sequential([
    layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten({ name: 'features' }),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 5, activation: 'softmax' }),
  ]);
}

/** Trains, and tells how long it took and how good the model is then. */
async function train(what: string, model: Sequential, [x, y]: Digits, passes: number, rate = 0.001): Promise<void> {
  model.compile({
    optimizer: optimizers.adam(rate),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const start = performance.now();
  await model.fit(x, y, { epochs: epochs(passes), verbose: 0, hints: false });
  const seconds = (performance.now() - start) / 1000;
  const [, accuracy] = await model.evaluate(...test, { verbose: 0 });
  const trained = model.trainableWeights.reduce((sum, { size }) => sum + size, 0);
  console.log(
    `${what.padEnd(44)} ${String(trained).padStart(7)} parameters, ${seconds.toFixed(1).padStart(4)} s, accuracy ${accuracy!.toFixed(4)}`,
  );
}

const [training, testing] = samples(await datasets.mnist.load());
const known = await fiveFrom(0, training);
const few = await fiveFrom(5, training, 100);
const test = await fiveFrom(5, testing);

const first = network();
first.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
console.log(`The digits 0 to 4, ${known[0].shape[0]} samples:`);
await first.fit(...known, { epochs: epochs(3), verbose: 2 });

console.log(`\nThe digits 5 to 9, ${few[0].shape[0]} samples, tested on ${test[0].shape[0]}:`);
await train('from the beginning', network(), few, 30);

// The first part of the network, up to what the head sees, and a new head. Frozen weights cost no backward pass.
const base = first.upTo('features', { name: 'base' });
base.trainable = false;
const second = sequential([
  base,
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: 5, activation: 'softmax' }),
]);
await train('a new head on frozen convolutions', second, few, 30);

// Now that the head has settled, small steps for all of it. A change of `trainable` counts from the next compile on.
base.trainable = true;
await train('then all of it, with a tenth of the rate', second, few, 10, 0.0001);

second.summary({ expandNested: true });
