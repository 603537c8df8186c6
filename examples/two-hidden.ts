// Two hidden layers on one-hot labels.
import { datasets, layers, sequential, toCategorical } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, trainLabels], [xTest, testLabels]] = samples(await datasets.mnist.load());
const yTrain = toCategorical(trainLabels, 10);
const yTest = toCategorical(testLabels, 10);

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 64, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

await model.fit(xTrain.div(255), yTrain, { batchSize: 32, epochs: epochs(10), validationSplit: 0.2 });

const [testLoss, testAccuracy] = await model.evaluate(xTest.div(255), yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
