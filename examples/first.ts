// The tutorials' first network: 784 pixels, 128 hidden units, dropout, ten digits.
import { datasets, layers, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, yTrain], [xTest, yTest]] = samples(await datasets.mnist.load());

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

await model.fit(xTrain.div(255), yTrain, { epochs: epochs(5) });

const [testLoss, testAccuracy] = await model.evaluate(xTest.div(255), yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
