// Callbacks: code that fit calls at the moments it asks for. This one stops training once the network is good enough.
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

const stopWhenGood = {
  onEpochEnd(epoch: number, logs: Record<string, number>): void {
    console.log(`epoch ${epoch + 1}: validation accuracy ${logs.val_accuracy!.toFixed(4)}`);
    if (logs.val_accuracy! > 0.975) model.stopTraining = true;
  },
};

const { epoch, history } = await model.fit(xTrain.div(255), yTrain, {
  epochs: epochs(20),
  validationData: [xTest.div(255), yTest],
  callbacks: stopWhenGood,
  verbose: 0,
});
console.log(`trained for ${epoch.length} epochs, validation accuracy ${history.val_accuracy!.at(-1)!.toFixed(4)}`);
