// A model as a layer of another model.
import { beforeEach, describe, expect, test } from 'vitest';
import { consoleOf } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { useFiles } from '../../../tests/support/files.js';
import { smallData, weightsOf } from '../../../tests/support/models.js';
import { readSafetensors } from '../../formats/safetensors.js';
import { full, scalar, tensor, zeros } from '../../tensor/creation.js';
import * as random from '../../tensor/random.js';
import { terminateOnNaN } from '../callbacks/index.js';
import { lookInside } from '../hints/look.js';
import type { Layer } from '../layers/layer.js';
import { weightsByPath } from '../layers/within.js';
import { conv2d, dense, dropout, flatten, input } from '../layers/index.js';
import { meanSquaredError } from '../losses/index.js';
import { clearNames, setRandomSeed } from '../naming.js';
import { loadModel } from '../saving/load-model.js';
import { Sequential, sequential } from './sequential.js';

useBackend();
useFiles();
beforeEach(() => clearNames());

const { x, y } = smallData(12);
const quiet = { verbose: 0 } as const;
const labelled = { loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] } as const;

/** The layers of a small classifier with dropout, drawn from the same seed each time. */
function parts(): readonly [Layer, Layer, Layer, Layer] {
  setRandomSeed(4);
  return [
    dense({ units: 4, activation: 'relu', inputShape: [3], kernelRegularizer: 'l2' }),
    dropout({ rate: 0.5 }),
    dense({ units: 4, activation: 'tanh' }),
    dense({ units: 2, activation: 'softmax' }),
  ];
}

function flat(): Sequential {
  return sequential(parts());
}

function nested(): { readonly base: Sequential; readonly model: Sequential } {
  const [a, b, c, d] = parts();
  const base = sequential({ name: 'base', layers: [sequential({ name: 'inmost', layers: [a, b] }), c] });
  return { base, model: sequential([base, d]) };
}

describe('a model within a model', () => {
  test('computes, trains and evaluates as the same layers without it, bit for bit', async () => {
    const models = [flat(), nested().model];
    const results = [];
    for (const model of models) {
      setRandomSeed(8);
      model.compile({ optimizer: 'adam', ...labelled });
      const { history } = await model.fit(x, y, { epochs: 3, batchSize: 5, ...quiet });
      const predicted = await (await model.predict(x, quiet)).data();
      results.push([history, predicted, await model.evaluate(x, y, quiet), await weightsOf(model)]);
    }
    expect(results[1]).toEqual(results[0]);
  });

  test('counts, lists and penalizes its weights', async () => {
    const [{ base, model }, other] = [nested(), flat()];
    expect(model.layers.map(({ name }) => name)).toEqual(['base', 'dense_2']);
    expect([model.countParams(), base.countParams()]).toEqual([other.countParams(), 36]);
    expect([model.weights.length, model.trainableWeights.length, model.penalties().length]).toEqual([6, 6, 1]);
    expect(await model.penalties()[0]!.item()).toBe(await other.penalties()[0]!.item());
    expect([model.inputShape, model.outputShape]).toEqual([
      [null, 3],
      [null, 2],
    ]);
    expect(model.getLayer('base')).toBe(base);
  });

  test('is built with the model around it, where it has no shape of its own', async () => {
    const base = sequential([flatten(), dense({ units: 4 })]);
    const model = sequential([base, dense({ units: 2 })]);
    expect([base.built, model.built]).toEqual([false, false]);
    base.add(dense({ units: 3 }));
    expect((await model.predict(zeros([2, 5]), quiet)).shape).toEqual([2, 2]);
    expect([base.inputShape, base.outputShape, model.countParams()]).toEqual([[null, 5], [null, 3], 24 + 15 + 8]);
  });

  test('can stand anywhere, take images of any size, and be applied by itself', async () => {
    const base = sequential([conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] })]);
    const model = sequential([input({ shape: [6, 5, 1] }), base, flatten(), dense({ units: 2 })]);
    expect(model.layers[1]!.inputShape).toEqual([null, 4, 3, 2]);
    expect((await model.predict(zeros([1, 6, 5, 1]), quiet)).shape).toEqual([1, 2]);
    expect(base.apply(zeros([1, 8, 8, 1])).shape).toEqual([1, 6, 6, 2]);
  });

  test('trains by itself afterwards, and the model around it sees the new weights', async () => {
    const { base, model } = nested();
    model.compile({ optimizer: 'sgd', ...labelled });
    await model.fit(x, y, quiet);
    const before = await model.evaluate(x, y, quiet);
    base.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await base.fit(x, zeros([12, 4]), quiet);
    expect(await model.evaluate(x, y, quiet)).not.toEqual(before);
    const output = await base.predict(x, quiet);
    const expected = await model.getLayer('dense_2').apply(output).data();
    expect(await (await model.predict(x, quiet)).data()).toEqual(expected);
  });

  test('cannot be trained while the model around it is', async () => {
    const { base, model } = nested();
    model.compile({ optimizer: 'sgd', ...labelled });
    base.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const training = model.fit(x, y, quiet);
    await expect(base.fit(x, zeros([12, 4]), quiet)).rejects.toThrow(
      /fit: the weight "dense\/kernel" of model "base" is being trained by model "sequential"/,
    );
    await training;
    await base.fit(x, zeros([12, 4]), quiet);
  });

  test('may share a layer with another, whose weights count once', () => {
    const shared = dense({ units: 3, inputShape: [3] });
    const model = sequential([sequential([shared]), sequential([shared]), dense({ units: 1 })]);
    expect([model.weights.length, model.countParams()]).toEqual([4, 16]);
    expect(() => sequential([input({ shape: [5] }), shared])).toThrow(/was built for inputs of shape \[null, 3\]/);
  });
});

describe('what does not work', () => {
  test('a model within itself', () => {
    const { base, model } = nested();
    expect(() => sequential().add(sequential())).not.toThrow();
    expect(() => base.add(base)).toThrow(/already|cannot be a layer of itself/);
    const empty = sequential({ name: 'empty' });
    expect(() => empty.add(sequential([empty]))).toThrow(/model "empty" cannot be a layer of itself/);
    expect(model.built).toBe(true);
  });

  test('changing the layers of one that another was built with', () => {
    const { base, model } = nested();
    expect(() => base.add(dense({ units: 1 }))).toThrow(/add: model "base" is a layer of model "sequential"/);
    const inmost = base.getLayer('inmost');
    expect(() => inmost instanceof Sequential && inmost.pop()).toThrow(
      /pop: model "inmost" is a layer of model "base"/,
    );
    model.pop();
    expect(model.pop()).toBe(base);
    base.add(dense({ units: 1 }));
    expect(base.outputShape).toEqual([null, 1]);
  });

  test('inputs that it does not take', () => {
    expect(() => sequential([input({ shape: [5] }), nested().base])).toThrow(
      /Model "base" was built for inputs of shape \[null, 3\], received \[null, 5\]/,
    );
  });

  test('a layer that is within another is not one of the model; the error says where it is', () => {
    const { model } = nested();
    expect(() => model.getLayer('dense_1')).toThrow(
      /Its layers: base, dense_2\. 'dense_1' is within 'base': getLayer\('base'\)\.getLayer\('dense_1'\)/,
    );
  });
});

describe('what looks inside', () => {
  test('is told of the layers within, not of the model that they make', async () => {
    const { model } = nested();
    const seen: string[] = [];
    const context = { training: false, step: scalar(0, 'int32'), seed: 1 } as const;
    model.call(x, { ...context, observe: ({ name }) => void seen.push(name) });
    expect(seen).toEqual(['dense', 'dropout', 'dense_1', 'dense_2']);
  });

  test('finds where numbers went wrong in a layer within', async () => {
    const { base, model } = nested();
    model.compile({ optimizer: 'sgd', ...labelled });
    base.getLayer('dense_1').weights[0]!.assign(full([4, 4], Infinity));
    const output = consoleOf();
    await model.fit(x, y, { ...quiet, hints: false, callbacks: terminateOnNaN() });
    expect(output.text() + output.warnings().join('')).toMatch(/the weights of layer "dense_1" \(Dense\)/);
  });

  test('gives a hint on a layer within', async () => {
    const { base, model } = nested();
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const inmost = base.getLayer('inmost').innerLayers[0]!;
    inmost.weights[1]!.assign(full([4], -100));
    const look = await lookInside({ model, loss: meanSquaredError(), x, y, samples: 12 });
    expect(look.silentLayers).toEqual(['dense']);
  });
});

describe('files', () => {
  test('have paths of their own for layers of one name, and give all back', async () => {
    setRandomSeed(4);
    const twin = (name: string): Sequential =>
      sequential({ name, layers: [dense({ units: 3, name: 'same', inputShape: [3] }), dropout({ rate: 0.5 })] });
    const model = sequential([twin('left'), twin('right'), dense({ units: 2, activation: 'softmax', name: 'out' })]);
    model.layers[1]!.trainable = false;
    model.compile({ optimizer: 'adam', ...labelled });
    await model.fit(x, y, { epochs: 2, ...quiet });
    expect([...weightsByPath(model.layers).keys()]).toEqual([
      'left/same/kernel',
      'left/same/bias',
      'right/same/kernel',
      'right/same/bias',
      'out/kernel',
      'out/bias',
    ]);
    const bytes = await model.toBytes();
    expect([...readSafetensors(bytes, 'test').tensors.keys()]).toEqual(expect.arrayContaining(['right/same/kernel']));

    const again = await loadModel(bytes);
    expect(again.getLayer('left')).toBeInstanceOf(Sequential);
    expect(JSON.stringify(again.describe())).toEqual(JSON.stringify(model.describe()));
    expect(again.trainableWeights.map(({ name }) => name)).toEqual([
      'same/kernel',
      'same/bias',
      'out/kernel',
      'out/bias',
    ]);
    // What dropout draws goes on too.
    await model.fit(x, y, { epochs: 4, initialEpoch: 2, ...quiet });
    await again.fit(x, y, { epochs: 4, initialEpoch: 2, ...quiet });
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
  });

  test('of a model inside go into one of the same layers', async () => {
    const { base, model } = nested();
    await base.saveWeights('base.safetensors');
    const other = nested();
    await other.base.loadWeights('base.safetensors');
    expect(await weightsOf(other.base)).toEqual(await weightsOf(base));
    await model.saveWeights('model.safetensors');
    // Flat, the layers have other paths, and are taken one after the other.
    const plain = flat();
    await plain.loadWeights('model.safetensors');
    expect(await weightsOf(plain)).toEqual(await weightsOf(model));
  });

  test.each(['safetensors', 'keras', 'onnx'])('of every format have the models within: %s', async (format) => {
    const base = sequential({
      name: 'base',
      layers: [
        conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }),
        sequential({ name: 'inmost', layers: [flatten(), dropout({ rate: 0.5 })] }),
      ],
    });
    base.trainable = false;
    const model = sequential([base, dense({ units: 2, name: 'head', activation: 'softmax' })]);
    const images = random.normal([12, 6, 6, 1], 0, 1, { seed: 3 });
    model.compile({ optimizer: 'adam', ...labelled });
    await model.fit(images, y, quiet);
    const again = await loadModel(await model.toBytes({ format }));
    expect(again.toString()).toMatch(/^sequential(_\d)? \(base -> head\)$/);
    expect(again.trainableWeights.map(({ name }) => name)).toEqual(['head/kernel', 'head/bias']);
    expect(await (await again.predict(images, quiet)).data()).toEqual(
      await (await model.predict(images, quiet)).data(),
    );
  });

  test('that ask for more weights than they have are refused before any is made', async () => {
    const model = sequential([
      sequential({ name: 'base', layers: [dense({ units: 3, inputShape: [3] })] }),
      dense({ units: 1 }),
    ]);
    const text = new TextDecoder('latin1').decode(await model.toBytes());
    const bytes = Uint8Array.from(text.replace('\\"units\\":3', '\\"units\\":9'), (character) =>
      character.charCodeAt(0),
    );
    await expect(loadModel(bytes)).rejects.toThrow(/layer 1: the layers need at least 27 weights .* the file has 16/);
  });
});

test('the prediction of a frozen base passes through whole numbers, as any input', async () => {
  const base = sequential([dense({ units: 2, inputShape: [3], kernelInitializer: 'ones' })]);
  const model = sequential([base, dense({ units: 1, kernelInitializer: 'ones' })]);
  const output = await model.predict(tensor([[1, 2, 3]], undefined, 'int32'), quiet);
  expect([...(await output.data())]).toEqual([12]);
});

test('a summary shows what is inside when asked', () => {
  const output = consoleOf();
  nested().model.summary({ expandNested: true, lineLength: 60 });
  expect(output.text()).toContain('│    └ inmost (Sequential) │');
  expect(output.text()).toContain('│       └ dense (Dense)    │');
});
