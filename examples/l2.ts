// L2 regularisation: large weights cost, which keeps a network from learning 2,000 images by heart.
import { datasets, layers, regularizers, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[trainImages, trainLabels], [xTest, yTest]] = samples(await datasets.mnist.load());
const xTrain = trainImages.slice([0, 2000]);
const yTrain = trainLabels.slice([0, 2000]);

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu', kernelRegularizer: regularizers.l2(1e-4) }),
  layers.dense({ units: 10, activation: 'softmax', kernelRegularizer: regularizers.l2(1e-4) }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

await model.fit(xTrain.div(255), yTrain, { epochs: epochs(20), validationData: [xTest.div(255), yTest] });

// The losses include the penalty.
const [testLoss, testAccuracy] = await model.evaluate(xTest.div(255), yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
