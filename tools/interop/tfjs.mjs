// Tries models in both directions between Nacre and TensorFlow.js itself: what one saves the other loads, predicts the
// same with, and goes on training. Closes with `N passed, N failed`.
// Needs `npm run build` and `npm ci --prefix tools/interop --ignore-scripts`.
// @ts-nocheck: types of the libraries are there only once tools/interop is installed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLayersModel, tensorOf, tf, tfjsModels, tfjsOptimizers, toFolder, trainedWith } from './tfjs-models.mjs';

process.env.NACRE_BACKEND ??= 'wasm';
const nacre = await import('../../dist/node.js');
const { layers, loadModel, optimizers, sequential, tensor } = nacre;

const folder = mkdtempSync(join(tmpdir(), 'nacre-interop-'));
/** TensorFlow.js without its native package reads files by HTTP. */
const server = createServer((request, response) => {
  try {
    response.end(readFileSync(join(folder, decodeURIComponent(new URL(request.url, 'http://x').pathname))));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = (name) => `http://127.0.0.1:${server.address().port}/${name}/model.json`;
const path = (name) => join(folder, name, 'model.json');

let passed = 0;
let failed = 0;
async function check(name, run) {
  try {
    await run();
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}

function expectNear(actual, expected, tolerance) {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers, expected ${expected.length}`);
  for (const [index, value] of expected.entries())
    if (!(Math.abs(actual[index] - value) <= tolerance * Math.max(1, Math.abs(value))))
      throw new Error(`number ${index} is ${actual[index]}, expected ${value} within ${tolerance}`);
}

const inNacre = (value) => tensor(value.dataSync(), value.shape);
const predictedByNacre = async (model, x) => (await model.predict(inNacre(x), { verbose: 0 })).data();
const predictedByTfjs = (model, x) => model.predict(x).dataSync();
const sameWeights = async (model, other, tolerance) => {
  const theirs = other.getWeights();
  for (const [index, weight] of model.getWeights().entries())
    expectNear(await weight.data(), theirs[index].dataSync(), tolerance);
};

// What Nacre writes.
const nacreModels = {
  dense: [
    [3, 4],
    () => [
      layers.dense({ units: 5, activation: 'tanh', inputShape: [4] }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  ],
  cnn: [
    [2, 9, 8, 2],
    () => [
      layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [9, 8, 2] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 4, kernelSize: [2, 1], strides: [1, 2], padding: 'same', useBias: false }),
      layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
      layers.activation({ activation: 'sigmoid' }),
      layers.flatten(),
      layers.dense({ units: 4, kernelInitializer: 'lecunNormal', kernelRegularizer: 'l2' }),
      layers.reshape({ targetShape: [2, 2] }),
      layers.dense({ units: 3, kernelInitializer: 'heNormal' }),
    ],
  ],
};
nacreModels.nested = [
  [3, 4],
  () => [
    sequential([layers.dense({ units: 5, activation: 'relu', inputShape: [4] }), layers.dense({ units: 3 })]),
    sequential({ layers: [layers.dense({ units: 4, activation: 'tanh' })], name: 'head' }),
    layers.dense({ units: 2 }),
  ],
];
for (const [name, [shape, make]] of Object.entries(nacreModels))
  await check(`TensorFlow.js predicts the same with Nacre's ${name}`, async () => {
    nacre.setRandomSeed(1);
    const model = sequential(make());
    await saveIn(model, `nacre-${name}`);
    const x = tensorOf(shape, 7);
    expectNear(predictedByTfjs(await loadLayersModel(url(`nacre-${name}`)), x), await predictedByNacre(model, x), 1e-5);
    await check(`Nacre loads its ${name} by URL`, async () => {
      expectNear(await predictedByNacre(await loadModel(url(`nacre-${name}`)), x), await predictedByNacre(model, x), 0);
    });
  });

async function saveIn(model, name) {
  mkdirSync(join(folder, name), { recursive: true });
  await model.save(path(name));
}

for (const activation of [
  'elu',
  'gelu',
  'hardSigmoid',
  'linear',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'silu',
  'softmax',
  'softplus',
  'softsign',
  'swish',
  'tanh',
]) {
  // Only those that Nacre has.
  let model;
  try {
    model = sequential([layers.dense({ units: 3, activation, inputShape: [4] })]);
  } catch {
    continue;
  }
  await check(`the activation ${activation} is the same`, async () => {
    await saveIn(model, activation);
    const x = tensorOf([20, 4], 3);
    expectNear(predictedByTfjs(await loadLayersModel(url(activation)), x), await predictedByNacre(model, x), 1e-5);
  });
}

const nacreOptimizers = {
  sgd: () => optimizers.sgd(0.1),
  adam: () => optimizers.adam(0.01),
  rmsprop: () => optimizers.rmsprop({ learningRate: 0.01, rho: 0.8 }),
  'rmsprop with momentum': () => optimizers.rmsprop({ learningRate: 0.01, momentum: 0.5 }),
};
const x = tensorOf([6, 4], 91);
const labels = [0, 2, 1, 1, 0, 2];
const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 3);
for (const [name, make] of Object.entries(nacreOptimizers))
  await check(`TensorFlow.js goes on with Nacre's ${name}`, async () => {
    const model = sequential([
      layers.dense({ units: 5, activation: 'tanh', inputShape: [4] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ]);
    model.compile({ optimizer: make(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    for (let step = 0; step < 3; step++) await model.trainOnBatch(inNacre(x), inNacre(y));
    await saveIn(model, name);
    const theirs = await loadLayersModel(url(name));
    await theirs.trainOnBatch(x, y);
    await model.trainOnBatch(inNacre(x), inNacre(y));
    await sameWeights(model, theirs, 2e-5);
  });

await check('a file that TensorFlow.js wrote anew holds what it changed', async () => {
  const theirs = await loadLayersModel(url('adam'));
  await theirs.trainOnBatch(x, y);
  await theirs.save(toFolder(join(folder, 'anew')), { includeOptimizer: true });
  const again = await loadModel(path('anew'));
  await sameWeights(again, theirs, 0);
  await theirs.trainOnBatch(x, y);
  await again.trainOnBatch(inNacre(x), inNacre(y));
  await sameWeights(again, theirs, 2e-5);
});

// What TensorFlow.js writes.
for (const [name, { input, make }] of Object.entries(tfjsModels)) {
  for (const [kind, options, tolerance] of [
    ['', {}, 1e-5],
    [' in small files of two groups', { shardBytes: 100, groups: 2 }, 1e-5],
    [' as uint8', { quantized: 'uint8' }, 1e-5],
    [' as uint16', { quantized: 'uint16', shardBytes: 33 }, 1e-5],
    [' as float16', { quantized: 'float16' }, 1e-5],
  ])
    await check(`Nacre predicts the same with TensorFlow.js's ${name}${kind}`, async () => {
      const model = make();
      const place = `tfjs-${name}${kind.replaceAll(' ', '-')}`;
      await model.save(toFolder(join(folder, place), options));
      // What TensorFlow.js itself makes of the file, so that quantization costs both the same.
      const theirs = await loadLayersModel(url(place));
      const data = tensorOf(input, 5);
      expectNear(await predictedByNacre(await loadModel(path(place)), data), predictedByTfjs(theirs, data), tolerance);
      expectNear(await predictedByNacre(await loadModel(url(place)), data), predictedByTfjs(theirs, data), tolerance);
    });
}

for (const name of Object.keys(tfjsOptimizers))
  await check(`Nacre goes on with TensorFlow.js's ${name}`, async () => {
    const { model } = await trainedWith(name, 3);
    await model.save(toFolder(join(folder, `theirs-${name}`)), { includeOptimizer: true });
    const ours = await loadModel(path(`theirs-${name}`));
    const [theirLoss] = await model.trainOnBatch(x, y);
    const loss = await ours.trainOnBatch(inNacre(x), inNacre(y));
    expectNear([Array.isArray(loss) ? loss[0] : loss], [theirLoss], 1e-5);
    await sameWeights(ours, model, 2e-5);
  });

server.close();
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
