// Trains with TensorFlow.js, where it is installed: the same network, weights and samples.
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import type { Sequential } from 'nacre';
import type { CreateImplementation } from './implementation.js';
import { repository } from './repository.js';
import { batchSize, checkedSteps, createModel, loadSamples, workloads } from './workloads.js';

const require = createRequire(new URL('bench/package.json', repository));

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment --
   the peer may not be installed, and its types with it */
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return --
   for the same reason */

/** The version that is installed; undefined if there is none. */
export function installedVersion(): string | undefined {
  try {
    require.resolve('@tensorflow/tfjs-backend-wasm/package.json');
    return (require('@tensorflow/tfjs/package.json') as { readonly version: string }).version;
  } catch {
    return undefined;
  }
}

async function load(backend: string): Promise<any> {
  const tf: any = require('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const wasm: any = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  }
  const isThere: boolean = await tf.setBackend(backend);
  if (!isThere) throw new Error(`TensorFlow.js could not start its ${backend} backend.`);
  await tf.ready();
  return tf;
}

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

/** Rounding alone. */
const lossTolerance = 1e-3;
/** Dropout leaves out other elements. */
const dropoutTolerance = 0.1;
/** A step of the cnn takes ten seconds. */
const checkedCnnSteps = 2;

export const create: CreateImplementation = async ({ backend, workload, samples }) => {
  const tf = await load(backend);
  const isConvolutional = workloads[workload].network === 'cnn';
  const count = Math.max(samples, checkedSteps * batchSize);
  const [x, y] = await loadSamples(count);
  const xAll = tf.tensor(await x.data(), isConvolutional ? [count, 28, 28, 1] : [count, 28, 28]);
  const yAll = tf.tensor(Float32Array.from(await y.data()), [count, 1]);
  const original = createModel(workload);
  const model = await convert(tf, original);

  const trainStep = async (index: number): Promise<number> => {
    const batch = [xAll, yAll].map((all) => all.slice(index * batchSize, batchSize));
    const [loss] = await model.trainOnBatch(...batch);
    tf.dispose(batch);
    return loss as number;
  };
  return {
    expectation: () => Promise.reject(new Error('TensorFlow.js is held to the reference, it is none.')),
    check: async (expected) => {
      const steps = isConvolutional ? checkedCnnSteps : checkedSteps;
      const found: number[] = [];
      for (let step = 0; step < steps; step++) found.push(await trainStep(step));
      const wanted = expected.losses.slice(0, steps);
      const hasDropout = original.layers.some((layer) => layer.className === 'Dropout');
      const isNear = hasDropout
        ? Math.abs(sum(found) / sum(wanted) - 1) <= dropoutTolerance
        : found.every((loss, i) => Math.abs(loss / wanted[i]! - 1) <= lossTolerance);
      return isNear ? undefined : `its first losses are ${list(found)}, those of the reference ${list(wanted)}`;
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
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(4)).join(', ');
}
