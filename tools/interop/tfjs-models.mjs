// Models made, trained and saved by TensorFlow.js itself, whose files Nacre reads: for the check of both directions
// (tfjs.mjs) and for the recorded files of the tests (tools/golden/tfjs_files.mjs).
// @ts-nocheck: types of the libraries are there only once tools/interop is installed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as backend from '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

void backend;
await core.setBackend('cpu');
/** TensorFlow.js without what it would say at its start. */
const { input, layers, model, sequential } = tfLayers;
export const tf = { ...core, input, layers, model, sequential };
export const { loadLayersModel } = tfLayers;

/** Numbers between -1 and 1 that are the same everywhere. */
export function numbers(count, seed) {
  let state = seed * 2654435761 + 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

export const tensorOf = (shape, seed, largest = 1) => {
  const count = shape.reduce((a, b) => a * b, 1);
  return core.tensor(
    numbers(count, seed).map((value) => value * largest),
    shape,
  );
};

/** Weights that are the same in every run, in place of drawn ones. */
function settle(model) {
  model.setWeights(model.getWeights().map((weight, index) => tensorOf(weight.shape, index + 1, 0.5)));
  return model;
}

const denseModel = () =>
  settle(
    tf.sequential({
      name: 'digits',
      layers: [
        tf.layers.dense({ units: 6, activation: 'relu', inputShape: [4] }),
        tf.layers.dropout({ rate: 0.25 }),
        tf.layers.dense({ units: 3, activation: 'softmax', kernelRegularizer: 'l1l2' }),
      ],
    }),
  );

/** By name: the shape of a batch, and what makes the model. */
export const tfjsModels = {
  dense: { input: [5, 4], make: denseModel },
  cnn: {
    input: [3, 8, 8, 2],
    make: () =>
      settle(
        tf.sequential({
          layers: [
            tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 2], name: 'first' }),
            tf.layers.maxPooling2d({ poolSize: 2 }),
            tf.layers.conv2d({ filters: 4, kernelSize: [2, 1], strides: [1, 2], padding: 'same', useBias: false }),
            tf.layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
            tf.layers.activation({ activation: 'tanh' }),
            tf.layers.flatten(),
            tf.layers.dense({ units: 4 }),
            tf.layers.reshape({ targetShape: [2, 2] }),
            tf.layers.dense({ units: 2, activation: 'sigmoid', kernelInitializer: 'leCunNormal' }),
          ],
        }),
      ),
  },
  nested: {
    input: [4, 6],
    make: () =>
      settle(
        tf.sequential({
          layers: [
            tf.sequential({
              name: 'base',
              layers: [
                tf.layers.dense({ units: 5, activation: 'relu', inputShape: [6] }),
                tf.layers.dense({ units: 4, name: 'last' }),
              ],
            }),
            tf.layers.dense({ units: 3, activation: 'softmax' }),
          ],
        }),
      ),
  },
  functional: {
    input: [3, 5],
    make: () => {
      const input = tf.input({ shape: [5], name: 'data' });
      const hidden = tf.layers.dense({ units: 4, activation: 'relu' }).apply(input);
      return settle(tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2 }).apply(hidden) }));
    },
  },
};

/** The optimizers of TensorFlow.js that Nacre has as well. */
export const tfjsOptimizers = {
  sgd: () => core.train.sgd(0.1),
  momentum: () => core.train.momentum(0.1, 0.9),
  nesterov: () => core.train.momentum(0.05, 0.8, true),
  adam: () => core.train.adam(0.01),
  rmsprop: () => core.train.rmsprop(0.01, 0.9, 0.5, 1e-7),
  rmspropPlain: () => core.train.rmsprop(0.01, 0.8, 0, 1e-7),
};

/** The dense model after some steps with an optimizer, and the data of its steps. */
export async function trainedWith(optimizer, steps) {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, activation: 'tanh', inputShape: [4] }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  settle(model);
  model.compile({ optimizer: tfjsOptimizers[optimizer](), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const x = tensorOf([6, 4], 91);
  const y = core.oneHot(core.tensor1d([0, 2, 1, 1, 0, 2], 'int32'), 3);
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
  return { model, x, y };
}

/** Rounds weights to whole numbers as tensorflowjs_converter does: to uint8 or uint16 with scale and min, or float16. */
function quantize(data, kind) {
  if (kind === 'float16') {
    const bits = Uint16Array.from(data, toFloat16);
    return { bytes: new Uint8Array(bits.buffer), quantization: { dtype: kind, original_dtype: 'float32' } };
  }
  const [low, high] = [Math.min(...data), Math.max(...data)];
  const most = kind === 'uint8' ? 255 : 65535;
  const scale = (high - low) / most || 1;
  const whole = (kind === 'uint8' ? Uint8Array : Uint16Array).from(data, (value) => Math.round((value - low) / scale));
  return {
    bytes: new Uint8Array(whole.buffer),
    quantization: { dtype: kind, min: low, scale, original_dtype: 'float32' },
  };
}

/** Half precision, cut off (numbers of this size need no more care). */
function toFloat16(value) {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const exponent = ((bits >> 23) & 255) - 112;
  return exponent <= 0 ? (bits >>> 16) & 0x8000 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >> 13) & 1023);
}

/**
 * An IO handler of TensorFlow.js that writes a model to a folder in the layout of its own savers: model.json, and files
 * of at most `shardBytes`, in `groups` groups.
 */
export function toFolder(folder, { shardBytes = 4 * 1024 * 1024, groups = 1, quantized } = {}) {
  return {
    save: async (artifacts) => {
      mkdirSync(folder, { recursive: true });
      const { weightSpecs, weightData, ...json } = artifacts;
      const data = core.io.CompositeArrayBuffer.join(weightData);
      let at = 0;
      const weights = weightSpecs.map((spec) => {
        const count = spec.shape.reduce((a, b) => a * b, 1);
        const bytes = new Uint8Array(data, at, 4 * count);
        at += 4 * count;
        if (!quantized || spec.dtype !== 'float32') return { spec, bytes };
        const done = quantize(new Float32Array(bytes.slice().buffer), quantized);
        return { spec: { ...spec, quantization: done.quantization }, bytes: done.bytes };
      });
      const each = Math.ceil(weights.length / groups);
      const weightsManifest = [];
      for (let group = 0; group < groups; group++) {
        const mine = weights.slice(group * each, (group + 1) * each);
        const all = Buffer.concat(mine.map(({ bytes }) => bytes));
        const count = Math.max(1, Math.ceil(all.length / shardBytes));
        const paths = Array.from({ length: count }, (_, index) => `group${group + 1}-shard${index + 1}of${count}.bin`);
        paths.forEach((path, index) =>
          writeFileSync(join(folder, path), all.subarray(index * shardBytes, (index + 1) * shardBytes)),
        );
        weightsManifest.push({ paths, weights: mine.map(({ spec }) => spec) });
      }
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...json, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  };
}
