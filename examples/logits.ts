// A last layer without activation: the loss takes its logits, and softmax is left to whoever wants probabilities.
import { datasets, layers, losses, optimizers, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[trainImages, yTrain], [testImages, yTest]] = samples(await datasets.mnist.load());
const xTrain = trainImages.div(255);
const xTest = testImages.div(255);

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 64, activation: 'relu' }),
  layers.dense({ units: 10 }),
]);
model.compile({
  optimizer: optimizers.adam(0.001),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ['accuracy'],
});
model.summary();

await model.fit(xTrain, yTrain, { batchSize: 64, epochs: epochs(10), validationData: [xTest, yTest] });

const [testLoss, testAccuracy] = await model.evaluate(xTest, yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);

const logits = await model.predict(xTest.slice([0, 5]));
const probabilities = logits.softmax();
console.log('The first five test images are taken for', await probabilities.argMax(-1).array());
console.log('and they are', await yTest.slice([0, 5]).array());
