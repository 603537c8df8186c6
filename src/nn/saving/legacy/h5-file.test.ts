// HDF5 files of Keras 2 and 3: those that they wrote, those that Nacre writes, and damaged ones.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { consoleOf } from '../../../../tests/support/console.js';
import { useBackend } from '../../../../tests/support/engine.js';
import { useFiles } from '../../../../tests/support/files.js';
import { goldenArray, readGolden, type GoldenArray } from '../../../../tests/support/golden.js';
import { smallData, smallModel, weightsOf } from '../../../../tests/support/models.js';
import { readHdf5, writeHdf5, type Hdf5Group } from '../../../formats/hdf5.js';
import { fromNDArray } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { activeFiles } from '../../files.js';
import * as layers from '../../layers/index.js';
import * as metrics from '../../metrics/index.js';
import type { CompileOptions } from '../../model/compiled.js';
import { sequential, type Sequential } from '../../model/sequential.js';
import { clearNames } from '../../naming.js';
import * as optimizers from '../../optimizers/index.js';
import * as schedules from '../../optimizers/schedules/index.js';
import { loadModel } from '../load-model.js';

useBackend();
useFiles();
beforeEach(() => clearNames());

interface Case {
  readonly name: string;
  readonly x: GoldenArray;
  readonly y: GoldenArray;
  readonly predictions: GoldenArray;
  readonly logs?: Readonly<Record<string, number>>;
  readonly weights?: readonly GoldenArray[];
}

const { cases } = readGolden('legacy_files') as { readonly cases: readonly Case[] };

function recordedFile(name: string): Uint8Array {
  const file = new URL(`../../../../tests/golden/files/legacy/${name}.h5.gz`, import.meta.url);
  return new Uint8Array(gunzipSync(readFileSync(file)));
}

const tensorOf = (array: GoldenArray): Tensor => fromNDArray(goldenArray(array));

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const off = Array.from(expected, (value, i) => Math.abs(actual[i]! - value) / (1 + Math.abs(value)));
  expect(Math.max(...off)).toBeLessThan(tolerance);
}

async function predictionsOf(model: Sequential, x: Tensor): Promise<number[]> {
  return [...(await (await model.predict(x, { verbose: 0 })).data())];
}

describe('a file of Keras predicts the same, and its training goes on', () => {
  const whole = cases.filter(({ name }) => !name.endsWith('weights'));
  test.each(whole.map((each) => [each.name, each] as const))('%s', async (name, recorded) => {
    const said = consoleOf();
    const model = await loadModel(recordedFile(name));
    expect(said.warnings()).toEqual([]);
    const x = tensorOf(recorded.x);
    expectNear(await predictionsOf(model, x), goldenArray(recorded.predictions).data, 1e-5);
    if (!recorded.logs) return expect(model.optimizer).toBeUndefined();
    const results = await model.trainOnBatch(x, tensorOf(recorded.y), { returnDict: true });
    const { loss, ...others } = recorded.logs;
    expectNear([results.loss!], [loss!], 1e-5);
    expect(Object.keys(results).filter((key) => key !== 'loss')).toEqual(Object.keys(others));
    const after = recorded.weights!.flatMap((weight) => [...goldenArray(weight).data]);
    // Keras 2's older RMSprop adds its small number under the root.
    expectNear(await weightsOf(model), after, name.includes('older-rmsprop') ? 1e-3 : 1e-5);
  });
});

describe('weights alone', () => {
  const recorded = cases.find(({ name }) => name === 'keras2-chain-weights')!;
  const chain = (first: string, last: string): Sequential =>
    sequential([
      layers.dense({ units: 4, activation: 'relu', inputShape: [3], name: first }),
      layers.dense({ units: 2, name: last }),
    ]);
  beforeEach(async () => {
    await activeFiles().write('keras.h5', recordedFile(recorded.name));
  });

  test('of Keras 2 go into a model of the same layers, whatever their names', async () => {
    const model = chain('a', 'b');
    await model.loadWeights('keras.h5');
    expectNear(await predictionsOf(model, tensorOf(recorded.x)), goldenArray(recorded.predictions).data, 1e-5);
    await expect(loadModel('keras.h5')).rejects.toThrow(/has weights but no model/);
  });

  test('by name go into the layers that have one', async () => {
    const model = chain('first', 'other');
    const before = await weightsOf(model);
    await model.loadWeights('keras.h5', { byName: true });
    const after = await weightsOf(model);
    const whole = chain('first', 'last');
    await whole.loadWeights('keras.h5');
    const firstCount = 3 * 4 + 4;
    expect(after.slice(0, firstCount)).toEqual((await weightsOf(whole)).slice(0, firstCount));
    expect(after.slice(firstCount)).toEqual(before.slice(firstCount));
    const wider = sequential([layers.dense({ units: 5, inputShape: [3], name: 'first' })]);
    await expect(wider.loadWeights('keras.h5', { byName: true })).rejects.toThrow(
      /'first\/first\/kernel:0' has shape \[3, 4\], and the model's 'first\/kernel' \[3, 5\]/,
    );
    await expect(model.loadWeights('keras.h5', { nmaes: true } as object)).rejects.toThrow(/Unknown option/);
    await expect(model.loadWeights('keras.h5', { layout: 'keras' })).rejects.toThrow(/are for files of named arrays/);
  });

  test('of other layers are refused, and nothing changes', async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3], name: 'd' })]);
    const before = await weightsOf(model);
    await expect(model.loadWeights('keras.h5')).rejects.toThrow(
      /'keras.h5': expected 1 layers with weights \(d\), received 2 \(first, last\)/,
    );
    const bare = sequential([
      layers.dense({ units: 4, inputShape: [3], useBias: false, name: 'e' }),
      layers.dense({ units: 2, name: 'f' }),
    ]);
    await expect(bare.loadWeights('keras.h5')).rejects.toThrow(
      /layer 'e' has 1 weights \(\[3, 4\]\), and 'first' of the file 2 \(\[3, 4\], \[4\]\)/,
    );
    expect(await weightsOf(model)).toEqual(before);
  });

  test('are written and read with the state of the optimizer', async () => {
    const { x, y } = smallData(12);
    const model = smallModel();
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await model.fit(x, y, { verbose: 0 });
    await model.saveWeights('own.h5');
    const other = smallModel();
    other.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await other.loadWeights('own.h5');
    expect(await weightsOf(other)).toEqual(await weightsOf(model));
    expect(await other.optimizer!.iterations.value.item()).toBe(1);
  });
});

describe('a model that Nacre wrote goes on as if it had never stopped', () => {
  const { x, y } = smallData(12);
  test.each<[string, () => Exclude<CompileOptions['optimizer'], undefined>]>([
    ['adam', () => optimizers.adam({ learningRate: 0.01, amsgrad: true, clipNorm: 1 })],
    ['sgd', () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
    ['rmsprop with decay', () => optimizers.rmsprop({ decay: 0.01, centered: true })],
    [
      'a schedule',
      () => optimizers.sgd(schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 20, warmupTarget: 0.2 })),
    ],
  ])('%s', async (_name, optimizer) => {
    const model = sequential([
      layers.dense({ units: 4, activation: 'relu', inputShape: [3], kernelRegularizer: 'l2' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ]);
    model.compile({
      optimizer: optimizer(),
      loss: 'bce',
      metrics: ['acc', metrics.binaryAccuracy({ threshold: 0.3, name: 'low' })],
      weightedMetrics: ['mse'],
    });
    const options = { batchSize: 5, verbose: 0 } as const;
    await model.fit(x, y, { ...options, epochs: 2 });
    await model.save('model.hdf5');
    const again = await loadModel('model.hdf5');
    expect(again.getConfig()).toEqual(model.getConfig());
    const before = await model.fit(x, y, { ...options, epochs: 4, initialEpoch: 2 });
    const after = await again.fit(x, y, { ...options, epochs: 4, initialEpoch: 2 });
    expect(after.history).toEqual(before.history);
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
  });
});

test('lists of names that are too long for one attribute are kept in several', async () => {
  const long = 'n'.repeat(300);
  const all = Array.from({ length: 300 }, (_, index) =>
    layers.activation({ activation: 'relu', name: `${long}_${index}` }),
  );
  const model = sequential([layers.dense({ units: 2, inputShape: [2], name: 'only' }), ...all]);
  const bytes = await model.toBytes({ format: 'h5' });
  const root = await readHdf5(bytes, 'm');
  const { attributes } = root.groups.get('model_weights')!;
  expect(attributes.has('layer_names')).toBe(false);
  expect(attributes.get('layer_names0')).toHaveLength(212);
  expect(attributes.get('layer_names1')).toHaveLength(301 - 212);
  expect((await loadModel(bytes)).layers).toHaveLength(301);
});

describe('refused', () => {
  /** A file of Keras's with its tree changed. */
  async function changed(change: (root: Hdf5Group) => void, name = 'keras3-chain-rmsprop'): Promise<Uint8Array> {
    const root = await readHdf5(recordedFile(name), 'm');
    change(root);
    return writeHdf5(root);
  }
  const modelWeights = (root: Hdf5Group): Hdf5Group => root.groups.get('model_weights')!;
  const replaceText = (root: Hdf5Group, name: string, from: string | RegExp, to: string): unknown =>
    root.attributes.set(name, (root.attributes.get(name) as string).replace(from, to));

  test.each<[string, (root: Hdf5Group) => void, RegExp]>([
    [
      'a config that is no JSON',
      (root) => root.attributes.set('model_config', '{'),
      /attribute 'model_config': expected JSON/,
    ],
    [
      'a config that is a list',
      (root) => root.attributes.set('model_config', '[]'),
      /'model_config': expected an object/,
    ],
    ['a config that is a number', (root) => root.attributes.set('model_config', 3), /'model_config': expected a text/],
    [
      'a training that is none',
      (root) => root.attributes.set('training_config', '3'),
      /'training_config': expected an object/,
    ],
    [
      'names that are no list',
      (root) => modelWeights(root).attributes.set('layer_names', 'first'),
      /'layer_names': expected a list/,
    ],
    ['a layer that is not there', (root) => modelWeights(root).groups.delete('first'), /it lists the layer 'first'/],
    [
      'an array that is not there',
      (root) => modelWeights(root).groups.get('last')!.groups.delete('last'),
      /last: it lists 'last\/kernel'/,
    ],
    [
      'a state that is not there',
      (root) => root.groups.get('optimizer_weights')!.groups.clear(),
      /optimizer_weights: it lists 'rm_sprop\/iteration'/,
    ],
    [
      'more units than weights',
      (root) => replaceText(root, 'model_config', /"units": \d+/g, '"units": 1000000000000'),
      /the file has 26/,
    ],
    [
      'a prototype',
      (root) => replaceText(root, 'model_config', '"units"', '"__proto__"'),
      /'__proto__' is not allowed/,
    ],
    [
      'code',
      (root) => replaceText(root, 'model_config', '"Dense"', '"Lambda"'),
      /'first' \(Lambda\): holds code of Python/,
    ],
    [
      'kernels that are turned around',
      (root) => modelWeights(root).attributes.set('backend', 'theano'),
      /written with Theano/,
    ],
  ])('%s', async (what, change, message) => {
    const bytes = await changed(change, what.startsWith('kernels') ? 'keras3-images-adam' : undefined);
    await expect(loadModel(bytes)).rejects.toThrow(message);
    await expect(loadModel(bytes)).rejects.toThrow(expect.objectContaining({ name: 'DataError' }));
  });

  test('what is compiled with something that Nacre lacks is loaded, not compiled, and a line says so', async () => {
    const said = consoleOf();
    const bytes = await changed((root) => {
      replaceText(root, 'training_config', '"RMSprop"', '"Ftrl"');
      replaceText(root, 'training_config', '"metrics": ["mse"]', '"metrics": ["mse", "nonsense"]');
    });
    const model = await loadModel(bytes);
    expect(model.optimizer).toBeUndefined();
    expect(said.warnings().join()).toMatch(/the optimizer 'Ftrl', the metric 'nonsense'/);
  });
});
