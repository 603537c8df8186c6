// Takes models to real Keras and back. Nacre trains each for five steps and writes it in each of Keras's formats; Keras
// loads it, has to predict the same, and to arrive at the same weights with the next step; Nacre reads what Keras then
// saves, has to predict what Keras does, and to take the step after that as Keras's file goes on there. Closes with
// `N passed, N failed`. Needs `npm run build`, and Python with Keras 3: NACRE_PYTHON names it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel, setRandomSeed, tensor } from '../../dist/node.js';
import { cases } from './keras-models.mjs';

/** @typedef {import('../../dist/node.js').Sequential} Model */
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

const python = process.env.NACRE_PYTHON;
const allFormats = ['keras', 'weights.h5', 'h5'];
const samples = 8;
const tolerance = 2e-5;

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

/**
 * @param {ArrayLike<number>} actual
 * @param {readonly number[]} expected
 */
function difference(actual, expected) {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  expected.forEach((value, index) => {
    const distance = Math.abs(value - /** @type {number} */ (actual[index])) / Math.max(1, Math.abs(value));
    worst = Number.isNaN(distance) ? Infinity : Math.max(worst, distance);
  });
  return worst;
}

/** @param {Model} model */
async function weightsOf(model) {
  const values = [];
  for (const weight of model.getWeights()) values.push(...(await weight.data()));
  return values;
}

/** @param {Plain[]} values */
const flat = (values) => values.flatMap(({ data }) => data);

if (!python) {
  console.error('Set NACRE_PYTHON to a Python that has Keras 3, for example /path/to/venv/bin/python.');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'nacre-interop-'));
let passed = 0;
let failed = 0;
/** @type {string[]} */
const rows = [];

/** @type {Map<string, { predictions: number[], weights: number[], after: number[] }>} */
const expected = new Map();

/** @param {import('./keras-models.mjs').Case} each @param {number} index */
async function write(each, index) {
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
  const predictions = [...(await (await model.predict(x, { verbose: 0 })).data())];
  await model.trainOnBatch(x, y);
  const after = [...(await (await model.predict(x, { verbose: 0 })).data())];
  expected.set(each.name, { predictions, weights: await weightsOf(model), after });
  return {
    name: each.name,
    files,
    x: { dtype: 'float32', shape: data.xShape, data: [...data.x] },
    y: { dtype: data.yType, shape: data.yShape, data: [...data.y] },
  };
}

/**
 * @param {string} name
 * @param {string} what
 * @param {string} problem empty if there is none
 */
function note(name, what, problem) {
  if (problem === '') passed++;
  else failed++;
  rows.push(`${problem === '' ? 'ok  ' : 'FAIL'} ${name.padEnd(32)} ${what.padEnd(24)} ${problem}`);
}

/** @param {number} worst */
const far = (worst) => (worst <= tolerance ? '' : `differs by ${worst.toExponential(1)}`);

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

/** What Nacre makes of what Keras saved. @param {import('./keras-models.mjs').Case} each @param {number} index */
async function back(each, index) {
  const data = dataOf(each);
  const x = tensor(data.x, data.xShape);
  const y = tensor(data.y, data.yShape);
  /** @type {Result} */
  const result = JSON.parse(readFileSync(join(folder, `${index}-keras.result.json`), 'utf8'));
  if (result.error !== undefined) return;
  try {
    const model = await loadModel(join(folder, `${index}.back.keras`));
    const predictions = await (await model.predict(x, { verbose: 0 })).data();
    note(each.name, 'back: predicts', far(difference(predictions, result.after.data)));
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

try {
  const described = [];
  for (const [index, each] of cases.entries()) described.push(await write(each, index));
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(described));
  const script = fileURLToPath(new URL('in_keras.py', import.meta.url));
  const run = spawnSync(python, ['-B', '-W', 'ignore', script, folder], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${python} failed: ${run.stderr}`);
  console.log(run.stdout.trim());
  for (const [index, each] of cases.entries()) {
    for (const format of each.formats ?? allFormats)
      judge(each, format, JSON.parse(readFileSync(join(folder, `${index}-${format}.result.json`), 'utf8')));
    await back(each, index);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(rows.join('\n'));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
