// Logs for TensorBoard, and a learning rate that rises and falls once. To look at them while it trains, or afterwards:
//   pip install tensorboard
//   tensorboard --logdir logs
import { callbacks, datasets, layers, optimizers, schedules, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, yTrain], [xTest, yTest]] = samples(await datasets.mnist.load());

const model = sequential([
  layers.reshape({ targetShape: [28, 28, 1], inputShape: [28, 28] }),
  layers.conv2d({ filters: 16, kernelSize: 5, strides: 2, activation: 'relu' }),
  layers.flatten(),
  layers.dense({ units: 64, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const epochCount = epochs(5);
const learningRate = schedules.oneCycle({
  maxLearningRate: 0.005,
  epochs: epochCount,
  stepsPerEpoch: Math.ceil(xTrain.shape[0]! / 32),
});
model.compile({
  optimizer: optimizers.adam(learningRate),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});

// Each run has a folder of its own below the one that TensorBoard is told.
const logDir = `logs/${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
await model.fit(xTrain.div(255), yTrain, {
  epochs: epochCount,
  validationData: [xTest.div(255), yTest],
  callbacks: callbacks.tensorBoard(logDir, { histogramFreq: 1, writeImages: true, updateFreq: 100 }),
});
console.log(`logs in ${logDir}; tensorboard --logdir logs shows them`);
