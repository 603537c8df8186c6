import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import { useFiles } from '../../../../tests/support/files.js';
import { smallData, smallModel, weightsOf } from '../../../../tests/support/models.js';
import { fromNested } from '../../../base/ndarray.js';
import { emptyHdf5Group, readHdf5, writeHdf5, type Hdf5Group } from '../../../formats/hdf5.js';
import { readZip, writeZip } from '../../../formats/zip.js';
import * as layers from '../../layers/index.js';
import type { CompileOptions } from '../../model/compiled.js';
import { sequential, type Sequential } from '../../model/sequential.js';
import { setRandomSeed } from '../../naming.js';
import * as optimizers from '../../optimizers/index.js';
import * as schedules from '../../optimizers/schedules/index.js';
import type { LayerOutline, ModelContents } from '../format.js';
import { kerasFile } from './keras-file.js';
import { loadModel } from '../load-model.js';

useBackend();
const files = useFiles();

const { x, y } = smallData(12);
const options = { batchSize: 5, verbose: 0 } as const;

const predictionsOf = async (model: Sequential): Promise<unknown> => (await model.predict(x, { verbose: 0 })).data();

function dropoutModel(optimizer: CompileOptions['optimizer'] = 'adam'): Sequential {
  const model = sequential([
    layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const optimizerCases: [string, () => CompileOptions['optimizer']][] = [
  ['sgd with momentum', () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, clipNorm: 1 })],
  ['adam', () => optimizers.adam({ learningRate: 0.01, amsgrad: true, weightDecay: 0.01 })],
  ['rmsprop', () => optimizers.rmsprop({ momentum: 0.5, centered: true })],
  ['adam with decay', () => optimizers.adam({ decay: 0.01 })],
  [
    'a schedule',
    () => optimizers.sgd(schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 20, warmupTarget: 0.2 })),
  ],
];

async function trainedThroughout(optimizer: () => CompileOptions['optimizer']): Promise<Sequential> {
  setRandomSeed(3);
  const whole = dropoutModel(optimizer());
  await whole.fit(x, y, { ...options, epochs: 4 });
  return whole;
}

async function trainedHalf(optimizer: () => CompileOptions['optimizer']): Promise<Sequential> {
  setRandomSeed(3);
  const half = dropoutModel(optimizer());
  await half.fit(x, y, { ...options, epochs: 2 });
  return half;
}

describe('.keras', () => {
  test.each(optimizerCases)('a loaded model goes on as if it had never stopped: %s', async (_name, optimizer) => {
    const whole = await trainedThroughout(optimizer);
    const first = await trainedHalf(optimizer);
    await first.save('half.keras');
    // Other layers in between must not change what dropout draws.
    dropoutModel();
    const second = await loadModel('half.keras');
    expect(await weightsOf(second)).toEqual(await weightsOf(first));
    expect(await predictionsOf(second)).toEqual(await predictionsOf(first));
    await second.fit(x, y, { ...options, epochs: 4, initialEpoch: 2 });
    expect(await weightsOf(second)).toEqual(await weightsOf(whole));
  });

  test('has the three files that Keras writes, in its order, stored', async () => {
    const model = smallModel();
    await model.save('model.keras');
    const bytes = (await files.read('model.keras'))!;
    const entries = await readZip(bytes, 'model.keras');
    expect([...entries.keys()]).toEqual(['metadata.json', 'config.json', 'model.weights.h5']);
    const stored = [...entries.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(bytes.length).toBeGreaterThan(stored);
    const metadata = JSON.parse(new TextDecoder().decode(entries.get('metadata.json')!.read())) as object;
    expect(metadata).toMatchObject({ keras_version: '3.0.0' });
  });

  test('equal models give equal bytes', async () => {
    const model = smallModel();
    expect(await model.toBytes({ format: 'keras' })).toEqual(await model.toBytes({ format: 'keras' }));
  });

  test('bytes are recognised', async () => {
    const model = smallModel();
    const same = await loadModel(await model.toBytes({ format: 'keras' }));
    expect(await weightsOf(same)).toEqual(await weightsOf(model));
  });

  test('keeps texts and arrays beside the model', async () => {
    const contents: ModelContents = {
      name: 'model',
      config: { class_name: 'Sequential' },
      layers: [],
      weights: new Map(),
      optimizer: undefined,
      random: { seed: 3, streams: [1, 2] },
      texts: new Map([['run', '{"epoch": 3}']]),
      extra: new Map([
        ['best/0', fromNested([1, 2])],
        ['best/1', fromNested(3, 'int32')],
      ]),
    };
    const { main } = await kerasFile.write!(contents, 'model.keras');
    const source = { name: 'model.keras', bytes: main, beside: () => Promise.resolve(undefined) };
    const file = await kerasFile.read!(source);
    expect(file.texts).toEqual(contents.texts);
    expect(file.extra).toEqual(contents.extra);
    expect(file.random).toEqual(contents.random);
    expect(file.weightElements).toBe(0);
  });

  test('holds whole models only', async () => {
    await expect(smallModel().saveWeights('model.keras')).rejects.toThrow(/holds a whole model/);
  });

  test.each<[string, (files: Map<string, Uint8Array>) => unknown, RegExp]>([
    ['no configuration', (entries) => entries.delete('config.json'), /expected a Keras file with 'config.json'/],
    ['no weights', (entries) => entries.delete('model.weights.h5'), /with 'model.weights.h5'/],
    [
      'a configuration that is no JSON',
      (entries) => entries.set('config.json', new TextEncoder().encode('{')),
      /'model.keras', config.json: expected JSON/,
    ],
    [
      'weights that are no HDF5',
      (entries) => entries.set('model.weights.h5', new Uint8Array(9)),
      /'model.keras, model.weights.h5': expected an HDF5 file/,
    ],
  ])('refuses a file with %s', async (_name, change, message) => {
    const entries = new Map<string, Uint8Array>();
    for (const [name, entry] of await readZip(await smallModel().toBytes({ format: 'keras' }), 'bytes'))
      entries.set(name, entry.read());
    change(entries);
    await files.write('model.keras', await writeZip(entries));
    await expect(loadModel('model.keras')).rejects.toThrow(
      expect.objectContaining({ name: 'DataError', message: expect.stringMatching(message) as string }),
    );
  });

  test('refuses weights that unpack to far more than there are', async () => {
    const entries = new Map([
      ['config.json', new TextEncoder().encode('{}')],
      ['model.weights.h5', new Uint8Array(10_000_000)],
    ]);
    await files.write('bomb.keras', await writeZip(entries, { compress: true }));
    await expect(loadModel('bomb.keras')).rejects.toThrow(/unpacks to 10000000 bytes from a file of/);
  });
});

describe('.weights.h5', () => {
  test.each(optimizerCases)('goes on as if training had never stopped: %s', async (_name, optimizer) => {
    const whole = await trainedThroughout(optimizer);
    const first = await trainedHalf(optimizer);
    await first.saveWeights('half.weights.h5');
    setRandomSeed(3);
    const second = dropoutModel(optimizer());
    await second.loadWeights('half.weights.h5');
    expect(await predictionsOf(second)).toEqual(await predictionsOf(first));
    await second.fit(x, y, { ...options, epochs: 4, initialEpoch: 2 });
    expect(await weightsOf(second)).toEqual(await weightsOf(whole));
  });

  test('finds layers by their place among those of their class', async () => {
    const model = sequential([
      layers.dense({ units: 2, inputShape: [3], name: 'one' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 2, name: 'two' }),
    ]);
    await model.saveWeights('model.weights.h5');
    const root = await readHdf5((await files.read('model.weights.h5'))!, 'model.weights.h5');
    const list = root.groups.get('layers')!.groups;
    expect([...list.keys()].sort()).toEqual(['dense', 'dense_1', 'dropout']);
    const vars = (name: string): Hdf5Group => list.get(name)!.groups.get('vars')!;
    expect(vars('dense_1').attributes.get('name')).toBe('two');
    expect(vars('dropout').arrays.size).toBe(0);

    const other = sequential([
      layers.dense({ units: 2, inputShape: [3], name: 'two' }),
      layers.dense({ units: 2, name: 'one' }),
    ]);
    await other.loadWeights('model.weights.h5');
    expect(await weightsOf(other)).toEqual(await weightsOf(model));
  });

  test('reads the layers of Keras 2.13 to 2.15, which called their list otherwise', async () => {
    const model = smallModel();
    await model.saveWeights('new.weights.h5');
    const root = await readHdf5((await files.read('new.weights.h5'))!, 'file');
    root.groups.set('_layer_checkpoint_dependencies', root.groups.get('layers')!);
    root.groups.delete('layers');
    await files.write('old.weights.h5', await writeHdf5(root));
    const other = smallModel();
    await other.loadWeights('old.weights.h5');
    expect(await weightsOf(other)).toEqual(await weightsOf(model));
  });

  test('holds weights alone', async () => {
    await expect(smallModel().save('model.weights.h5')).rejects.toThrow(/holds weights alone/);
  });

  test('lists what is missing and what is left over', async () => {
    await sequential([layers.dense({ units: 2, inputShape: [3] })]).saveWeights('small.weights.h5');
    const model = sequential([
      layers.dense({ units: 2, inputShape: [3], useBias: false, name: 'a' }),
      layers.dense({ units: 2, name: 'b' }),
    ]);
    await expect(model.loadWeights('small.weights.h5')).rejects.toThrow(
      /'b\/kernel' \[2, 2\] is missing.*'layers\/dense\/vars\/1' \[2\] is not in the model/,
    );
  });

  test('finds the layers of a model within a model, each list on its own', async () => {
    const { readKerasTree, kerasTree } = await import('./weight-tree.js');
    const weight = (path: string): LayerOutline['weights'][number] => ({
      name: 'kernel',
      path,
      shape: [1],
      dtype: 'float32',
      trainable: true,
    });
    const dense = (name: string): LayerOutline => ({
      name,
      className: 'Dense',
      weights: [weight(`${name}/kernel`)],
      layers: [],
    });
    const outlines = [
      dense('a'),
      { name: 'inner', className: 'Sequential', weights: [], layers: [dense('b'), dense('c')] },
      dense('d'),
    ];
    const weights = new Map(['a', 'b', 'c', 'd'].map((name, index) => [`${name}/kernel`, fromNested([index])]));
    const tree = kerasTree({
      name: 'outer',
      config: undefined,
      layers: outlines,
      weights,
      optimizer: undefined,
      random: { seed: 0, streams: [] },
      texts: new Map(),
      extra: new Map(),
    });
    const { found, leftOver } = readKerasTree(tree, 'file').weightsFor(outlines, {});
    expect([...found].map(([path, { name }]) => [path, name])).toEqual([
      ['a/kernel', 'layers/dense/vars/0'],
      ['b/kernel', 'layers/sequential/layers/dense/vars/0'],
      ['c/kernel', 'layers/sequential/layers/dense_1/vars/0'],
      ['d/kernel', 'layers/dense_1/vars/0'],
    ]);
    expect(leftOver.size).toBe(0);
    const byName = readKerasTree(tree, 'file').weightsFor([dense('d'), dense('a'), dense('x')], { byName: true });
    expect([...byName.found].map(([path, { array }]) => [path, array.data[0]])).toEqual([
      ['d/kernel', 3],
      ['a/kernel', 0],
    ]);
  });

  test('says why names cannot be found in files that have none', async () => {
    const { readKerasTree } = await import('./weight-tree.js');
    const root = emptyHdf5Group();
    const vars = emptyHdf5Group();
    vars.arrays.set('0', fromNested([1]));
    const dense = { ...emptyHdf5Group(), groups: new Map([['vars', vars]]) };
    root.groups.set('layers', { ...emptyHdf5Group(), groups: new Map([['dense', dense]]) });
    const outline: LayerOutline = { name: 'a', className: 'Dense', weights: [], layers: [] };
    expect(() => readKerasTree(root, "'file'").weightsFor([outline], { byName: true })).toThrow(
      /'file', layers\/dense: it does not say the name/,
    );
  });
});
