import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import { smallData, smallModel } from '../../../../tests/support/models.js';
import * as layers from '../../layers/index.js';
import { Sequential } from '../../model/sequential-to-train.js';
import { sequential } from '../../model/sequential.js';
import { modelFromJSON } from './model-from-json.js';

useBackend();

describe('a model from its configuration', () => {
  test('has the same layers, weights of its own, and can be compiled and trained', async () => {
    const model = smallModel();
    const again = await modelFromJSON(JSON.stringify(model));
    expect(again.getConfig()).toEqual(model.getConfig());
    expect(again.getWeights().map(({ shape }) => shape)).toEqual(model.getWeights().map(({ shape }) => shape));
    expect(again.optimizer).toBeUndefined();
    const { x, y } = smallData(8);
    again.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    const { history } = await again.fit(x, y, { epochs: 1, verbose: 0 });
    expect(history.loss).toHaveLength(1);
  });

  test('may come as objects, from toJSON or getConfig', async () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [2], name: 'only' })]);
    for (const again of [await modelFromJSON(model.toJSON()), await Sequential.fromConfig(model.getConfig())])
      expect(again.getConfig()).toEqual(model.getConfig());
  });

  test('may be of Keras 2', async () => {
    const config = {
      class_name: 'Sequential',
      config: {
        name: 'old',
        layers: [
          {
            class_name: 'Dense',
            config: { name: 'd', units: 2, activation: 'relu', batch_input_shape: [null, 4], dtype: 'float32' },
          },
        ],
      },
    };
    const model = await modelFromJSON(JSON.stringify(config));
    expect(model.layers.map(({ name }) => name)).toEqual(['d']);
    expect(model.inputShape).toEqual([null, 4]);
  });
});

test.each<[string, unknown, RegExp]>([
  ['no text and no object', 7, /expected a configuration or the text of one, received 7/],
  ['no JSON', '{', /modelFromJSON: expected JSON/],
  ['a list', '[]', /expected the configuration of a model/],
  [
    'layers that there are not',
    {
      module: 'keras',
      class_name: 'Sequential',
      config: {
        name: 'm',
        layers: [
          { module: 'keras.layers', class_name: 'LSTM', config: { name: 'l', units: 2 }, registered_name: null },
        ],
      },
    },
    /LSTM/,
  ],
])('refused: %s', async (_what, json, message) => {
  await expect(modelFromJSON(json as string)).rejects.toThrow(message);
});
