import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { consoleOf } from '../../../../tests/support/console.js';
import { useBackend } from '../../../../tests/support/engine.js';
import { useFiles } from '../../../../tests/support/files.js';
import { goldenArray, type GoldenArray } from '../../../../tests/support/golden.js';
import { smallData, smallModel, weightsOf } from '../../../../tests/support/models.js';
import { expectNear } from '../../../../tests/support/keras.js';
import type { Json } from '../../../formats/json.js';
import { fromNDArray } from '../../../tensor/creation.js';
import { setFiles } from '../../files.js';
import * as layers from '../../layers/index.js';
import type { CompileOptions } from '../../model/compiled.js';
import { sequential, type Sequential } from '../../model/sequential.js';
import { clearNames, setRandomSeed } from '../../naming.js';
import * as optimizers from '../../optimizers/index.js';
import * as schedules from '../../optimizers/schedules/index.js';
import { loadModel } from '../load-model.js';

useBackend();
const files = useFiles();

const { x, y } = smallData(12);
const quietly = { epochs: 1, batchSize: 4, verbose: 0 } as const;

interface ModelJson {
  modelTopology: { class_name: string; config: { layers: { class_name: string; config: Record<string, Json> }[] } };
  trainingConfig?: Json;
  weightsManifest: { paths: string[]; weights: { name: string; group?: string }[] }[];
  userDefinedMetadata: { nacre: Record<string, Json> };
}

async function jsonOf(path: string): Promise<ModelJson> {
  return JSON.parse(new TextDecoder().decode(await files.read(path))) as ModelJson;
}

async function change(path: string, how: (json: ModelJson) => void): Promise<void> {
  const json = await jsonOf(path);
  how(json);
  await files.write(path, new TextEncoder().encode(JSON.stringify(json)));
}

/** Of the folder of the files. */
const names = async (folder: string): Promise<string[]> => (await files.list(folder))!.map(({ name }) => name);

function dropoutModel(optimizer: NonNullable<CompileOptions['optimizer']>): Sequential {
  const model = sequential([
    layers.dense({ units: 4, activation: 'relu', inputShape: [3], kernelRegularizer: 'l2' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 2, activation: 'softmax', kernelInitializer: 'lecunNormal' }),
  ]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

describe('a model that goes on from its file does what it would have done', () => {
  test.each<[string, () => NonNullable<CompileOptions['optimizer']>, string[]]>([
    ['sgd', () => optimizers.sgd(0.1), ['iter']],
    ['sgd with momentum', () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }), []],
    ['adam', () => 'adam', ['iter', 'a/kernel/m', 'a/bias/m', 'b/kernel/m', 'b/bias/m', 'a/kernel/v']],
    ['adam with more', () => optimizers.adam({ amsgrad: true, weightDecay: 0.01, clipNorm: 1 }), []],
    [
      'adam on a schedule',
      () => optimizers.adam(schedules.exponentialDecay({ initialLearningRate: 0.01, decaySteps: 3, decayRate: 0.5 })),
      [],
    ],
    ['rmsprop', () => 'rmsprop', ['iter', 'a/kernel/rms']],
    ['rmsprop, centered', () => optimizers.rmsprop({ centered: true, momentum: 0.5 }), []],
  ])('%s', async (_name, optimizer, inTfjs) => {
    setRandomSeed(3);
    const model = dropoutModel(optimizer());
    await model.fit(x, y, quietly);
    await model.save('m/model.json');
    const again = await loadModel('m/model.json');
    expect(again.describe()).toEqual(model.describe());
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
    const history = (await model.fit(x, y, { ...quietly, epochs: 2 })).history;
    expect((await again.fit(x, y, { ...quietly, epochs: 2 })).history).toEqual(history);
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
    // What TensorFlow.js goes on with, where it has such an optimizer.
    const { weightsManifest, trainingConfig } = await jsonOf('m/model.json');
    const [a, , b] = model.layers.map(({ name }) => name);
    const kept = weightsManifest[0]!.weights.filter(({ group }) => group === 'optimizer').map(({ name }) => name);
    expect(kept).toEqual(
      expect.arrayContaining(inTfjs.map((name) => name.replace(/^a\//, `${a}/`).replace(/^b\//, `${b}/`))),
    );
    expect(kept.length === 0).toBe(inTfjs.length === 0);
    expect(trainingConfig === undefined).toBe(inTfjs.length === 0);
  });

  test('before it was trained or compiled', async () => {
    const model = smallModel({ compiled: false });
    await model.save('model.json');
    const again = await loadModel('model.json');
    expect(again.describe()).toEqual(model.describe());
    expect(again.optimizer).toBeUndefined();
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await model.save('model.json');
    expect((await loadModel('model.json')).describe()).toEqual(model.describe());
    expect((await jsonOf('model.json')).trainingConfig).toMatchObject({ loss: 'sparse_categorical_crossentropy' });
  });

  test('with a rate that changed in training', async () => {
    const model = dropoutModel(optimizers.sgd(0.1));
    await model.fit(x, y, quietly);
    model.optimizer!.learningRate = 0.3;
    await model.save('model.json');
    const again = await loadModel('model.json');
    expect(again.optimizer!.learningRate).toBe(0.3);
    await model.fit(x, y, quietly);
    await again.fit(x, y, quietly);
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
  });
});

describe('what TensorFlow.js finds in a file', () => {
  test('is in its words', async () => {
    clearNames();
    await sequential([
      layers.input({ shape: [6, 6, 1], name: 'image', dtype: 'uint8' }),
      layers.conv2d({ filters: 2, kernelSize: 3, kernelInitializer: 'lecunUniform', kernelRegularizer: 'l1' }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ]).save('model.json');
    const { modelTopology, weightsManifest } = await jsonOf('model.json');
    const [input, conv] = modelTopology.config.layers;
    expect(input).toEqual({
      class_name: 'InputLayer',
      config: { batch_input_shape: [null, 6, 6, 1], dtype: 'int32', sparse: false, name: 'image' },
    });
    expect(conv!.config).toMatchObject({
      name: 'conv2d',
      dtype: 'float32',
      activation: 'linear',
      kernel_initializer: { class_name: 'LeCunUniform', config: { seed: null } },
      kernel_regularizer: { class_name: 'L1L2', config: { l1: 0.01, l2: 0 } },
    });
    expect(weightsManifest[0]!.weights.map(({ name }) => name)).toEqual([
      'conv2d/kernel',
      'conv2d/bias',
      'dense/kernel',
      'dense/bias',
    ]);
  });

  test('is not all there for a model with a layer of the user, and a line says so', async () => {
    class Doubled extends layers.Layer {
      readonly className = 'Doubled';
      constructor(options: layers.LayerOptions = {}) {
        super('Doubled', options);
      }
      override computeOutputShape(shape: layers.PartialShape): layers.PartialShape {
        return shape;
      }
      override call(input: typeof x): typeof x {
        return input.mul(2);
      }
    }
    const square = (input: typeof x): typeof x => input.square();
    const said = consoleOf();
    const model = sequential([layers.dense({ units: 2, inputShape: [3], activation: square }), new Doubled()]);
    await model.save('model.json');
    expect(said.warnings()).toEqual([
      "'model.json': TensorFlow.js does not have the activation square, the layer Doubled, so it cannot use the file. Nacre can.",
    ]);
    const again = await loadModel('model.json', { customObjects: { Doubled, square } });
    expect(again.describe()).toEqual(model.describe());
  });

  test('is never of float64', async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3], dtype: 'float64' })]);
    await expect(model.save('model.json')).rejects.toThrow(/TensorFlow.js has no float64.*kernel'/);
    expect(await files.exists('model.json')).toBe(false);
  });
});

describe('files', () => {
  test('of an earlier model go once the new one is whole, and no others', async () => {
    const model = smallModel();
    await model.save('m/model.json');
    const before = await names('m');
    await files.write('m/model-notes.bin', new Uint8Array(1));
    await model.fit(x, y, quietly);
    await model.save('m/model.json');
    const after = await names('m');
    expect(before).toHaveLength(2);
    expect(after).toHaveLength(3);
    expect(after.filter((name) => before.includes(name))).toEqual(['model.json']);
    expect(await weightsOf(await loadModel('m/model.json'))).toEqual(await weightsOf(model));
    await model.save('m/model.json');
    expect(await names('m')).toEqual(after);
  });

  test('stay the old ones when writing fails, at whichever', async () => {
    const model = smallModel();
    await model.save('m/model.json');
    const weights = await weightsOf(model);
    await model.fit(x, y, quietly);
    const whole = files;
    const before = await names('m');
    for (const failing of [/\.bin$/, /\.json$/]) {
      setFiles({
        ...whole,
        write: async (path, bytes) => {
          if (failing.test(path)) throw new Error('the disk is full');
          await whole.write(path, bytes);
        },
      });
      await expect(model.save('m/model.json')).rejects.toThrow('the disk is full');
      expect(await names('m')).toEqual(before);
      expect(await weightsOf(await loadModel('m/model.json'))).toEqual(weights);
    }
  });

  test('of several models lie in one folder', async () => {
    const first = smallModel();
    await first.save('a.json');
    await first.save('a-1.json');
    const second = smallModel();
    await second.fit(x, y, quietly);
    await second.save('a.json');
    expect(await weightsOf(await loadModel('a-1.json'))).toEqual(await weightsOf(first));
    expect(await weightsOf(await loadModel('a.json'))).toEqual(await weightsOf(second));
  });

  test('of weights alone go into a model whose layers have other names', async () => {
    const model = dropoutModel('adam');
    await model.fit(x, y, quietly);
    await model.saveWeights('w.json');
    const other = dropoutModel('adam');
    await other.loadWeights('w.json');
    expect(await weightsOf(other)).toEqual(await weightsOf(model));
    expect(await other.optimizer!.iterations.value.item()).toBe(3);
    await expect(loadModel('w.json')).rejects.toThrow(/'?w.json'? has weights but no model/);
    await expect(model.toBytes({ format: 'tfjs' })).rejects.toThrow(/several files. Use model.save/);
  });

  test('that others wrote anew are read as they are now', async () => {
    const model = smallModel();
    await model.fit(x, y, quietly);
    await model.save('model.json');
    await change('model.json', (json) => {
      json.modelTopology.config.layers[1]!.config.activation = 'sigmoid';
    });
    const again = await loadModel('model.json');
    expect(again.layers[0]!.getConfig().activation).toBe('sigmoid');
    expect(await again.optimizer!.iterations.value.item()).toBe(3);
  });

  test.each<[string, (nacre: Record<string, Json>) => void, RegExp]>([
    ['another version', (nacre) => (nacre.version = 2), /expected version 1, received 2. Use the version of Nacre/],
    ['a config that is none', (nacre) => (nacre.config = 3), /userDefinedMetadata.nacre.config: expected an object/],
    ['no seed', (nacre) => (nacre.random = {}), /nacre.random: expected a seed/],
    ['texts that are none', (nacre) => (nacre.texts = { a: 1 }), /nacre.texts: expected an object of texts/],
    ['an optimizer that is none', (nacre) => (nacre.optimizer = {}), /nacre.optimizer: expected a class_name/],
    [
      'variables that are not there',
      (nacre) => (nacre.optimizer = { class_name: 'SGD', variables: ['a'] }),
      /nacre.optimizer: expected 2 variables/,
    ],
    ['a list of weights that is none', (nacre) => (nacre.weights = 1), /nacre.weights: expected a list of groups/],
  ])('of Nacre with %s are refused', async (_what, how, message) => {
    const model = smallModel();
    await model.fit(x, y, quietly);
    await model.save('model.json');
    await change('model.json', (json) => how(json.userDefinedMetadata.nacre));
    await expect(loadModel('model.json')).rejects.toThrow(message);
    await expect(loadModel('model.json')).rejects.toThrow(expect.objectContaining({ name: 'DataError' }));
  });
});

interface Recorded {
  readonly predictions: readonly { name: string; quantized: string; x: GoldenArray; y: GoldenArray }[];
  readonly trainings: readonly { name: string; x: GoldenArray; y: GoldenArray; weights: readonly GoldenArray[] }[];
}

const folder = new URL('../../../../tests/golden/files/tfjs/', import.meta.url);
const recordedIn = (file: string): Recorded => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recorded;
const tensorOf = (array: GoldenArray): typeof x => fromNDArray(goldenArray(array));

/** A model that was recorded. */
async function load(name: string): Promise<Sequential> {
  setFiles({ ...files, read: async (path) => new Uint8Array(readFileSync(new URL(path, folder))) });
  return loadModel(`${name}/model.json`);
}

describe('files of TensorFlow.js itself, and of its converter', () => {
  const { predictions, trainings } = recordedIn('recorded.json');
  const converted = recordedIn('converted.json').predictions;

  test.each([...predictions, ...converted])(
    '$name predicts as there',
    async ({ name, quantized, x: input, y: expected }) => {
      const said = consoleOf();
      const model = await load(name);
      const predicted = await model.predict(tensorOf(input), { verbose: 0 });
      expect(predicted.shape).toEqual(expected.shape);
      expectNear(
        await predicted.data(),
        goldenArray(expected).data,
        quantized === '' ? 1e-6 : quantized === 'uint8' ? 0.02 : 2e-3,
      );
      expect(said.warnings()).toEqual([]);
    },
  );

  test.each(trainings)('$name goes on as there', async ({ name, x: input, y: target, weights }) => {
    const model = await load(name);
    expect(await model.optimizer!.iterations.value.item()).toBe(3);
    await model.trainOnBatch(tensorOf(input), tensorOf(target));
    expectNear(
      await weightsOf(model),
      weights.flatMap((array) => [...goldenArray(array).data]),
      2e-6,
    );
    expect(await model.optimizer!.iterations.value.item()).toBe(4);
  });

  test('of Keras are compiled as there', async () => {
    const { optimizer, loss } = await load('keras2-dense');
    expect([optimizer?.className, loss?.name]).toEqual(['Adam', 'categorical_crossentropy']);
  });

  test('compiled with a loss that Nacre does not have are loaded, and a line says so', async () => {
    const whole = readFileSync(new URL('after-adam/model.json', folder), 'utf8');
    const shard = new Uint8Array(readFileSync(new URL('after-adam/group1-shard1of1.bin', folder)));
    await files.write('m/group1-shard1of1.bin', shard);
    await files.write('m/model.json', new TextEncoder().encode(whole.replace('"categorical_crossentropy"', '"mine"')));
    const said = consoleOf();
    expect((await loadModel('m/model.json')).optimizer).toBeUndefined();
    expect(said.warnings().join()).toMatch(/'m\/model.json' was compiled with .*mine/);
  });
});
