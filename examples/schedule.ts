// The first network with a learning rate that starts high and decays exponentially.
import { datasets, layers, optimizers, schedules, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, yTrain], [xTest, yTest]] = samples(await datasets.mnist.load());

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const learningRate = schedules.exponentialDecay({ initialLearningRate: 1e-2, decaySteps: 10000, decayRate: 0.9 });
model.compile({
  optimizer: optimizers.adam(learningRate),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});

await model.fit(xTrain.div(255), yTrain, { epochs: epochs(5) });

const [testLoss, testAccuracy] = await model.evaluate(xTest.div(255), yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
