import { describe, expect, test } from 'vitest';
import { consoleOf } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { useFiles } from '../../../tests/support/files.js';
import { smallData, smallModel, weightsOf } from '../../../tests/support/models.js';
import { RandomStream } from '../../base/random.js';
import { readSafetensors } from '../../formats/safetensors.js';
import { writeSafetensors } from '../../formats/write-safetensors.js';
import type { Tensor } from '../../tensor/tensor.js';
import * as layers from '../layers/index.js';
import * as losses from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import type { CompileOptions } from '../model/compiled.js';
import { sequential, type Sequential } from '../model/sequential.js';
import { clearNames, setRandomSeed } from '../naming.js';
import * as optimizers from '../optimizers/index.js';
import * as schedules from '../optimizers/schedules/index.js';
import { loadModel } from './load-model.js';

useBackend();
const files = useFiles();

const { x, y } = smallData(12);

function dropoutModel(optimizer: CompileOptions['optimizer'] = 'adam'): Sequential {
  const model = sequential([
    layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

test.each<[string, () => CompileOptions['optimizer']]>([
  ['sgd with momentum', () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, clipNorm: 1 })],
  ['adam', () => optimizers.adam({ learningRate: 0.01, amsgrad: true, weightDecay: 0.01 })],
  ['rmsprop', () => 'rmsprop'],
  ['adam with decay', () => optimizers.adam({ decay: 0.01 })],
  [
    'a schedule',
    () => optimizers.sgd(schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 20, warmupTarget: 0.2 })),
  ],
])('a loaded model goes on as if it had never stopped: %s', async (_name, optimizer) => {
  const options = { batchSize: 5, verbose: 0 } as const;
  setRandomSeed(3);
  const whole = dropoutModel(optimizer());
  await whole.fit(x, y, { ...options, epochs: 4 });

  setRandomSeed(3);
  const first = dropoutModel(optimizer());
  await first.fit(x, y, { ...options, epochs: 2 });
  await first.save('half.safetensors');
  // Other layers in between must not change what dropout draws.
  dropoutModel();
  const second = await loadModel('half.safetensors');
  expect(second.name).toBe(first.name);
  expect(await weightsOf(second)).toEqual(await weightsOf(first));
  expect(await (await second.predict(x, { verbose: 0 })).data()).toEqual(
    await (await first.predict(x, { verbose: 0 })).data(),
  );
  const { history } = await second.fit(x, y, { ...options, epochs: 4, initialEpoch: 2 });
  expect(Object.keys(history)).toEqual(['accuracy', 'loss']);
  expect(await weightsOf(second)).toEqual(await weightsOf(whole));
});

test('a seed that was not chosen is that of the file', async () => {
  const { globalSeed } = await import('../naming.js');
  const model = smallModel();
  await model.save('m.safetensors');
  const before = globalSeed();
  setRandomSeed(before + 1);
  await loadModel('m.safetensors');
  expect(globalSeed()).toBe(before + 1);
});

describe('a model is the same after a round trip', () => {
  const models: Readonly<Record<string, () => Sequential>> = {
    'images, all kinds of layers': () =>
      sequential([
        layers.conv2d({
          filters: 3,
          kernelSize: [3, 2],
          padding: 'same',
          activation: 'tanh',
          inputShape: [6, 6, 2],
          kernelInitializer: 'heNormal',
          biasRegularizer: 'l1',
        }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.averagePooling2d({ poolSize: [1, 2], strides: 1 }),
        layers.activation({ activation: 'relu' }),
        layers.reshape({ targetShape: [-1, 3] }),
        layers.flatten(),
        layers.dropout({ rate: 0.25, seed: 7 }),
        layers.dense({ units: 4, useBias: false, kernelRegularizer: 'l2', trainable: false, name: 'last' }),
      ]),
    'an input layer that casts': () =>
      sequential([layers.input({ shape: [3], dtype: 'int32', name: 'numbers' }), layers.dense({ units: 2 })]),
    'weights of float64': () => sequential([layers.dense({ units: 2, inputShape: [3], dtype: 'float64' })]),
    'built by its shape': () => {
      const model = sequential([layers.dense({ units: 2 })]);
      model.build([null, 3]);
      return model;
    },
  };
  test.each(Object.keys(models))('%s', async (name) => {
    const model = models[name]!();
    const again = await loadModel(await model.toBytes());
    expect(again.getConfig()).toEqual(model.getConfig());
    expect(again.trainableWeights.map((weight) => weight.name)).toEqual(
      model.trainableWeights.map((weight) => weight.name),
    );
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
    expect(again.optimizer).toBeUndefined();
    expect(await again.toBytes()).toEqual(await model.toBytes());
  });

  test('and what it was compiled with', async () => {
    const model = smallModel();
    model.compile({
      optimizer: optimizers.adam({
        learningRate: schedules.exponentialDecay({
          initialLearningRate: 0.1,
          decaySteps: 10,
          decayRate: 0.5,
          staircase: true,
        }),
      }),
      loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ['acc', metrics.sparseCategoricalAccuracy({ name: 'share' })],
      weightedMetrics: 'sparseCategoricalCrossentropy',
    });
    const again = await loadModel(await model.toBytes());
    expect(again.describe()).toEqual(model.describe());
    const run = { epochs: 1, batchSize: 4, shuffle: false, verbose: 0 } as const;
    expect((await again.fit(x, y, run)).history).toEqual((await model.fit(x, y, run)).history);
    expect((await loadModel(await model.toBytes(), { compile: false })).optimizer).toBeUndefined();
  });
});

test('weights lie under their paths, the optimizer under its own', async () => {
  const model = smallModel();
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  await model.fit(x, y, { verbose: 0 });
  const { tensors, metadata } = readSafetensors(await model.toBytes(), 'm');
  const [first] = model.layers;
  expect([...tensors.keys()]).toContain(`${first!.name}/kernel`);
  expect([...tensors.keys()]).toContain(`optimizer/${first!.name}_kernel_velocity`);
  expect(tensors.get('optimizer/iteration')!.data[0]).toBe(1);
  expect(metadata.get('format')).toBe('nacre');
  expect(JSON.parse(metadata.get('model_config')!)).toEqual(JSON.parse(JSON.stringify(model.describe())));
});

describe('weights alone', () => {
  test('go into a model whose layers have other names, in order', async () => {
    const model = smallModel();
    await model.fit(x, y, { verbose: 0 });
    await model.saveWeights('w.safetensors');
    const other = smallModel();
    expect(other.weights[0]!.name).not.toBe(model.weights[0]!.name);
    await other.loadWeights('w.safetensors');
    expect(await weightsOf(other)).toEqual(await weightsOf(model));
    expect(await other.optimizer!.iterations.value.item()).toBe(1);
    await expect(loadModel('w.safetensors')).rejects.toThrow(/has weights but no model/);
  });

  test('another optimizer keeps its state, and a line says so', async () => {
    const model = smallModel();
    await model.fit(x, y, { verbose: 0 });
    await model.saveWeights('w.safetensors');
    const other = smallModel();
    other.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const said = consoleOf();
    await other.loadWeights('w.safetensors');
    expect(said.warnings().join()).toMatch(/of another optimizer \(SGD, 2 variables\).*\(Adam, 10\)/);
  });

  test('of another model are refused, and nothing changes', async () => {
    const model = smallModel();
    const before = await weightsOf(model);
    const other = sequential([layers.dense({ units: 5, inputShape: [3], name: 'other' })]);
    await other.saveWeights('w.safetensors');
    await expect(model.loadWeights('w.safetensors')).rejects.toThrow(
      /'w.safetensors'.*kernel' \[3, 4\] is missing.*'other\/kernel' \[3, 5\] is not in the model/,
    );
    expect(await weightsOf(model)).toEqual(before);
  });

  test('of another shape are refused', async () => {
    clearNames();
    const model = smallModel();
    clearNames();
    const other = sequential([layers.dense({ units: 3, inputShape: [3] }), layers.dense({ units: 2 })]);
    await other.saveWeights('w.safetensors');
    await expect(model.loadWeights('w.safetensors')).rejects.toThrow(
      /'dense\/kernel' has shape \[3, 3\], and the model's 'dense\/kernel' \[3, 4\]/,
    );
  });
});

describe('functions and classes of the user', () => {
  const halfSquares = (yTrue: Tensor, yPred: Tensor): Tensor => yTrue.sub(yPred).square().mul(0.5).mean(-1);
  class Doubled extends layers.Layer {
    readonly className = 'Doubled';
    constructor(options: layers.LayerOptions = {}) {
      super('Doubled', options);
    }
    override computeOutputShape(shape: layers.PartialShape): layers.PartialShape {
      return shape;
    }
    override call(input: Tensor): Tensor {
      return input.mul(2);
    }
  }
  const swish = (input: Tensor): Tensor => input.mul(input.sigmoid());
  const custom = (): Sequential => {
    const model = sequential([
      layers.dense({ units: 2, inputShape: [3], activation: swish }),
      new Doubled(),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: 'sgd', loss: halfSquares, metrics: [halfSquares] });
    return model;
  };

  test('are found by their names', async () => {
    const model = custom();
    const again = await loadModel(await model.toBytes(), { customObjects: { Doubled, swish, halfSquares } });
    expect(await again.evaluate(x, x.sum(1), { verbose: 0 })).toEqual(
      await model.evaluate(x, x.sum(1), { verbose: 0 }),
    );
  });

  test('layers that are missing are listed, all of them', async () => {
    const bytes = await custom().toBytes();
    await expect(loadModel(bytes)).rejects.toThrow(
      /activation "swish"\n- 'doubled[_0-9]*' \(Doubled\): there is no such layer/,
    );
  });

  test('without its loss a model is loaded, not compiled, and a line says what is missing', async () => {
    const said = consoleOf();
    const model = await loadModel(await custom().toBytes(), { customObjects: { Doubled, swish } });
    expect(said.warnings().join()).toMatch(/compiled with the loss 'halfSquares', the metric 'halfSquares'/);
    expect(model.optimizer).toBeUndefined();
    expect((await model.predict(x, { verbose: 0 })).shape).toEqual([12, 1]);
  });
});

describe('refused', () => {
  test('names whose ending is no format', async () => {
    await expect(smallModel().save('model.txt')).rejects.toThrow(/ends in .*\.safetensors.*, received 'model.txt'/);
    await expect(loadModel('model.bin')).rejects.toThrow(/ends in .*safetensors/);
    await expect(loadModel(7 as never)).rejects.toThrow(/a path or the bytes/);
    await expect(loadModel('m.safetensors', { compiled: true } as object)).rejects.toThrow(/Did you mean 'compile'/);
  });

  test('a missing file, and a model that is not built', async () => {
    await expect(loadModel('none.safetensors')).rejects.toThrow(/no file 'none.safetensors'/);
    await expect(sequential([layers.flatten()]).save('m.safetensors')).rejects.toThrow(/not built yet/);
    expect(await files.exists('m.safetensors')).toBe(false);
  });

  /** The file of a model with its configuration changed. */
  async function changed(change: (model: Record<string, never>) => void): Promise<Uint8Array> {
    const { tensors, metadata } = readSafetensors(await smallModel().toBytes(), 'm');
    const model = JSON.parse(metadata.get('model_config')!) as Record<string, never>;
    change(model);
    return writeSafetensors({ tensors, metadata: new Map([...metadata, ['model_config', JSON.stringify(model)]]) });
  }
  interface Changed {
    class_name: unknown;
    config: { name: unknown; layers: { class_name: unknown; module: unknown; config: Record<string, unknown> }[] };
    compile_config: Record<string, unknown>;
  }
  test.each<[string, (model: Changed) => void, RegExp]>([
    [
      'another class of model',
      (model) => void (model.class_name = 'Chain'),
      /class Sequential, or Functional with layers one after the other, received "Chain"/,
    ],
    ['no list of layers', (model) => void (model.config.layers = 3 as never), /a name and a list of layers/],
    [
      'a layer that is none',
      (model) => void (model.config.layers[1] = 3 as never),
      /layer 1: expected the description/,
    ],
    [
      'a factory that is no layer',
      (model) => void (model.config.layers[1] = { class_name: 'Zeros', module: 'keras.initializers', config: {} }),
      /'zeros_1' \(Zeros\): there is no such layer/,
    ],
    [
      'an unknown layer',
      (model) => void (model.config.layers[1]!.class_name = 'Lambda'),
      /'dense[_0-9]*' \(Lambda\): holds code of Python/,
    ],
    [
      'a member of the prototype',
      (model) => void (model.config.layers[1]!.class_name = 'constructor'),
      /\(constructor\): there is no such layer/,
    ],
    [
      'another namespace',
      (model) => void (model.config.layers[1]!.module = '__proto__'),
      /\(Dense\): there is no such layer \(of __proto__\)/,
    ],
    [
      'an unknown option',
      (model) => void (model.config.layers[1]!.config.size = 3),
      /layer 1 \(Dense\): Unknown option/,
    ],
    ['more units than weights', (model) => void (model.config.layers[1]!.config.units = 1e12), /the file has 26/],
    ['other units', (model) => void (model.config.layers[1]!.config.units = 3), /weights are not those of the model/],
    [
      'an optimizer with an absurd rate',
      (model) => void ((model.compile_config.optimizer as Changed['config']['layers'][0]).config.learning_rate = 'x'),
      /optimizer \(SGD\): optimizers.sgd/,
    ],
  ])('%s', async (_what, change, message) => {
    const bytes = await changed(change as never);
    await expect(loadModel(bytes)).rejects.toThrow(message);
    await expect(loadModel(bytes)).rejects.toThrow(expect.objectContaining({ name: 'DataError' }));
  });

  test('a loss that is no loss leaves the model without one', async () => {
    const said = consoleOf();
    const bytes = await changed((model) => void ((model as unknown as Changed).compile_config.loss = 'mean'));
    expect((await loadModel(bytes)).optimizer).toBeUndefined();
    expect(said.warnings().join()).toMatch(/compiled with the loss 'mean'/);
  });

  test('metadata that is not what it should be', async () => {
    const { tensors, metadata } = readSafetensors(await smallModel().toBytes(), 'm');
    for (const [key, text, message] of [
      ['format_version', '2', /version 1 of the format, received 2/],
      ['weights', '{}', /metadata 'weights': expected a list/],
      ['optimizer', '3', /metadata 'optimizer': expected an object/],
      ['optimizer', '{"class_name":"SGD","variables":["none"]}', /the tensor 'none'/],
      ['random', '{"seed":1}', /metadata 'random'/],
      ['random', '{"seed":1,"streams":[1]}', /a stream for each of 2 layers/],
      ['model_config', '[]', /metadata 'model_config': expected an object/],
      ['model_config', '{', /metadata 'model_config': expected JSON/],
    ] as const) {
      const bytes = writeSafetensors({ tensors, metadata: new Map([...metadata, [key, text]]) });
      await expect(loadModel(bytes)).rejects.toThrow(message);
    }
  });

  test('files with changed bytes: a model, or an error that names the file, never another kind of error', async () => {
    const model = smallModel();
    await model.fit(x, y, { verbose: 0 });
    const bytes = await model.toBytes();
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const stream = new RandomStream(2);
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const changed = bytes.slice();
      for (let change = stream.below(3); change >= 0; change--) {
        // Digits and letters: most other bytes are no JSON any more.
        const at = 8 + stream.below(headerLength);
        changed[at] = 0x30 + stream.below(75);
      }
      try {
        await loadModel(changed);
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ name: 'DataError', message: expect.stringMatching(/the bytes given/) as string });
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(400);
  });
});
