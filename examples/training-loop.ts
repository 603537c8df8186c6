// The first network trained by a loop of one's own: forward, gradients, the optimizer's step. What a step computes is
// compiled to one program, which picks its batch itself; what it changes lives in variables.
import {
  arange,
  compile,
  datasets,
  layers,
  losses,
  optimizers,
  random,
  scalar,
  sequential,
  variable,
  variableGradients,
} from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, yTrain], [xTest, yTest]] = samples(await datasets.mnist.load());
const batchSize = 32;
const sampleCount = xTrain.shape[0]!;
const stepsPerEpoch = Math.floor(sampleCount / batchSize);

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const loss = losses.sparseCategoricalCrossentropy();
const optimizer = optimizers.adam();
const weights = model.trainableWeights;

const order = variable(random.permutation(sampleCount));
const begin = variable(scalar(0, 'int32'));
const lossSum = variable(scalar(0));

const trainStep = compile(() => {
  const rows = order.value.gather(arange(batchSize).add(begin.value));
  const x = xTrain.gather(rows).div(255);
  const y = yTrain.gather(rows);
  const { value, gradients } = variableGradients(() => loss.call(y, model.apply(x, { training: true })), weights);
  optimizer.applyGradients(gradients, weights);
  begin.assign(begin.value.add(batchSize));
  lossSum.assign(lossSum.value.add(value));
});

const epochCount = epochs(5);
for (let epoch = 1; epoch <= epochCount; epoch++) {
  order.assign(random.permutation(sampleCount));
  begin.assign(scalar(0, 'int32'));
  lossSum.assign(scalar(0));
  // All steps of the epoch, without coming back to JavaScript in between.
  await trainStep.repeat(stepsPerEpoch);
  const meanLoss = (await lossSum.value.item()) / stepsPerEpoch;
  console.log(`epoch ${epoch} of ${epochCount}: loss ${meanLoss.toFixed(4)}`);
}

const probabilities = await model.predict(xTest.div(255), { verbose: 0 });
const isRight = probabilities.argMax(-1).equal(yTest.cast('int32'));
console.log(`test accuracy: ${(await isRight.cast('float32').mean().item()).toFixed(4)}`);
