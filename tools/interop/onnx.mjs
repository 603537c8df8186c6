// Writes networks as ONNX files and runs them in onnxruntime: each kind of layer in each of its ways, and the tutorials'
// networks. Its outputs are held to those of predict, with one sample and with five. Then Nacre reads the file again,
// which has to predict the same bits; and once more as if another program had written it, without what is there for
// Nacre alone. Closes with `N passed, N failed`.
// Needs `npm run build` and `npm install --prefix tools/interop --ignore-scripts`.
import { createRequire } from 'node:module';
// The folder has a package.json of its own, so that the package is not to be had by its name.
import { layers, loadModel, networks, random, sequential, setRandomSeed } from '../../dist/node.js';
import { readOnnx, writeOnnx } from '../../dist/formats/onnx/onnx-file.js';

/** @typedef {import('../../dist/node.js').Sequential} Model */
/** @typedef {import('../../dist/node.js').Tensor} Values */
/** @typedef {number | [number, number]} Pair */
/** @typedef {{ type: string }} Metadata */
/** @typedef {{ data: Float32Array, dims: number[] }} Output */
/**
 * @typedef {object} Session
 * @property {readonly string[]} inputNames
 * @property {readonly string[]} outputNames
 * @property {readonly Metadata[]} inputMetadata
 * @property {(feeds: Record<string, unknown>) => Promise<Record<string, Output>>} run
 */

/**
 * What is used of it. Types are checked where it is not installed, too.
 * @type {{
 *   InferenceSession: { create: (model: Uint8Array) => Promise<Session> },
 *   Tensor: new (type: string, data: ArrayLike<number>, shape: readonly number[]) => unknown,
 * }}
 */
const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node');

const images = { shape: [9, 11, 3] };
/** @type {readonly ('valid' | 'same')[]} */
const paddings = ['valid', 'same'];
/** @type {readonly [strides: Pair, dilationRate: Pair, groups: number][]} */
const convolutions = [
  [1, 1, 1],
  [2, 1, 1],
  [[1, 2], 1, 3],
  [1, 2, 1],
];
/** @type {readonly [poolSize: Pair, strides: Pair | null, padding: 'valid' | 'same'][]} */
const poolings = [
  [2, null, 'valid'],
  [3, 2, 'same'],
  [[2, 3], [1, 2], 'valid'],
  [[3, 2], 1, 'same'],
];

/** @type {Record<string, () => Model>} */
const models = {
  'dense, flat': () => sequential([layers.dense({ units: 4, inputShape: [7] })]),
  'dense without bias': () => sequential([layers.dense({ units: 4, useBias: false, inputShape: [7] })]),
  'dense over the last axis': () => sequential([layers.dense({ units: 4, activation: 'tanh', inputShape: [3, 5] })]),
  'dense over pixels': () =>
    sequential([layers.input(images), layers.conv2d({ filters: 4, kernelSize: 2 }), layers.dense({ units: 2 })]),
  'input of bytes': () =>
    sequential([layers.input({ shape: [6], dtype: 'uint8' }), layers.flatten(), layers.dense({ units: 3 })]),
  'a model within a model': () =>
    sequential([
      sequential([layers.input(images), layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' })]),
      layers.flatten(),
      sequential([layers.dense({ units: 3 }), layers.dropout({ rate: 0.1 }), layers.dense({ units: 2 })]),
    ]),
  'dropout alone': () => sequential([layers.input({ shape: [5] }), layers.dropout({ rate: 0.5 })]),
  reshape: () => sequential([layers.reshape({ targetShape: [3, -1], inputShape: [12] }), layers.dense({ units: 2 })]),
  'reshape to an image': () =>
    sequential([
      layers.dense({ units: 24, inputShape: [5] }),
      layers.reshape({ targetShape: [3, 4, 2] }),
      layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }),
      layers.reshape({ targetShape: [4, 9] }),
    ]),
  'flatten at the end of an image': () =>
    sequential([layers.input(images), layers.conv2d({ filters: 4, kernelSize: 3 }), layers.flatten()]),
  'flatten before dropout and softmax': () =>
    sequential([
      layers.input(images),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.activation({ activation: 'softmax' }),
      layers.dense({ units: 3 }),
    ]),
  'a single channel, flattened': () =>
    sequential([
      layers.input({ shape: [6, 6, 1] }),
      layers.averagePooling2d(),
      layers.flatten(),
      layers.dense({ units: 3 }),
    ]),
  'softmax over channels': () =>
    sequential([layers.input(images), layers.conv2d({ filters: 4, kernelSize: 1, activation: 'softmax' })]),
  'images of any size': () =>
    sequential([
      layers.input({ shape: [null, null, 3] }),
      layers.conv2d({ filters: 4, kernelSize: 4, padding: 'same', activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
    ]),
};
for (const activation of ['linear', 'relu', 'sigmoid', 'softmax', 'tanh'])
  models[`activation ${activation}`] = () =>
    sequential([layers.dense({ units: 4, inputShape: [7], activation }), layers.activation({ activation })]);
for (const padding of paddings)
  for (const [strides, dilationRate, groups] of convolutions)
    models[`conv2d ${padding}, strides ${strides}, dilation ${dilationRate}, groups ${groups}`] = () =>
      sequential([
        layers.input(images),
        layers.conv2d({
          filters: 6,
          kernelSize: [3, 2],
          padding,
          strides,
          dilationRate,
          groups,
          useBias: groups === 1,
        }),
      ]);
for (const [poolSize, strides, padding] of poolings) {
  const options = { poolSize, strides, padding };
  const what = `${poolSize}, strides ${strides}, ${padding}`;
  models[`maxPooling2d ${what}`] = () => sequential([layers.input(images), layers.maxPooling2d(options)]);
  models[`averagePooling2d ${what}`] = () => sequential([layers.input(images), layers.averagePooling2d(options)]);
}
for (const [name, network] of Object.entries(networks)) models[`the tutorials' ${name}`] = () => network.create();

/**
 * @param {Model} model
 * @param {number} batch
 * @param {boolean} isBytes
 * @returns {Values}
 */
function inputFor(model, batch, isBytes) {
  const shape = [batch, ...model.inputShape.slice(1).map((size) => size ?? 10)];
  return isBytes
    ? random.uniform(shape, 0, 255, { seed: 3 }).floor().cast('uint8')
    : random.uniform(shape, -1, 1, { seed: 3 });
}

/**
 * What differs; undefined if nothing does.
 * @param {() => Model} create
 * @returns {Promise<string | undefined>}
 */
async function check(create) {
  setRandomSeed(1);
  const model = create();
  // Biases are zeros at first, which would hide a mistake.
  model.setWeights(
    model.getWeights().map((weight, index) => weight.add(random.normal(weight.shape, 0, 0.1, { seed: index }))),
  );
  const bytes = await model.toBytes({ format: 'onnx' });
  const session = await InferenceSession.create(bytes);
  const [inputName = '', outputName = ''] = [...session.inputNames, ...session.outputNames];
  const isBytes = session.inputMetadata[0]?.type === 'uint8';
  const again = await loadModel(bytes);
  // What does nothing is no model to import.
  const isNothing = model.weights.length === 0 && model.layers.length === 1 && model.layers[0]?.className === 'Dropout';
  const plain = { ...(await readOnnx(bytes, 'the file')), metadata: new Map() };
  const foreign = isNothing ? undefined : await loadModel(await writeOnnx(plain));
  for (const batch of [1, 5]) {
    const x = inputFor(model, batch, isBytes);
    const values = await x.data();
    const given = new Tensor(isBytes ? 'uint8' : 'float32', values, x.shape);
    const output = (await session.run({ [inputName]: given }))[outputName];
    if (!output) return `there is no output '${outputName}'`;
    const expected = await model.predict(x, { verbose: 0 });
    const wanted = await expected.data();
    if (output.dims.join() !== expected.shape.join()) return `shape [${output.dims}], expected [${expected.shape}]`;
    const scale = Math.max(1, ...wanted.map(Math.abs));
    const worst = Math.max(...wanted.map((value, index) => Math.abs(value - (output.data[index] ?? NaN))));
    if (!(worst <= 2e-6 * scale)) return `batch ${batch}: differs by ${worst}, with values up to ${scale}`;
    const found = await (await again.predict(x, { verbose: 0 })).data();
    if (foreign) {
      const imported = await (await foreign.predict(x, { verbose: 0 })).data();
      const difference = Math.max(...wanted.map((value, index) => Math.abs(value - (imported[index] ?? NaN))));
      if (!(difference <= 2e-6 * scale)) return `batch ${batch}: imported, it differs by ${difference}`;
    }
    if (!wanted.every((value, index) => value === found[index]))
      return `batch ${batch}: loaded again, it predicts other bits`;
  }
  return undefined;
}

let passed = 0;
let failed = 0;
for (const [name, create] of Object.entries(models)) {
  const failure = await check(create).catch((/** @type {unknown} */ error) => String(error));
  if (failure === undefined) passed++;
  else {
    failed++;
    console.log(`FAILED ${name}: ${failure}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
