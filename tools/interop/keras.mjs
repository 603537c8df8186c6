// Takes models to real Keras and back. Nacre trains each for five steps and writes it in each of Keras's formats; Keras
// loads it, has to predict the same, and to arrive at the same weights with the next step; Nacre reads what Keras then
// saves, has to predict what Keras does, and to take the step after that as Keras's file goes on there. Closes with
// `N passed, N failed`. Needs `npm run build`, and Python with Keras 3: NACRE_PYTHON names it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, setRandomSeed, tensor } from '../../dist/node.js';
import { cases } from './keras-models.mjs';
import { difference, far, note, predictionsOf, throughPython, weightsOf } from './with-python.mjs';

/** @typedef {{ shape: number[], data: number[] }} Plain */
/**
 * @typedef {object} Result
 * @property {string} [error]
 * @property {string[]} warnings
 * @property {Plain} predictions
 * @property {number} iterations
 * @property {Plain[]} weights
 * @property {Plain} after
 */

const allFormats = ['keras', 'weights.h5', 'h5'];
const samples = 8;

/** @param {string} text */
function seededNumbers(text) {
  let state = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** @param {import('./keras-models.mjs').Case} each */
function dataOf({ name, shape, target }) {
  const next = seededNumbers(name);
  const x = Float32Array.from({ length: samples * sizeOf(shape) }, () => Math.fround(next() * 2 - 1));
  const isClass = target.length === 0;
  const y = isClass
    ? Int32Array.from({ length: samples }, () => Math.floor(next() * 3))
    : Float32Array.from({ length: samples * sizeOf(target) }, () => Math.round(next()));
  return { x, y, xShape: [samples, ...shape], yShape: [samples, ...target], yType: isClass ? 'int32' : 'float32' };
}

/** @param {Plain[]} values */
const flat = (values) => values.flatMap(({ data }) => data);

/** @type {Map<string, { predictions: number[], weights: number[], after: number[] }>} */
const expected = new Map();

/** @param {string} folder @param {import('./keras-models.mjs').Case} each @param {number} index */
async function write(folder, each, index) {
  setRandomSeed(5);
  const data = dataOf(each);
  const x = tensor(data.x, data.xShape);
  const y = tensor(data.y, data.yShape);
  const model = each.make();
  for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
  const files = Object.fromEntries(
    (each.formats ?? allFormats).map((format) => [format, join(folder, `${index}.${format}`)]),
  );
  for (const [format, file] of Object.entries(files))
    await (format === 'weights.h5' ? model.saveWeights(file) : model.save(file));
  const predictions = await predictionsOf(model, x);
  await model.trainOnBatch(x, y);
  const after = await predictionsOf(model, x);
  expected.set(each.name, { predictions, weights: await weightsOf(model), after });
  return {
    name: each.name,
    files,
    x: { dtype: 'float32', shape: data.xShape, data: [...data.x] },
    y: { dtype: data.yType, shape: data.yShape, data: [...data.y] },
  };
}

/** What Keras made of a file. @param {import('./keras-models.mjs').Case} each @param {string} format @param {Result} result */
function judge(each, format, result) {
  const own = /** @type {{ predictions: number[], weights: number[], after: number[] }} */ (expected.get(each.name));
  if (result.error !== undefined) return note(each.name, `${format}: loads`, result.error.slice(0, 300));
  note(each.name, `${format}: loads`, result.warnings.join(' ').slice(0, 300));
  note(each.name, `${format}: predicts`, far(difference(result.predictions.data, own.predictions)));
  // Keras itself does not read the state of an optimizer from its older files.
  if (format === 'h5') return;
  note(each.name, `${format}: iterations`, result.iterations === 5 ? '' : `${result.iterations}`);
  if (each.random) return;
  note(each.name, `${format}: next step`, far(difference(flat(result.weights), own.weights)));
}

/**
 * What Nacre makes of what Keras saved.
 * @param {string} folder
 * @param {import('./keras-models.mjs').Case} each
 * @param {number} index
 */
async function back(folder, each, index) {
  const data = dataOf(each);
  const x = tensor(data.x, data.xShape);
  const y = tensor(data.y, data.yShape);
  /** @type {Result} */
  const result = JSON.parse(readFileSync(join(folder, `${index}-keras.result.json`), 'utf8'));
  if (result.error !== undefined) return;
  try {
    const model = await loadModel(join(folder, `${index}.back.keras`));
    note(each.name, 'back: predicts', far(difference(await predictionsOf(model, x), result.after.data)));
    note(each.name, 'back: weights', difference(await weightsOf(model), flat(result.weights)) === 0 ? '' : 'differ');
    if (each.formats && !each.formats.includes('weights.h5')) return;
    const fresh = each.make();
    await fresh.loadWeights(join(folder, `${index}.back.weights.h5`));
    await model.trainOnBatch(x, y);
    await fresh.trainOnBatch(x, y);
    if (each.random) return;
    note(each.name, 'back: next step', far(difference(await weightsOf(model), await weightsOf(fresh))));
  } catch (error) {
    note(each.name, 'back', String(error).slice(0, 400));
  }
}

await throughPython(
  'in_keras.py',
  async (folder) => {
    const described = [];
    for (const [index, each] of cases.entries()) described.push(await write(folder, each, index));
    return described;
  },
  async (folder) => {
    for (const [index, each] of cases.entries()) {
      for (const format of each.formats ?? allFormats)
        judge(each, format, JSON.parse(readFileSync(join(folder, `${index}-${format}.result.json`), 'utf8')));
      await back(folder, each, index);
    }
  },
);
