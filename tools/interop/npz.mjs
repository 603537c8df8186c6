// Takes NumPy's files there and back: NumPy reads the arrays and the model that Nacre wrote, and Nacre the weights that
// NumPy then saves. Closes with `N passed, N failed`. Needs `npm run build`, and Python with NumPy: NACRE_PYTHON names it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNpz } from '../../dist/formats/npz.js';
import { layers, sequential, tensor } from '../../dist/node.js';
import { note, throughPython } from './with-python.mjs';

/**
 * @param {string} what
 * @param {unknown} actual
 * @param {unknown} expected
 */
function compare(what, actual, expected) {
  const [received, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  note('NumPy', what, received === wanted ? '' : `expected ${wanted}, received ${received}`);
}

/** Every dtype, with the values that are easily lost. */
const arrays = new Map(
  /** @type {const} */ ([
    ['single', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -0, 1e-45, 3.4028234663852886e38) }],
    ['double', { dtype: 'float64', shape: [1], data: Float64Array.of(0.1) }],
    ['whole', { dtype: 'int32', shape: [], data: Int32Array.of(-(2 ** 31)) }],
    ['in/a folder', { dtype: 'uint8', shape: [0, 3], data: new Uint8Array(0) }],
    ['flags', { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) }],
  ]),
);
/** @param {ArrayBufferView} data */
const hex = (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

const network = () =>
  sequential([layers.dense({ units: 4, inputShape: [3], name: 'first' }), layers.dense({ units: 2, name: 'last' })]);
/** @param {import('../../dist/node.js').Sequential} model */
const exactWeightsOf = (model) => Promise.all(model.getWeights().map(async (weight) => hex(await weight.data())));

await throughPython(
  'in_numpy.py',
  async (folder) => {
    for (const compress of [false, true])
      writeFileSync(join(folder, `arrays-${compress}.npz`), await writeNpz(arrays, { compress }));
    const model = network();
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(tensor([[1, 2, 3]]), tensor([[1, 2]]), { epochs: 2, verbose: 0 });
    await model.save(join(folder, 'model.npz'));
    return exactWeightsOf(model);
  },
  async (folder, weights) => {
    /** @type {Record<string, Record<string, [dtype: string, shape: number[], bytes: string]>>} */
    const read = JSON.parse(readFileSync(join(folder, 'read.json'), 'utf8'));
    for (const compress of [false, true])
      compare(
        `arrays, ${compress ? 'deflated' : 'stored'}`,
        read[`arrays-${compress}.npz`],
        Object.fromEntries(Array.from(arrays, ([name, { dtype, shape, data }]) => [name, [dtype, shape, hex(data)]])),
      );
    const names = ['first/kernel', 'first/bias', 'last/kernel', 'last/bias'];
    compare(
      'weights of a model',
      names.map((name) => read['model.npz']?.[name]?.[2]),
      weights,
    );
    for (const file of ['by-name.npz', 'in-order.npz']) {
      const other = network();
      await other.loadWeights(join(folder, file));
      compare(`weights from NumPy, ${file}`, await exactWeightsOf(other), weights);
    }
  },
);
