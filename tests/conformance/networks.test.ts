// Layers, losses, optimizers and the training of small networks agree with the reference on every backend.
import { describe, expect, test } from 'vitest';
import type { Shape } from '../../src/base/shape.js';
import { softmax } from '../../src/nn/activations.js';
import * as layers from '../../src/nn/layers/index.js';
import * as losses from '../../src/nn/losses/index.js';
import { sequential, type Sequential } from '../../src/nn/model/sequential.js';
import * as optimizers from '../../src/nn/optimizers/index.js';
import * as schedules from '../../src/nn/optimizers/schedules/index.js';
import { l1l2, l2 } from '../../src/nn/regularizers.js';
import { toCategorical } from '../../src/nn/to-categorical.js';
import { compile } from '../../src/tensor/compile.js';
import { scalar } from '../../src/tensor/creation.js';
import { variableGradients } from '../../src/tensor/grad.js';
import { normal, uniform } from '../../src/tensor/random.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { Variable } from '../../src/tensor/variable.js';
import { useEverywhere, type Scenario } from './everywhere.js';

const everywhere = useEverywhere();

const values = (shape: Shape, seed: number): Tensor => normal(shape, 0, 1, { seed });
const labelsBelow = (classes: number, shape: Shape, seed: number): Tensor =>
  uniform(shape, 0, classes, { seed }).floor().cast('int32');

describe('layers', () => {
  const cases: Readonly<Record<string, readonly [make: () => layers.Layer, sample: Shape]>> = {
    dense: [() => layers.dense({ units: 7 }), [5]],
    'dense over several axes': [() => layers.dense({ units: 3, activation: 'tanh', useBias: false }), [4, 6]],
    'wide dense with relu': [() => layers.dense({ units: 130, activation: 'relu' }), [65]],
    'dense with softmax': [() => layers.dense({ units: 10, activation: 'softmax' }), [33]],
    activation: [() => layers.activation({ activation: 'sigmoid' }), [3, 5]],
    flatten: [() => layers.flatten(), [3, 4, 2]],
    reshape: [() => layers.reshape({ targetShape: [4, -1] }), [3, 8]],
    dropout: [() => layers.dropout({ rate: 0.4, seed: 5 }), [37]],
    'dropout of whole channels': [() => layers.dropout({ rate: 0.4, seed: 5, noiseShape: [null, 1, 6] }), [4, 6]],
    conv2d: [() => layers.conv2d({ filters: 5, kernelSize: 3, activation: 'relu' }), [7, 6, 2]],
    'conv2d same, strided, dilated': [
      () => layers.conv2d({ filters: 4, kernelSize: [2, 3], padding: 'same', dilationRate: [1, 2] }),
      [6, 7, 3],
    ],
    'conv2d in groups': [() => layers.conv2d({ filters: 6, kernelSize: 2, groups: 3, strides: 2 }), [7, 6, 3]],
    maxPooling2d: [() => layers.maxPooling2d({ poolSize: [2, 3], padding: 'same' }), [5, 7, 3]],
    averagePooling2d: [() => layers.averagePooling2d({ poolSize: 2, strides: 1 }), [5, 6, 2]],
  };

  describe.each(Object.entries(cases))('%s', (_, [make, sample]) => {
    test.each([1, 3, 4])('for %d samples, with gradients, in training and at inference', (samples) =>
      everywhere.agree(() => {
        const layer = make();
        const input = new Variable(values([samples, ...sample], samples));
        layer.ensureBuilt([null, ...sample]);
        layer.weights.forEach((weight, i) => weight.assign(values(weight.shape, 10 + i)));
        const context = { training: true, step: scalar(3, 'int32'), seed: 11 };
        const output = layer.apply(input.value, context);
        const { gradients } = variableGradients(
          () => layer.apply(input.value, context).mul(values(output.shape, 20)).sum(),
          [input, ...layer.weights],
        );
        const named = gradients.map((gradient, i) => [`gradient ${i}`, gradient] as const);
        return { output, atInference: layer.apply(input.value), ...Object.fromEntries(named) };
      }),
    );
  });
});

describe('losses', () => {
  const oneHot = (samples: number): Tensor => labelsBelow(5, [samples], 1).oneHot(5);
  const probabilities = (samples: number): Tensor => softmax(values([samples, 5], 2).mul(3));
  const logits = (samples: number): Tensor => values([samples, 5], 2).mul(9);
  type Make = (samples: number) => readonly [labels: Tensor, predictions: Tensor];
  const cases: Readonly<Record<string, readonly [losses.Loss, Make]>> = {
    meanSquaredError: [losses.meanSquaredError(), (n) => [values([n, 3], 1), values([n, 3], 2)]],
    meanAbsoluteError: [losses.meanAbsoluteError(), (n) => [values([n, 3], 1), values([n, 3], 2)]],
    binaryCrossentropy: [
      losses.binaryCrossentropy(),
      (n) => [labelsBelow(2, [n, 3], 1), uniform([n, 3], 0.05, 0.95, { seed: 2 })],
    ],
    'binaryCrossentropy from logits': [
      losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
      (n) => [labelsBelow(2, [n, 1], 1), values([n, 1], 2).mul(20)],
    ],
    categoricalCrossentropy: [losses.categoricalCrossentropy(), (n) => [oneHot(n), probabilities(n)]],
    'categoricalCrossentropy from logits, smoothed': [
      losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
      (n) => [oneHot(n), logits(n)],
    ],
    sparseCategoricalCrossentropy: [
      losses.sparseCategoricalCrossentropy(),
      (n) => [labelsBelow(5, [n], 1), probabilities(n)],
    ],
    'sparseCategoricalCrossentropy from logits': [
      losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      (n) => [labelsBelow(5, [n, 1], 1), logits(n)],
    ],
  };

  test.each(Object.entries(cases))('%s', async (_, [loss, make]) => {
    for (const samples of [1, 7, 33])
      await everywhere.agree(() => {
        const [labels, start] = make(samples);
        const predictions = new Variable(start);
        const weights = uniform([samples], 0, 2, { seed: 3 });
        const plain = variableGradients(() => loss.call(labels, predictions.value), [predictions]);
        const weighted = variableGradients(() => loss.call(labels, predictions.value, weights), [predictions]);
        return {
          values: loss.values(labels, predictions.value),
          reduced: plain.value,
          gradient: plain.gradients[0]!,
          weighted: weighted.value,
          'weighted gradient': weighted.gradients[0]!,
        };
      });
  });
});

describe('optimizers', () => {
  const cases: Readonly<Record<string, () => optimizers.Optimizer>> = {
    sgd: () => optimizers.sgd({ learningRate: 0.1 }),
    'sgd with momentum': () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }),
    'sgd with nesterov': () => optimizers.sgd({ learningRate: 0.1, momentum: 0.8, nesterov: true, weightDecay: 0.01 }),
    adam: () => optimizers.adam({ learningRate: 0.02 }),
    'adam with amsgrad': () => optimizers.adam({ learningRate: 0.02, amsgrad: true, decay: 0.1 }),
    'adam with clipped gradients': () => optimizers.adam({ learningRate: 0.02, clipNorm: 0.5 }),
    'adam with a schedule': () =>
      optimizers.adam({
        learningRate: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }),
      }),
    rmsprop: () => optimizers.rmsprop({ learningRate: 0.02 }),
    'rmsprop centered, with momentum': () => optimizers.rmsprop({ learningRate: 0.02, momentum: 0.5, centered: true }),
    'rmsprop with clipped values': () => optimizers.rmsprop({ learningRate: 0.02, clipValue: 0.3 }),
    'sgd with gradients clipped together': () => optimizers.sgd({ learningRate: 0.1, globalClipNorm: 1 }),
  };
  const shapes: readonly Shape[] = [[], [1], [7], [5, 9], [0, 3], [47, 45]];

  test.each(Object.entries(cases))('%s', (_, make) =>
    everywhere.agree(async () => {
      const optimizer = make();
      const variables = shapes.map((shape, i) => new Variable(values(shape, i)));
      const step = compile((gradients: Tensor[]) => optimizer.applyGradients(gradients, variables));
      for (let i = 0; i < 4; i++) await step(shapes.map((shape, at) => values(shape, 100 * i + at)));
      const state = [...variables, ...optimizer.variables];
      const result = Object.fromEntries(state.map(({ name, value }, i) => [`${i} ${name}`, value]));
      await Promise.all(state.map(({ value }) => value.realize()));
      step.dispose();
      return result;
    }),
  );
});

describe('training', () => {
  /** Everything that two epochs leave behind, the last batch of each smaller than the others. */
  const trained =
    (make: () => Sequential, sample: Shape, classes: number, options: { oneHot?: boolean } = {}): Scenario =>
    async () => {
      const model = make();
      const samples = 21;
      const x = uniform([samples, ...sample], 0, 255, { seed: 1 })
        .floor()
        .cast('uint8')
        .div(255);
      const labels = labelsBelow(classes, [samples], 2);
      const y = options.oneHot ? toCategorical(labels, classes) : labels;
      const history = await model.fit(x, y, { epochs: 2, batchSize: 8, verbose: 0, validationSplit: 0.2 });
      expect(Object.keys(history.history)).toContain('val_loss');
      const weights = model.getWeights();
      const predictions = await model.predict(x, { verbose: 0 });
      return {
        ...Object.fromEntries(weights.map((weight, i) => [`weight ${i}`, weight])),
        predictions,
        losses: scalar(history.history.loss!.at(-1)!),
        accuracy: scalar(history.history.val_accuracy!.at(-1)!),
      };
    };
  const near = { ofLargest: 1e-4 };

  test('a dense network with dropout, by adam', () =>
    everywhere.agree(
      trained(
        () => {
          const model = sequential([
            layers.flatten({ inputShape: [6, 7] }),
            layers.dense({ units: 19, activation: 'relu' }),
            layers.dropout({ rate: 0.2 }),
            layers.dense({ units: 10, activation: 'softmax' }),
          ]);
          model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
          return model;
        },
        [6, 7],
        10,
      ),
      near,
    ));

  test('a convolutional network, by sgd with momentum', () =>
    everywhere.agree(
      trained(
        () => {
          const model = sequential([
            layers.conv2d({ filters: 5, kernelSize: 3, activation: 'relu', inputShape: [12, 11, 1] }),
            layers.maxPooling2d({ poolSize: 2 }),
            layers.conv2d({ filters: 6, kernelSize: 3, activation: 'relu', padding: 'same' }),
            layers.averagePooling2d({ poolSize: 2 }),
            layers.flatten(),
            layers.dense({ units: 9, activation: 'relu', kernelRegularizer: l2(1e-3) }),
            layers.dense({ units: 4 }),
          ]);
          model.compile({
            optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }),
            loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
            metrics: ['accuracy'],
          });
          return model;
        },
        [12, 11, 1],
        4,
      ),
      near,
    ));

  test('a network with penalties on one-hot labels, by rmsprop', () =>
    everywhere.agree(
      trained(
        () => {
          const model = sequential([
            layers.dense({
              units: 13,
              activation: 'tanh',
              inputShape: [17],
              kernelRegularizer: l1l2({ l1: 1e-3, l2: 1e-3 }),
            }),
            layers.dense({ units: 3, activation: 'softmax', biasRegularizer: 'l2' }),
          ]);
          model.compile({
            optimizer: optimizers.rmsprop({ learningRate: 0.01, momentum: 0.3 }),
            loss: 'categoricalCrossentropy',
            metrics: ['accuracy'],
          });
          return model;
        },
        [17],
        3,
        { oneHot: true },
      ),
      near,
    ));
});
