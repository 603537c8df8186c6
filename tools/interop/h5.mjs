// Takes whole models as .h5 files to real Keras 3 and Keras 2 and back. Nacre trains each for five steps and writes it;
// Keras has to predict the same and to go on training, with an optimizer that begins anew: these files carry its state
// for Nacre only (docs/saving.md says why). Nacre reads what Keras then saves, has to predict what Keras does, and to
// arrive at Keras's weights with the step after that. Closes with `N passed, N failed`.
// Needs `npm run build`, and Python with Keras 3 and, to try Keras 2, tf_keras: NACRE_PYTHON names it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, random, setRandomSeed } from '../../dist/node.js';
import { cases } from './keras-models.mjs';
import { difference, far, note, predictionsOf, throughPython, weightsOf } from './with-python.mjs';

/** @typedef {import('../../dist/node.js').Tensor} Values */
/** @typedef {import('./keras-models.mjs').Case} Case */
/**
 * @typedef {object} Result
 * @property {string} [error]
 * @property {number[]} predictions
 * @property {Record<string, number>} logs
 * @property {number[]} weights
 * @property {number[]} after
 * @property {number[]} later
 */

const samples = 8;

/** Keras 2 takes the optimizers of these files for its older ones, which have no weight decay. */
const notInKeras2 = ['adam, amsgrad'];
/** The older RMSprop of Keras 2 adds its small number under the root. */
const otherInKeras2 = /^rmsprop/;

/** @param {Case} each @returns {{ x: Values, y: Values }} */
function dataOf({ shape, target }) {
  const x = random.uniform([samples, ...shape], -1, 1, { seed: 3 });
  const numbers = random.uniform([samples, ...target], 0, target.length === 0 ? 3 : 2, { seed: 4 }).floor();
  return { x, y: target.length === 0 ? numbers.cast('int32') : numbers };
}

/** @param {Values} values */
async function plain(values) {
  return { dtype: values.dtype, shape: [...values.shape], data: [...(await values.data())] };
}

/** @param {string} folder @param {Case} each @param {number} index */
async function write(folder, each, index) {
  setRandomSeed(5);
  const { x, y } = dataOf(each);
  const model = each.make();
  for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
  const file = join(folder, `${index}.h5`);
  await model.save(file);
  const predictions = await predictionsOf(model, x);
  // The same weights with an optimizer that begins anew.
  setRandomSeed(5);
  const anew = each.make();
  anew.setWeights(model.getWeights());
  const logs = await anew.testOnBatch(x, y, { returnDict: true });
  await anew.trainOnBatch(x, y);
  return {
    name: each.name,
    file,
    x: await plain(x),
    y: await plain(y),
    predictions,
    logs,
    weights: await weightsOf(anew),
  };
}

/**
 * @param {string} folder
 * @param {Case} each
 * @param {number} index
 * @param {Awaited<ReturnType<typeof write>>} own
 * @param {string} library
 */
async function judge(folder, each, index, own, library) {
  const file = join(folder, `${index}-${library}.json`);
  if (!existsSync(file) || (library === 'tf_keras' && notInKeras2.includes(each.name))) return;
  const result = /** @type {Result} */ (JSON.parse(readFileSync(file, 'utf8')));
  if (result.error !== undefined) return note(each.name, `${library}: loads`, result.error.slice(0, 300));
  note(each.name, `${library}: predicts`, far(difference(result.predictions, own.predictions)));
  const names = Object.keys(own.logs).sort();
  const isNamed = names.join() === Object.keys(result.logs).sort().join();
  const logs = names.map((name) => /** @type {number} */ (own.logs[name]));
  const theirs = names.map((name) => result.logs[name] ?? NaN);
  note(
    each.name,
    `${library}: evaluates`,
    isNamed ? far(difference(theirs, logs)) : `has ${Object.keys(result.logs).join()}, not ${names.join()}`,
  );
  const isOther = library === 'tf_keras' && otherInKeras2.test(each.name);
  if (!each.random && !isOther) note(each.name, `${library}: next step`, far(difference(result.weights, own.weights)));
  try {
    const { x, y } = dataOf(each);
    const model = await loadModel(join(folder, `${index}-${library}.back.h5`));
    note(each.name, `${library}, back: predicts`, far(difference(await predictionsOf(model, x), result.after)));
    note(
      each.name,
      `${library}, back: weights`,
      difference(await weightsOf(model), result.weights) === 0 ? '' : 'differ',
    );
    await model.trainOnBatch(x, y);
    if (!each.random && !isOther)
      note(each.name, `${library}, back: next step`, far(difference(await weightsOf(model), result.later)));
  } catch (error) {
    note(each.name, `${library}, back`, String(error).slice(0, 400));
  }
}

await throughPython(
  'h5.py',
  async (folder) => {
    const described = [];
    for (const [index, each] of cases.entries()) described.push(await write(folder, each, index));
    return described;
  },
  async (folder, described) => {
    for (const library of ['keras', 'tf_keras'])
      for (const [index, each] of cases.entries()) {
        const own = described[index];
        if (own) await judge(folder, each, index, own, library);
      }
  },
);
