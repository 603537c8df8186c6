// Stochastic gradient descent: every sample is a step of its own; many small steps that waver.
import { datasets, layers, optimizers, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[trainImages, trainLabels], [xTest, yTest]] = samples(await datasets.mnist.load());
const xTrain = trainImages.slice([0, 2000]).div(255);
const yTrain = trainLabels.slice([0, 2000]);

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 32, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: optimizers.sgd(0.01), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

await model.fit(xTrain, yTrain, { batchSize: 1, epochs: epochs(5) });

const [testLoss, testAccuracy] = await model.evaluate(xTest.div(255), yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
