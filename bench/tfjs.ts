// Trains and infers with TensorFlow.js, where it is installed: the same network, weights and samples.
import type { Sequential } from 'nacre';
import { checkLosses, checkProbabilities } from './checks.js';
import type { Implementation, Setting } from './implementation.js';
import { createModel, loadSamples } from './networks.js';
import { loadTfjs, tfjsVersion } from './peer-packages.js';
import { timeCalls } from './timing.js';
import { checkedRows, checkedSteps, type Inference, type Training } from './workloads.js';

export { tfjsVersion as version };

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment --
   the peer may not be installed, and its types with it */
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return --
   for the same reason */

/** A model of Nacre's as one of TensorFlow.js's, with the same weights. */
async function convert(tf: any, original: Sequential): Promise<any> {
  const model = tf.sequential();
  original.layers.forEach((layer, i) => {
    const config = layer.getConfig();
    const first = i === 0 ? { inputShape: original.inputShape.slice(1) } : {};
    const kernel = { activation: config.activation, ...first };
    switch (layer.className) {
      case 'Flatten':
        return model.add(tf.layers.flatten(first));
      case 'Dense':
        return model.add(tf.layers.dense({ units: config.units, ...kernel }));
      case 'Dropout':
        return model.add(tf.layers.dropout({ rate: config.rate, ...first }));
      case 'Conv2D':
        return model.add(tf.layers.conv2d({ filters: config.filters, kernelSize: config.kernel_size, ...kernel }));
      case 'MaxPooling2D':
        return model.add(tf.layers.maxPooling2d({ poolSize: config.pool_size, ...first }));
      default:
        throw new Error(`No counterpart of the layer ${layer.className} is known for TensorFlow.js.`);
    }
  });
  const weights = original.getWeights();
  model.setWeights(await Promise.all(weights.map(async (weight) => tf.tensor(await weight.data(), weight.shape))));
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** A step of the cnn takes ten seconds. */
const checkedCnnSteps = 2;

export async function create({ backend, workload, samples }: Setting): Promise<Implementation> {
  if (workload.kind === 'kernel') throw new Error('TensorFlow.js is measured on networks only.');
  const tf = await loadTfjs(backend);
  return workload.kind === 'training' ? createTraining(tf, workload, samples) : createInference(tf, workload, samples);
}

async function createTraining(tf: any, workload: Training, samples: number): Promise<Implementation> {
  const { batchSize } = workload;
  const isConvolutional = workload.network === 'cnn';
  const count = Math.max(samples, checkedSteps * batchSize);
  const [x, y] = await loadSamples(count);
  const xAll = tf.tensor(await x.data(), isConvolutional ? [count, 28, 28, 1] : [count, 28, 28]);
  const yAll = tf.tensor(Float32Array.from(await y.data()), [count, 1]);
  const model = await convert(tf, createModel(workload));

  const trainStep = async (index: number): Promise<number> => {
    const batch = [xAll, yAll].map((all) => all.slice(index * batchSize, batchSize));
    const [loss] = await model.trainOnBatch(...batch);
    tf.dispose(batch);
    return loss as number;
  };
  return {
    check: async (expected) => {
      if (expected.kind !== 'training') throw new Error('A training is held to a training.');
      const found: number[] = [];
      for (let step = 0; step < (isConvolutional ? checkedCnnSteps : checkedSteps); step++)
        found.push(await trainStep(step));
      return checkLosses(found, expected);
    },
    round: async () => {
      if (isConvolutional) {
        const begin = performance.now();
        await trainStep(0);
        return [(1000 * (performance.now() - begin)) / batchSize];
      }
      const ends: number[] = [];
      const data = [xAll, yAll].map((all) => all.slice(0, samples));
      await model.fit(...data, {
        epochs: 2,
        batchSize,
        shuffle: true,
        verbose: 0,
        // For the sake of pages it would otherwise come back to the event loop in between.
        yieldEvery: 'never',
        callbacks: { onEpochEnd: () => void ends.push(performance.now()) },
      });
      tf.dispose(data);
      return [(1000 * (ends[1]! - ends[0]!)) / samples];
    },
  };
}

async function createInference(tf: any, workload: Inference, mostCalls: number): Promise<Implementation> {
  const { batchSize, network } = workload;
  const model = await convert(tf, createModel(workload));
  const imageShape = network === 'cnn' ? [28, 28, 1] : [28, 28];
  const images = async (count: number): Promise<any> => {
    const [x] = await loadSamples(count);
    return tf.tensor(await x.data(), [count, ...imageShape]);
  };
  const predict = async (x: any): Promise<Float32Array> => {
    const probabilities = model.predict(x, { batchSize });
    const values: Float32Array = await probabilities.data();
    tf.dispose(probabilities);
    return values;
  };
  const batch = await images(batchSize);
  return {
    check: async (expected) => {
      if (expected.kind !== 'inference') throw new Error('Inference is held to inference.');
      return checkProbabilities(await predict(await images(checkedRows)), expected.probabilities);
    },
    round: async () =>
      (await timeCalls(() => predict(batch), mostCalls)).map((microseconds) => microseconds / batchSize),
  };
}
