import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import { useFiles } from '../../../../tests/support/files.js';
import { smallData, smallModel, weightsOf } from '../../../../tests/support/models.js';
import { ndarray, type NDArray } from '../../../base/ndarray.js';
import { readNpz, writeNpz } from '../../../formats/npz.js';
import * as layers from '../../layers/index.js';
import { weightsByPath } from '../../layers/within.js';
import { sequential, type Sequential } from '../../model/sequential.js';
import { setRandomSeed } from '../../naming.js';
import * as optimizers from '../../optimizers/index.js';
import { loadModel } from '../load-model.js';

useBackend();
const files = useFiles();

const { x, y } = smallData(12);
const options = { batchSize: 5, verbose: 0 } as const;

const pathsOf = (model: Sequential): string[] => [...weightsByPath(model.layers).keys()];

function dropoutModel(): Sequential {
  const model = sequential([
    layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: optimizers.adam({ amsgrad: true }), loss: 'sparseCategoricalCrossentropy' });
  return model;
}

describe('.npz', () => {
  test('a loaded model goes on as if it had never stopped', async () => {
    setRandomSeed(3);
    const whole = dropoutModel();
    await whole.fit(x, y, { ...options, epochs: 4 });
    setRandomSeed(3);
    const first = dropoutModel();
    await first.fit(x, y, { ...options, epochs: 2 });
    await first.save('half.npz');
    // Other layers in between must not change what dropout draws.
    dropoutModel();
    const second = await loadModel('half.npz');
    expect(await weightsOf(second)).toEqual(await weightsOf(first));
    await second.fit(x, y, { ...options, epochs: 4, initialEpoch: 2 });
    expect(await weightsOf(second)).toEqual(await weightsOf(whole));
  });

  test('holds weights under their paths, which NumPy reads too', async () => {
    const model = smallModel();
    await model.saveWeights('w.npz');
    const arrays = await readNpz((await files.read('w.npz'))!, 'w.npz');
    expect([...arrays.keys()]).toEqual([...pathsOf(model), '__metadata__']);
    expect(arrays.get(pathsOf(model)[0]!)!.shape).toEqual([3, 4]);
    const other = dropoutModel();
    expect(await weightsOf(other)).not.toEqual(await weightsOf(model));
    await other.loadWeights('w.npz');
    expect(await weightsOf(other)).toEqual(await weightsOf(model));
  });

  test('bytes are recognised, and equal models give equal bytes', async () => {
    const model = smallModel();
    const bytes = await model.toBytes({ format: 'npz' });
    expect(await model.toBytes({ format: 'npz' })).toEqual(bytes);
    expect(await weightsOf(await loadModel(bytes))).toEqual(await weightsOf(model));
  });

  test('takes weights that NumPy wrote, by path or in order, in double precision too', async () => {
    const model = smallModel();
    const inDouble: NDArray[] = await Promise.all(
      model.getWeights().map(async (weight) => ndarray(Float64Array.from(await weight.data()), weight.shape)),
    );
    const byPath = smallModel();
    for (const [target, names] of [
      [byPath, pathsOf(byPath)],
      [dropoutModel(), ['arr_0', 'arr_1', 'arr_2', 'arr_3']],
    ] as const) {
      const arrays = new Map(names.map((name, index) => [name, inDouble[index]!]));
      // In whatever order the archive has them.
      await files.write('numpy.npz', await writeNpz(new Map([...arrays].reverse()), { compress: true }));
      await target.loadWeights('numpy.npz');
      expect(await weightsOf(target)).toEqual(await weightsOf(model));
    }
  });

  test('refuses what does not fit, with nothing changed', async () => {
    const model = smallModel();
    const before = await weightsOf(model);
    await files.write('numpy.npz', await writeNpz(new Map([['arr_0', ndarray(Float32Array.of(1))]])));
    await expect(model.loadWeights('numpy.npz')).rejects.toThrow(/numpy\.npz/);
    await expect(loadModel('numpy.npz')).rejects.toThrow(/has weights but no model/);
    await files.write('wrong.npz', new Uint8Array(40));
    await expect(loadModel('wrong.npz')).rejects.toThrow("'wrong.npz': expected a zip archive");
    expect(await weightsOf(model)).toEqual(before);
  });

  test.each<[string, NDArray, RegExp]>([
    [
      'numbers',
      ndarray(Float32Array.of(1)),
      /array '__metadata__': expected at most 100000000 uint8, received 1 float32/,
    ],
    ['bytes that are no text', ndarray(Uint8Array.of(0xff)), /'m\.npz', array '__metadata__': expected UTF-8 text/],
    ['a text that is no JSON', ndarray(Uint8Array.of(0x7b)), /'m\.npz', array '__metadata__': expected JSON/],
    ['a list', ndarray(Uint8Array.of(0x5b, 0x5d)), /expected an object of texts/],
  ])('refuses a description that is %s', async (_what, metadata, error) => {
    await files.write('m.npz', await writeNpz(new Map([['__metadata__', metadata]])));
    await expect(loadModel('m.npz')).rejects.toThrow(error);
  });
});
