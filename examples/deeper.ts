// Two hidden layers, added one by one; Adam with a learning rate that decays step by step.
import { datasets, layers, optimizers, sequential, toCategorical } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[trainImages, trainLabels], [testImages, testLabels]] = samples(await datasets.mnist.load());
const xTrain = trainImages.reshape([-1, 784]).div(255);
const xTest = testImages.reshape([-1, 784]).div(255);
const yTrain = toCategorical(trainLabels, 10);
const yTest = toCategorical(testLabels, 10);

const model = sequential();
model.add(layers.dense({ units: 256, activation: 'relu', inputShape: [784] }));
model.add(layers.dense({ units: 128, activation: 'relu' }));
model.add(layers.dropout({ rate: 0.2 }));
model.add(layers.dense({ units: 10, activation: 'softmax' }));
model.summary();

model.compile({
  // The rate at a step is 0.001 / (1 + 1e-6 * step).
  optimizer: optimizers.adam({ learningRate: 0.001, decay: 1e-6 }),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
await model.fit(xTrain, yTrain, { batchSize: 64, epochs: epochs(10), validationSplit: 0.2 });

const [testLoss, testAccuracy] = await model.evaluate(xTest, yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
