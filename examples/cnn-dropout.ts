// The convolutional network with dropout before its last layer. 28x28 images are taken for 28x28x1.
import { datasets, layers, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, yTrain], [xTest, yTest]] = samples(await datasets.mnist.load());

const model = sequential([
  layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: 'relu', inputShape: [28, 28, 1] }),
  layers.maxPooling2d({ poolSize: [2, 2] }),
  layers.conv2d({ filters: 64, kernelSize: [3, 3], activation: 'relu' }),
  layers.maxPooling2d({ poolSize: [2, 2] }),
  layers.flatten(),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

await model.fit(xTrain.div(255), yTrain, { epochs: epochs(5) });

const [testLoss, testAccuracy] = await model.evaluate(xTest.div(255), yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
