// Records files of TensorFlow.js itself, small ones, with what it predicts: tests/golden/files/tfjs/. Needs
// `npm ci --prefix tools/interop`, and no Python.
// @ts-nocheck: types of the libraries are there only once tools/interop is installed.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tensorOf, tfjsModels, tfjsOptimizers, toFolder, trainedWith } from '../interop/tfjs-models.mjs';

const folder = fileURLToPath(new URL('../../tests/golden/files/tfjs', import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

/** As the other recorded files have arrays. */
const recorded = (array) => ({ dtype: array.dtype, shape: array.shape, data: [...array.dataSync()].map(shortest) });

/** The shortest decimal that rounds back to the same float32. */
function shortest(value) {
  for (let digits = 6; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return Number(text);
  }
  return value;
}

const predictions = [];
for (const [name, { input, make }] of Object.entries(tfjsModels)) {
  const model = make();
  const x = tensorOf(input, 5);
  const y = model.predict(x);
  for (const [kind, options] of [
    ['', { shardBytes: 200, groups: 2 }],
    ['-uint8', { quantized: 'uint8' }],
    ['-uint16', { quantized: 'uint16' }],
    ['-float16', { quantized: 'float16' }],
  ]) {
    await model.save(toFolder(join(folder, name + kind), options));
    // Of the exact weights; those that were rounded come near.
    predictions.push({ name: name + kind, quantized: kind.slice(1), x: recorded(x), y: recorded(y) });
  }
}

const trainings = [];
for (const name of Object.keys(tfjsOptimizers)) {
  const { model, x, y } = await trainedWith(name, 3);
  await model.save(toFolder(join(folder, `after-${name}`)), { includeOptimizer: true });
  await model.trainOnBatch(x, y);
  trainings.push({ name: `after-${name}`, x: recorded(x), y: recorded(y), weights: model.getWeights().map(recorded) });
}

const about = 'Written by tools/golden/tfjs_files.mjs.';
const json = { about, versions: { tfjs: '4.22.0' }, predictions, trainings };
writeFileSync(join(folder, 'recorded.json'), `${JSON.stringify(json)}\n`);
