import { beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { expectNear } from '../../../tests/support/keras.js';
import { ShapeError, StateError, ValueError } from '../../base/errors.js';
import { ones, tensor } from '../../tensor/creation.js';
import { clearNames, setRandomSeed } from '../naming.js';
import { l1, l2 } from '../regularizers.js';
import { dense } from './dense.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import { maxPooling2d } from './pooling2d.js';

useBackend();
beforeEach(clearNames);

describe('a layer', () => {
  test('is named as Keras names it, or as its user does', () => {
    expect([dense({ units: 1 }), dense({ units: 1 }), maxPooling2d()].map(({ name }) => name)).toEqual([
      'dense',
      'dense_1',
      'max_pooling2d',
    ]);
    expect(dense({ units: 1, name: 'output' }).name).toBe('output');
    expect(() => dense({ units: 1, name: 'a/b' })).toThrow("Dense: expected a name without '/', received 'a/b'.");
  });

  test('knows the shape it was told to take', () => {
    expect(flatten({ inputShape: [28, 28] }).batchInputShape).toEqual([null, 28, 28]);
    expect(flatten({ batchInputShape: [8, null] }).batchInputShape).toEqual([8, null]);
    expect(() => dense({ units: 1, inputShape: 784 as never })).toThrow(
      'Dense "dense": inputShape: expected a list of whole numbers, null for a size not known, received 784. Write [784].',
    );
    expect(() => dense({ units: 1, inputShape: [1.5] })).toThrow(ShapeError);
  });

  test('has weights once it is built, named after it, in the dtype it was given', () => {
    const layer = dense({ units: 3, dtype: 'float64' });
    expect(layer.weights).toEqual([]);
    expect(() => layer.inputShape).toThrow(StateError);
    layer.ensureBuilt([null, 4]);
    expect(layer.built).toBe(true);
    expect(layer.weights.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['dense/kernel', [4, 3], 'float64'],
      ['dense/bias', [3], 'float64'],
    ]);
    expect(layer.countParams()).toBe(15);
    expect(layer.outputShape).toEqual([null, 3]);
  });

  test('keeps its weights for batches of another size and refuses another width', () => {
    const layer = dense({ units: 3 });
    layer.ensureBuilt([null, 4]);
    const [kernel] = layer.weights;
    layer.ensureBuilt([32, 4]);
    expect(layer.weights[0]).toBe(kernel);
    expect(() => layer.ensureBuilt([null, 5])).toThrow(
      'Layer "dense" was built for inputs of shape [null, 4], received [null, 5].',
    );
  });

  test('that is not trainable has weights but none to train', () => {
    const layer = dense({ units: 2, trainable: false });
    layer.ensureBuilt([null, 2]);
    expect([layer.weights.length, layer.trainableWeights.length]).toEqual([2, 0]);
    layer.trainable = true;
    expect(layer.trainableWeights.length).toBe(2);
    expect(() => dense({ units: 2, trainable: 1 as never })).toThrow('trainable: expected true or false, received 1.');
  });

  test('starts the same for the same seed, and unlike its neighbour', async () => {
    const draw = async (): Promise<number[][]> => {
      const layers = [dense({ units: 3 }), dense({ units: 3 })];
      for (const layer of layers) layer.ensureBuilt([null, 4]);
      return Promise.all(layers.map(async (layer) => [...(await layer.weights[0]!.value.data())]));
    };
    setRandomSeed(1);
    const first = await draw();
    setRandomSeed(1);
    expect(await draw()).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });

  test('charges for its regularized weights', async () => {
    const layer = dense({
      units: 1,
      kernelInitializer: 'ones',
      biasInitializer: 'ones',
      kernelRegularizer: l2(0.1),
      biasRegularizer: l1(0.5),
    });
    layer.ensureBuilt([null, 3]);
    const penalties = await Promise.all(layer.penalties().map((penalty) => penalty.data()));
    expectNear(
      penalties.map(([value]) => value!),
      [0.3, 0.5],
    );
  });

  test('can be applied on its own: weights are made, and dropout does nothing unless it is told to train', async () => {
    const layer = dense({ units: 2, kernelInitializer: 'ones' });
    expect(await layer.apply(tensor([[1, 2, 3]])).array()).toEqual([[6, 6]]);
    expect(layer.built).toBe(true);
    const drop = dropout({ rate: 0.5 });
    const x = ones([1, 100]);
    expect(drop.apply(x)).toBe(x);
    expect(await drop.apply(x, { training: true }).sum().data()).not.toEqual(await x.sum().data());
  });

  test('refuses to compute before it has weights', () => {
    const layer = dense({ units: 2 });
    expect(() => layer.call(ones([1, 2]))).toThrow('Dense "dense" has no weights yet. Use it in a model');
  });

  test('rejects options that do not exist, naming the nearest', () => {
    expect(() => dense({ units: 2, activaton: 'relu' } as never)).toThrow(
      "Unknown option of layers.dense 'activaton'. Did you mean 'activation'?",
    );
    expect(() => dense({ units: 2, activaton: 'relu' } as never)).toThrow(ValueError);
    expect(() => dense({ units: 2, dtype: 'int32' })).toThrow('expected dtype float32 or float64 for its weights');
  });
});
