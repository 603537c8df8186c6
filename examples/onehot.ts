// Images as rows of 784 numbers, labels as one-hot rows, a fifth of the training images kept back to validate with.
import { datasets, layers, sequential, toCategorical } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[trainImages, trainLabels], [testImages, testLabels]] = samples(await datasets.mnist.load());
const xTrain = trainImages.reshape([-1, 784]).div(255);
const xTest = testImages.reshape([-1, 784]).div(255);
const yTrain = toCategorical(trainLabels, 10);
const yTest = toCategorical(testLabels, 10);

const model = sequential([
  layers.input({ shape: [784] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

await model.fit(xTrain, yTrain, { batchSize: 64, epochs: epochs(10), validationSplit: 0.2 });

const [testLoss, testAccuracy] = await model.evaluate(xTest, yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
