// Clothes in place of digits: a convolutional network on Fashion-MNIST, and what it takes some images for.
// @downloads 31 MB of Fashion-MNIST, the first time
import { datasets, layers, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const { fashionMnist } = datasets;
const [[xTrain, yTrain], [xTest, yTest]] = samples(await fashionMnist.load());

const model = sequential([
  layers.reshape({ targetShape: [28, 28, 1], inputShape: [28, 28] }),
  layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dropout({ rate: 0.3 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
await model.fit(xTrain.div(255), yTrain, { epochs: epochs(5), validationSplit: 0.1 });

const [, accuracy] = await model.evaluate(xTest.div(255), yTest);
console.log(`test accuracy: ${accuracy!.toFixed(4)}`);

const probabilities = await model.predict(xTest.slice([0, 5]).div(255), { verbose: 0 });
const taken = await probabilities.argMax(-1).data();
const labels = await yTest.slice([0, 5]).data();
for (const [index, label] of labels.entries())
  console.log(`${fashionMnist.classNames[label]} is taken for ${fashionMnist.classNames[taken[index]!]}`);
