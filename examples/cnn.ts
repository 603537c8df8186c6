// A convolutional network: two convolutions with pooling, then dense layers. The test images serve to validate with.
import { datasets, layers, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[trainImages, yTrain], [testImages, yTest]] = samples(await datasets.mnist.load());
// A convolution takes images with channels, here the one of grey.
const xTrain = trainImages.reshape([-1, 28, 28, 1]).div(255);
const xTest = testImages.reshape([-1, 28, 28, 1]).div(255);

const model = sequential([
  layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: 'relu', inputShape: [28, 28, 1] }),
  layers.maxPooling2d({ poolSize: [2, 2] }),
  layers.conv2d({ filters: 64, kernelSize: [3, 3], activation: 'relu' }),
  layers.maxPooling2d({ poolSize: [2, 2] }),
  layers.flatten(),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

await model.fit(xTrain, yTrain, { epochs: epochs(5), validationData: [xTest, yTest] });

const [testLoss, testAccuracy] = await model.evaluate(xTest, yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
