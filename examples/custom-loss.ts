// A loss and a metric of one's own: functions of the labels and the predictions, written with tensors. Their gradients
// come by themselves.
import { datasets, layers, sequential, toCategorical, type Tensor } from 'nacre';
import { epochs, samples } from './support/fast.js';

/** The squared distance between the probabilities and the one-hot label (Brier, 1950): [B, 10] -> [B]. */
function brierScore(yTrue: Tensor, yPred: Tensor): Tensor {
  return yTrue.sub(yPred).square().sum(-1);
}

/** How probable the network holds its answer: [B, 10] -> [B]. */
function confidence(_yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.max(-1);
}

const [[xTrain, trainLabels], [xTest, testLabels]] = samples(await datasets.mnist.load());
const yTrain = toCategorical(trainLabels, 10);
const yTest = toCategorical(testLabels, 10);

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: brierScore, metrics: ['accuracy', confidence] });

await model.fit(xTrain.div(255), yTrain, { epochs: epochs(3) });

const [testLoss, testAccuracy, testConfidence] = await model.evaluate(xTest.div(255), yTest);
console.log(`test loss: ${testLoss.toFixed(4)}`);
console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
console.log(`confidence: ${testConfidence!.toFixed(4)}`);
