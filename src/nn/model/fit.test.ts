import { afterEach, describe, expect, test } from 'vitest';
import { resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { expectNear } from '../../../tests/support/keras.js';
import { smallData, smallModel, weightsOf } from '../../../tests/support/models.js';
import { StoppedError } from '../../base/errors.js';
import { engine } from '../../engine/engine.js';
import { fromNDArray, tensor, zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dense, dropout, flatten } from '../layers/index.js';
import { setRandomSeed } from '../naming.js';
import { sgd } from '../optimizers/index.js';
import { l2 } from '../regularizers.js';
import type { FitOptions } from './options.js';
import { sequential, type Sequential } from './sequential.js';

useBackend();
afterEach(() => resetConsole());

const { x, y } = smallData(24);
const quiet = { verbose: 0 } as const;

/** A model of one weight w and no bias: the prediction is w x. */
function line(options: { readonly rate?: number; readonly penalty?: number } = {}): Sequential {
  const regularizer = options.penalty === undefined ? {} : { kernelRegularizer: l2(options.penalty) };
  const model = sequential([dense({ units: 1, useBias: false, inputShape: [1], ...regularizer })]);
  model.setWeights([[[2]]]);
  model.compile({ optimizer: sgd(options.rate ?? 0.1), loss: 'mse', metrics: ['mae'], weightedMetrics: ['mae'] });
  return model;
}

describe('the arithmetic of a step, by hand', () => {
  // Loss (w x - y)^2, its gradient in w: 2 x (w x - y). Batches [1, 2] and [3].
  const points = [[1], [2], [3]];
  const values = [[1], [1], [1]];

  test('the last, smaller batch counts its own samples alone', async () => {
    const model = line();
    const { history } = await model.fit(points, values, { ...quiet, batchSize: 2, shuffle: false });
    // Batch 1: errors 1 and 3, loss (1 + 9) / 2 = 5, gradient (2 * 1 + 4 * 3) / 2 = 7, w = 2 - 0.7 = 1.3.
    // Batch 2: error 2.9, loss 8.41, gradient 6 * 2.9 = 17.4, w = 1.3 - 1.74 = -0.44.
    expectNear(await weightsOf(model), [-0.44]);
    expectNear(history.loss!, [(2 * 5 + 8.41) / 3]);
    expectNear(history.mae!, [(1 + 3 + 2.9) / 3]);
  });

  test('sample weights scale losses and not their number; plain metrics leave them out', async () => {
    const model = line();
    const { history } = await model.fit(points, values, {
      ...quiet,
      batchSize: 2,
      shuffle: false,
      sampleWeight: [2, 0, 0.5],
    });
    // Batch 1: loss (2 * 1 + 0) / 2 = 1, gradient (2 * 2) / 2 = 2, w = 1.8. Batch 2: error 4.4, loss 0.5 * 19.36 = 9.68.
    expectNear(await weightsOf(model), [1.8 - 0.1 * 0.5 * 6 * 4.4]);
    expectNear(history.loss!, [(2 * 1 + 9.68) / 3]);
    expectNear(history.mae!, [(1 + 3 + 4.4) / 3]);
    expectNear(history.weighted_mae!, [(2 * 1 + 0.5 * 4.4) / 2.5]);
  });

  test('a penalty is added to the loss of every batch, and to its gradient', async () => {
    const model = line({ penalty: 0.5 });
    const { history } = await model.fit([[1]], [[1]], quiet);
    // Loss 1 + 0.5 * 4 = 3, gradient 2 + 2 * 0.5 * 2 = 4.
    expectNear(history.loss!, [3]);
    expectNear(await weightsOf(model), [1.6]);
  });

  test('a loss that is one number for the whole batch is exact for the smaller one too', async () => {
    const model = line();
    const largest = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue).abs().max();
    model.compile({ optimizer: sgd(0.1), loss: largest, metrics: [largest] });
    const { history } = await model.fit(points, values, { ...quiet, batchSize: 2, shuffle: false });
    // Batch 1: 3 at x = 2, gradient 2, w = 1.8. Batch 2: 4.4.
    expectNear(history.loss!, [(2 * 3 + 4.4) / 3]);
    expectNear(history.largest!, [(2 * 3 + 4.4) / 3]);
    expectNear(await weightsOf(model), [1.8 - 0.3]);
  });

  test('class weights are weights of samples', async () => {
    const byClass = smallModel();
    await byClass.fit(x, y, { ...quiet, shuffle: false, classWeight: { 0: 0.5, 1: 3 } });
    const bySample = smallModel();
    const labels = Array.from(await y.data());
    await bySample.fit(x, y, {
      ...quiet,
      shuffle: false,
      sampleWeight: labels.map((label) => (label === 0 ? 0.5 : 3)),
    });
    expect(await weightsOf(byClass)).toEqual(await weightsOf(bySample));
    const byMap = smallModel();
    const oneHot = y.oneHot(2);
    byMap.compile({ optimizer: sgd(0.1), loss: 'categoricalCrossentropy' });
    await byMap.fit(x, oneHot, {
      ...quiet,
      shuffle: false,
      classWeight: new Map([
        [0, 0.5],
        [1, 3],
      ]),
    });
    expectNear(await weightsOf(byMap), await weightsOf(bySample));
  });
});

describe('what fit sees of the data', () => {
  test('many steps a call give the numbers of one step a call', async () => {
    const together = smallModel();
    const alone = smallModel();
    const options = { ...quiet, batchSize: 5, epochs: 3, shuffle: false };
    const first = await together.fit(x, y, options);
    const second = await alone.fit(x, y, { ...options, callbacks: { onBatchEnd: () => undefined } });
    expect(first.history).toEqual(second.history);
    expect(await weightsOf(together)).toEqual(await weightsOf(alone));
  });

  test('lazy data trains as the same data computed before', async () => {
    const data = Uint8Array.from({ length: 24 * 4 * 4 }, (_, i) => (i * 37) % 256);
    const images = fromNDArray({ dtype: 'uint8', shape: [24, 4, 4], data });
    const results = await Promise.all(
      [false, true].map(async (isComputed) => {
        setRandomSeed(1);
        const model = sequential([flatten({ inputShape: [4, 4] }), dense({ units: 2, activation: 'softmax' })]);
        model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
        const scaled = images.sub(images.mean(0)).div(255);
        if (isComputed) await scaled.realize();
        await model.fit(scaled, y, { ...quiet, batchSize: 5, epochs: 2 });
        return weightsOf(model);
      }),
    );
    expectNear(results[0]!, results[1]!, 1e-6);
  });

  test('arrays, typed arrays and NDArrays are as good as tensors', async () => {
    const forms = [
      [x, y],
      [await x.array(), await y.array()],
      [await x.realize(), new Int32Array(await y.data())],
      [fromNDArray(await x.realize()).cast('float64'), Float64Array.from(await y.data())],
    ] as const;
    const losses: number[] = [];
    for (const [inputs, labels] of forms) {
      const { history } = await smallModel().fit(inputs, labels, { ...quiet, shuffle: false });
      losses.push(history.loss![0]!);
    }
    expectNear(
      losses,
      losses.map(() => losses[0]!),
    );
  });

  test('a last axis of size 1 is added or dropped', async () => {
    const images = zeros([4, 5, 5]);
    const labels = tensor([0, 1, 0, 1]);
    for (const shape of [
      [5, 5, 1],
      [5, 5],
    ]) {
      const model = sequential([flatten({ inputShape: shape }), dense({ units: 2, activation: 'softmax' })]);
      model.compile({ loss: 'sparseCategoricalCrossentropy' });
      const { history } = await model.fit(images.reshape([4, 5, 5, 1]), labels.expandDims(-1), quiet);
      const again = await model.fit(images, labels, quiet);
      expectNear([history.loss![0]!, again.history.loss![0]!], [Math.log(2), Math.log(2)], 0.05);
    }
  });

  test('one number a sample is a row of one', async () => {
    const model = sequential([dense({ units: 1 })]);
    model.compile({ loss: 'mse' });
    await model.fit([1, 2, 3], [2, 4, 6], quiet);
    expect(model.inputShape).toEqual([null, 1]);
  });
});

describe('the order of the samples', () => {
  const shuffled = async (seed: number, options: FitOptions = {}): Promise<number[]> => {
    setRandomSeed(seed);
    const model = smallModel();
    await model.fit(x, y, { ...quiet, batchSize: 3, epochs: 2, ...options });
    return weightsOf(model);
  };

  test('follows from the seed', async () => {
    const [first, again, other] = [await shuffled(1), await shuffled(1), await shuffled(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(await shuffled(1, { shuffle: false })).toEqual(await shuffled(2, { shuffle: false }));
  });

  test('is another one in each epoch, and that of the whole when training goes on', async () => {
    setRandomSeed(3);
    const whole = smallModel();
    await whole.fit(x, y, { ...quiet, batchSize: 3, epochs: 3 });
    const inParts = smallModel();
    await inParts.fit(x, y, { ...quiet, batchSize: 3, epochs: 1 });
    await inParts.fit(x, y, { ...quiet, batchSize: 3, epochs: 3, initialEpoch: 1 });
    expect(await weightsOf(inParts)).toEqual(await weightsOf(whole));
  });

  test('dropout follows from the seed too, and differs from step to step', async () => {
    const dropped = async (seed: number): Promise<number[]> => {
      setRandomSeed(seed);
      const model = sequential([dropout({ rate: 0.5, inputShape: [3] }), dense({ units: 1, useBias: false })]);
      model.setWeights([[[1], [1], [1]]]);
      model.compile({ optimizer: sgd(0), loss: 'mse' });
      const losses: number[] = [];
      await model.fit([[1, 1, 1]], [[0]], {
        ...quiet,
        epochs: 12,
        callbacks: { onEpochEnd: (_, logs) => void losses.push(logs.loss!) },
      });
      return losses;
    };
    const first = await dropped(1);
    expect(await dropped(1)).toEqual(first);
    expect(await dropped(2)).not.toEqual(first);
    // Each unit is dropped or doubled: (2 k)^2 for k of 3 kept.
    expect(new Set(first).size).toBeGreaterThan(1);
    for (const loss of first) expect([0, 4, 16, 36]).toContain(loss);
  });
});

describe('validation', () => {
  test('validationSplit keeps back the last part, before any shuffling', async () => {
    const split = smallModel();
    const { history } = await split.fit(x, y, {
      ...quiet,
      batchSize: 4,
      epochs: 2,
      shuffle: false,
      validationSplit: 0.25,
    });
    const given = smallModel();
    const expected = await given.fit(x.slice([0, 18]), y.slice([0, 18]), {
      ...quiet,
      batchSize: 4,
      epochs: 2,
      shuffle: false,
      validationData: [x.slice([18, 24]), y.slice([18, 24])],
    });
    expect(history).toEqual(expected.history);
    expect(await weightsOf(split)).toEqual(await weightsOf(given));
  });

  test('is what evaluate gives', async () => {
    const model = smallModel();
    const { history } = await model.fit(x, y, { ...quiet, validationData: [x, y], validationBatchSize: 7 });
    const [loss, accuracy] = await model.evaluate(x, y, { ...quiet, batchSize: 7 });
    expect([history.val_loss, history.val_accuracy]).toEqual([[loss], [accuracy]]);
  });

  test('may come after some epochs alone', async () => {
    const options = { ...quiet, epochs: 5, validationData: [x, y] } as const;
    const everySecond = await smallModel().fit(x, y, { ...options, validationFreq: 2 });
    expect(everySecond.history.val_loss).toHaveLength(2);
    const listed = await smallModel().fit(x, y, { ...options, validationFreq: [1, 4, 5] });
    expect(listed.history.val_loss).toHaveLength(3);
  });

  test('draws nothing at random', async () => {
    const model = sequential([dropout({ rate: 0.9, inputShape: [3] }), dense({ units: 2, activation: 'softmax' })]);
    model.compile({ optimizer: sgd(0), loss: 'sparseCategoricalCrossentropy' });
    const { history } = await model.fit(x, y, { ...quiet, epochs: 3, validationData: [x, y] });
    expect(new Set(history.val_loss).size).toBe(1);
  });
});

describe('stopping', () => {
  test('a signal stops after the step under way, and the model stays usable', async () => {
    const model = smallModel();
    const controller = new AbortController();
    const stopped = model.fit(x, y, {
      ...quiet,
      batchSize: 4,
      epochs: 100,
      signal: controller.signal,
      callbacks: {
        onBatchEnd: (batch) => {
          if (batch === 2) controller.abort();
        },
      },
    });
    await expect(stopped).rejects.toThrow(StoppedError);
    await expect(stopped).rejects.toThrow('fit was stopped after step 3 of 6.');
    expect(await model.optimizer!.iterations.value.item()).toBe(3);
    await model.fit(x, y, quiet);
  });

  test('a signal that has been given already stops before the first step', async () => {
    const model = smallModel();
    const signal = AbortSignal.abort();
    await expect(model.fit(x, y, { ...quiet, signal })).rejects.toThrow(/fit was stopped before its first step/);
    await expect(model.evaluate(x, y, { ...quiet, signal })).rejects.toThrow(StoppedError);
    await expect(model.predict(x, { ...quiet, signal })).rejects.toThrow(StoppedError);
    expect(await model.optimizer!.iterations.value.item()).toBe(0);
  });

  test('a long epoch without callbacks hears a signal that comes from a timer', async () => {
    const model = smallModel();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 0);
    const endless = model.fit(x, y, { ...quiet, batchSize: 1, epochs: 1_000_000, signal: controller.signal });
    await expect(endless).rejects.toThrow(StoppedError);
  });
});

describe('what is kept from call to call', () => {
  test('training goes on from where it was, with the same program', async () => {
    const model = smallModel();
    const options = { ...quiet, batchSize: 4, shuffle: false } as const;
    await model.fit(x, y, options);
    const load = engine().load.bind(engine());
    let loads = 0;
    engine().load = (program) => {
      loads++;
      return load(program);
    };
    await model.fit(x, y, options);
    engine().load = load;
    // The program of the step alone: nothing else needs one.
    expect(loads).toBe(1);
    const once = smallModel();
    await once.fit(x, y, { ...options, epochs: 2 });
    expect(await weightsOf(model)).toEqual(await weightsOf(once));
  });

  test('other data, another loss and other layers are heard', async () => {
    const model = smallModel();
    const [before] = await model.evaluate(x, y, quiet);
    const [flipped] = await model.evaluate(x, y.sub(1).neg(), quiet);
    expect(flipped).not.toBe(before);
    model.compile({ optimizer: 'adam', loss: (_, yPred) => yPred.sum(-1) });
    expect(await model.evaluate(x, y, quiet)).toEqual([1]);
    model.pop();
    model.add(dense({ units: 1, useBias: false, kernelInitializer: 'zeros', name: 'other' }));
    expect(await model.evaluate(x, y, quiet)).toEqual([0]);
  });

  test('a frozen layer stays as it is', async () => {
    const model = smallModel();
    model.layers[0]!.trainable = false;
    model.compile({ optimizer: sgd(0.1), loss: 'sparseCategoricalCrossentropy' });
    const before = await model.layers[0]!.weights[0]!.value.data();
    const last = await model.layers[1]!.weights[0]!.value.data();
    await model.fit(x, y, quiet);
    expect(await model.layers[0]!.weights[0]!.value.data()).toEqual(before);
    expect(await model.layers[1]!.weights[0]!.value.data()).not.toEqual(last);
  });

  test('a model without trainable weights is measured', async () => {
    const model = smallModel();
    for (const layer of model.layers) layer.trainable = false;
    model.compile({ loss: 'sparseCategoricalCrossentropy' });
    const [loss] = await model.evaluate(x, y, quiet);
    const { history } = await model.fit(x, y, quiet);
    expectNear(history.loss!, [loss]);
  });
});
