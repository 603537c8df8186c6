// Cutting a model at a layer: the part shares its layers and weights with the whole.
import { beforeEach, describe, expect, test } from 'vitest';
import { resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { smallData } from '../../../tests/support/models.js';
import { conv2d, dense, flatten, input, type Layer } from '../layers/index.js';
import { clearNames } from '../naming.js';
import { sequential, type Sequential } from './sequential.js';

useBackend();
beforeEach(() => {
  clearNames();
  resetConsole();
});

const { x, y } = smallData(12);
const quiet = { verbose: 0 } as const;

function whole(): Sequential {
  return sequential([
    dense({ units: 4, activation: 'relu', inputShape: [3] }),
    dense({ units: 5, activation: 'tanh', name: 'middle' }),
    dense({ units: 2, activation: 'softmax' }),
  ]);
}

const values = async (layer: Layer): Promise<ArrayLike<number>[]> =>
  Promise.all(layer.weights.map(({ value }) => value.data()));

describe('upTo', () => {
  test('gives what the layer of that name gives', async () => {
    const model = whole();
    const part = model.upTo('middle', { name: 'part' });
    expect([part.name, part.built, part.inputShape, part.outputShape]).toEqual(['part', true, [null, 3], [null, 5]]);
    expect(part.layers).toEqual(model.layers.slice(0, 2));
    const output = await (await part.predict(x, quiet)).data();
    const rest = model.layers[2]!.apply(await part.predict(x, quiet));
    expect(await rest.data()).toEqual(await (await model.predict(x, quiet)).data());
    expect(output).toHaveLength(60);
    expect(model.upTo(-2).outputShape).toEqual([null, 5]);
    expect(model.upTo(0).layers).toHaveLength(1);
  });

  test('shares weights: training one with another head trains the other', async () => {
    const model = whole();
    const features = model.upTo('middle');
    const other = sequential([features, dense({ units: 2, activation: 'softmax' })]);
    const before = await values(model);
    other.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    await other.fit(x, y, quiet);
    const after = await values(model);
    expect(after.slice(0, 4).every((value, i) => JSON.stringify(value) !== JSON.stringify(before[i]))).toBe(true);
    expect(after.slice(4)).toEqual(before.slice(4));
    expect(await values(features)).toEqual(after.slice(0, 4));
  });

  test('leaves the whole as it is when the part gets other layers', () => {
    const model = whole();
    const part = model.upTo('middle');
    part.add(dense({ units: 7 }));
    part.layers[0]!.trainable = false;
    expect([model.layers.length, model.outputShape, part.outputShape]).toEqual([3, [null, 2], [null, 7]]);
    expect(model.layers[0]!.trainable).toBe(false);
    model.pop();
    expect(part.layers).toHaveLength(3);
  });

  test('keeps what the model takes, and models within it', async () => {
    const model = sequential([
      input({ shape: [4, 4, 1], dtype: 'float32' }),
      sequential({ name: 'base', layers: [conv2d({ filters: 2, kernelSize: 3 }), flatten()] }),
      dense({ units: 2 }),
    ]);
    const part = model.upTo('base');
    expect([part.inputShape, part.outputShape, part.layers.length]).toEqual([[null, 4, 4, 1], [null, 8], 1]);
    const unbuilt = sequential([flatten({ name: 'flat' }), dense({ units: 2 })]);
    expect(unbuilt.upTo('flat').built).toBe(false);
    await unbuilt.predict(x, quiet);
    expect(unbuilt.upTo('flat').inputShape).toEqual([null, 3]);
  });

  test('says which layers there are', () => {
    expect(() => whole().upTo('flatten')).toThrow(
      /upTo: model "sequential" has no layer 'flatten'\. Its layers: dense, middle, dense_1\./,
    );
    expect(() => whole().upTo(7)).toThrow(/has no layer 7/);
    expect(() => whole().upTo('middle', { nam: 'a' } as never)).toThrow(/nam/);
  });
});
