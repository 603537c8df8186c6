// What models refuse, and what they say then: the object, what was expected, what came, and the remedy.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { smallData, smallModel } from '../../../tests/support/models.js';
import { arange, fromNDArray, ones, tensor, zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { conv2d, dense, flatten, input } from '../layers/index.js';
import { clearNames } from '../naming.js';
import type { ModelData } from './data.js';
import type { EvaluateOptions, FitOptions } from './options.js';
import { sequential, type Sequential } from './sequential.js';

useBackend();
beforeAll(() => resetConsole());
beforeEach(() => clearNames());

const { x, y } = smallData(8);

/** The error of fit on data and options that do not fit, before anything has been trained. */
async function refusal(
  given: ModelData,
  labels: ModelData,
  options: FitOptions = {},
  model = smallModel(),
): Promise<string> {
  let begun = false;
  const callbacks = { onTrainBegin: () => void (begun = true) };
  const error: unknown = await model.fit(given, labels, { verbose: 0, callbacks, ...options }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(Error);
  expect(begun).toBe(false);
  return `${(error as Error).name}: ${(error as Error).message}`;
}

const withLoss = (loss: string, units = 2): Sequential => {
  const model = sequential([dense({ units, inputShape: [3], activation: 'softmax' })]);
  model.compile({ loss });
  return model;
};

describe('data', () => {
  test('of different lengths', async () => {
    expect(await refusal(x, y.slice([0, 7]))).toBe(
      'ShapeError: fit: expected x and y to have as many samples as each other, received 8 and 7 (shapes [8, 3] and [7]).',
    );
  });

  test('of the wrong width', async () => {
    expect(await refusal(zeros([8, 4]), y)).toBe('ShapeError: fit: x: expected shape [samples, 3], received [8, 4].');
  });

  test('of the wrong rank, with the reshape that fits', async () => {
    const model = sequential([flatten({ inputShape: [2, 3] }), dense({ units: 2 })]);
    model.compile({ loss: 'mse' });
    expect(await refusal(zeros([8, 6]), zeros([8, 2]), {}, model)).toBe(
      'ShapeError: fit: x: expected shape [samples, 2, 3], received [8, 6]. Reshape it: x.reshape([-1, 2, 3]).',
    );
    expect(await refusal(zeros([2, 3]), zeros([2, 2]), {}, model)).toMatch(/For a single sample add an axis/);
  });

  test('images without their channel axis feed a layer that has one, of other sizes not', async () => {
    const model = sequential([conv2d({ filters: 1, kernelSize: 2, inputShape: [4, 4, 1] }), flatten()]);
    model.compile({ loss: 'mse' });
    await model.fit(zeros([2, 4, 4]), zeros([2, 9]), { verbose: 0 });
    expect(await refusal(zeros([2, 4, 5]), zeros([2, 9]), {}, model)).toMatch(
      /expected shape \[samples, 4, 4, 1\], received \[2, 4, 5\]/,
    );
  });

  test('that is empty, a single number, or nothing', async () => {
    expect(await refusal(zeros([0, 3]), zeros([0]))).toBe(
      'DataError: fit: x: expected at least one sample, received none (shape [0, 3]).',
    );
    expect(await refusal([], [])).toMatch(/DataError: fit: x: expected at least one sample/);
    expect(await refusal(3, y)).toMatch(/ShapeError: fit: x: expected at least one axis.*received a single number/);
    expect(await refusal(undefined as never, y)).toMatch(/ValueError: fit: x: expected a tensor.*received undefined/);
    expect(await refusal(x, null as never)).toMatch(/ValueError: fit: y: expected a tensor.*received null/);
  });

  test('of uneven nested lists', async () => {
    expect(
      await refusal(
        [
          [1, 2, 3],
          [1, 2],
        ],
        [0, 1],
      ),
    ).toMatch(/ShapeError: fit: x: .*lists of 3 items.*a list of 2/);
  });

  test('with NaN or infinity, where it stands', async () => {
    const values = new Float32Array(24);
    values[16] = NaN;
    expect(await refusal(tensor(values, [8, 3]), y)).toBe(
      'DataError: fit: x: expected finite numbers, received NaN in sample 5, element 1 of it. Remove such samples or replace the value.',
    );
    const labels = Float32Array.of(0, 1, Infinity, 0, 0, 0, 0, 0);
    expect(await refusal(zeros([8, 1]), tensor(labels), {}, line())).toBe(
      'DataError: fit: y: expected finite numbers, received Infinity in sample 2. Remove such samples or replace the value.',
    );
  });

  test('that becomes infinite on the way, but not data that no longer is', async () => {
    const withZero = tensor(new Float32Array([0, 1, 2]), [3, 1]);
    expect(await refusal(withZero.log(), zeros([3]), {}, line())).toMatch(/received -Infinity in sample 0/);
    const withNaN = tensor(new Float32Array([NaN, 1, 2]), [3, 1]);
    await line().fit(withNaN.slice([1, 3]), zeros([2]), { verbose: 0 });
  });

  test('in validation', async () => {
    expect(await refusal(x, y, { validationData: [zeros([2, 5]), y.slice([0, 2])] })).toMatch(
      /fit: validationData: x: expected shape \[samples, 3\]/,
    );
    expect(await refusal(x, y, { validationData: [x] as never })).toBe(
      'ValueError: fit: expected validationData to be [x, y] or [x, y, sampleWeight], received a list of 1.',
    );
    expect(await refusal(x, y, { validationData: x as never })).toMatch(/\[x, y\].*received object/);
  });
});

function line(): Sequential {
  const model = sequential([dense({ units: 1, inputShape: [1] })]);
  model.compile({ loss: 'mse' });
  return model;
}

describe('labels', () => {
  test('outside the classes, with their index', async () => {
    const labels = await y.data<'int32'>();
    labels[5] = 2;
    expect(await refusal(x, tensor(labels))).toBe(
      "DataError: fit: y: expected class numbers from 0 to 1, since the model's last layer has 2 outputs, received 2 at sample 5.",
    );
    labels[5] = -1;
    expect(await refusal(x, tensor(labels))).toMatch(/received -1 at sample 5/);
    expect(await refusal(x, [0, 1, 0.5, 0, 0, 0, 0, 0])).toMatch(/received 0.5 at sample 2/);
  });

  test('one-hot for the sparse loss, and the reverse', async () => {
    expect(await refusal(x, y.oneHot(2))).toMatch(
      /ShapeError: sparseCategoricalCrossentropy: expected one class number.*For one-hot labels use categoricalCrossentropy/,
    );
    expect(await refusal(x, y, {}, withLoss('categoricalCrossentropy'))).toMatch(
      /ShapeError: categoricalCrossentropy: expected one-hot labels.*use sparseCategoricalCrossentropy, or toCategorical/,
    );
  });

  test('of another shape than the predictions', async () => {
    expect(await refusal(x, zeros([8, 3]), {}, withLoss('mse'))).toMatch(/ShapeError: .*\[2, 2\].*received \[2, 3\]/);
  });

  test('that are no yes or no, for binary cross-entropy', async () => {
    const model = sequential([dense({ units: 1, inputShape: [3], activation: 'sigmoid' })]);
    model.compile({ loss: 'binaryCrossentropy' });
    expect(await refusal(x, [0, 1, 2, 0, 0, 0, 0, 0], {}, model)).toBe(
      'DataError: fit: y: expected labels from 0 to 1, for binary cross-entropy, received 2 at sample 2.',
    );
  });
});

describe('weights of samples and classes', () => {
  test('of another number', async () => {
    expect(await refusal(x, y, { sampleWeight: [1, 2] })).toBe(
      'ShapeError: fit: sampleWeight: expected one weight for each sample, shape [8], received [2].',
    );
  });

  test('that are not finite', async () => {
    expect(await refusal(x, y, { sampleWeight: [1, 1, NaN, 1, 1, 1, 1, 1] })).toMatch(/received NaN at 2/);
    expect(await refusal(x, y, { classWeight: { 0: Infinity } })).toMatch(/finite weights, received 0: Infinity/);
    expect(await refusal(x, y, { classWeight: { cat: 2 } as never })).toMatch(/class numbers.*received cat: 2/);
    expect(await refusal(x, y, { classWeight: [] as never, sampleWeight: [1] })).toMatch(
      /either sampleWeight or classWeight, received both/,
    );
    expect(await refusal(x, y, { classWeight: 3 as never })).toMatch(/expected an object such as .* received 3/);
  });

  test('of classes, for labels without one class a sample', async () => {
    const model = sequential([flatten({ inputShape: [3] }), dense({ units: 4 })]);
    model.add(flatten({ name: 'last' }));
    model.compile({ loss: (yTrue, yPred) => yPred.sum(-1).add(yTrue.sum([1, 2])) });
    expect(await refusal(x, zeros([8, 2, 2]), { classWeight: { 0: 2 } }, model)).toMatch(
      /labels with one class for each sample.*received \[8, 2, 2\]/,
    );
  });
});

describe('options', () => {
  const cases: readonly [FitOptions, RegExp][] = [
    [{ batchSize: 0 }, /ValueError: fit: batchSize: expected a whole number of at least 1, received 0/],
    [{ batchSize: 1.5 }, /fit: batchSize: .*received 1.5/],
    [{ epochs: 0 }, /fit: epochs: expected a whole number of at least 1, received 0/],
    [{ initialEpoch: -1 }, /fit: initialEpoch: expected a whole number of at least 0, received -1/],
    [{ validationSplit: 1 }, /fit: expected validationSplit to leave samples to train on .*received 1\./],
    [{ validationSplit: -0.1 }, /fit: validationSplit: expected a number from 0 to 1, received -0.1/],
    [{ validationSplit: 0.999 }, /validationSplit 0.999 of 8 samples.*received 0 and 8/],
    [{ validationFreq: 0 }, /fit: validationFreq: .*received 0/],
    [{ shuffle: 'batch' as never }, /fit: shuffle: expected true or false, received 'batch'/],
    [{ verbose: 3 as never }, /fit: expected verbose to be 0, 1, 2 or 'auto', received 3/],
    [{ batchsize: 2 } as FitOptions, /Unknown option of fit 'batchsize'. Did you mean 'batchSize'/],
    [{ epoch: 2 } as FitOptions, /Did you mean 'epochs'/],
  ];
  test.each(cases)('%j', async (options, message) => expect(await refusal(x, y, options)).toMatch(message));

  test('of evaluate, predict and the one-batch forms', async () => {
    const model = smallModel();
    const unknown = { batchSise: 2 } as EvaluateOptions;
    await expect(model.evaluate(x, y, unknown as never)).rejects.toThrow(/option of evaluate 'batchSise'.*'batchSize'/);
    await expect(model.predict(x, unknown)).rejects.toThrow(/option of predict 'batchSise'/);
    await expect(model.trainOnBatch(x, y, { returndict: true } as never)).rejects.toThrow(/'returnDict'/);
    await expect(model.testOnBatch(x, y, { classWeight: {} } as never)).rejects.toThrow(/of testOnBatch 'classWeight'/);
    expect(() => model.apply(x, { train: true } as never)).toThrow(/option of apply 'train'. Known: training/);
  });
});

describe('compile', () => {
  const model = (): Sequential => smallModel({ compiled: false });

  test('before fit, evaluate and the one-batch forms', async () => {
    const message = /model "sequential" is not compiled yet. Call model.compile\({ optimizer, loss, metrics }\) first/;
    await expect(model().fit(x, y)).rejects.toThrow(message);
    clearNames();
    await expect(model().evaluate(x, y)).rejects.toThrow(message);
    clearNames();
    await expect(model().trainOnBatch(x, y)).rejects.toThrow(message);
    clearNames();
    await expect(model().testOnBatch(x, y)).rejects.toThrow(message);
  });

  test('with names that do not exist', () => {
    const compile = (options: object) => () => model().compile(options as never);
    expect(compile({ loss: 'categoricalCrossentropi' })).toThrow(/Did you mean 'categoricalCrossentropy'/);
    expect(compile({ loss: 'mse', optimizer: 'adan' })).toThrow(/Unknown optimizer 'adan'. Did you mean 'adam'/);
    expect(compile({ loss: 'mse', metrics: ['acuracy'] })).toThrow(/Did you mean 'accuracy'/);
    expect(compile({ loss: 'mse', metric: ['accuracy'] })).toThrow(/option of compile 'metric'.*'metrics'/);
    expect(compile({ optimizer: 'adam' })).toThrow(/compile: expected a loss, received none/);
    expect(compile({ loss: 3 })).toThrow(/loss: expected a name/);
  });
});

describe('models', () => {
  test('without layers', async () => {
    const model = sequential();
    model.compile({ loss: 'mse' });
    await expect(model.fit(x, y)).rejects.toThrow(/model "sequential" has no layers. Add some with model.add/);
    expect(() => model.pop()).toThrow(/has no layers/);
    expect(() => model.build([null, 3])).toThrow(/has no layers/);
  });

  test('that are not built yet', () => {
    const model = sequential([dense({ units: 2 })]);
    expect(() => model.countParams()).toThrow(/"sequential" is not built yet. Give its first layer an inputShape/);
    expect(() => model.getWeights()).toThrow(/not built yet/);
    expect(() => model.inputShape).toThrow(/input shape is not known yet/);
    expect(() => model.outputShape).toThrow(/output shape is not known yet/);
  });

  test('with what is no layer, or stands in the wrong place', () => {
    const model = sequential([dense({ units: 2, name: 'a' })]);
    expect(() => model.add('dense' as never)).toThrow(/expected a layer such as .* received string/);
    expect(() => model.add(null as never)).toThrow(/received null/);
    expect(() => model.add(dense({ units: 1, name: 'a' }))).toThrow(/has a layer of name 'a' already/);
    expect(() => model.add(input({ shape: [3] }))).toThrow(/must be the first; model .* has layers already/);
    expect(() => sequential([input({ shape: [3] }), input({ shape: [3] })])).toThrow(/has one already/);
    expect(() => sequential({ layer: [] } as never)).toThrow(/option of sequential 'layer'. Did you mean 'layers'/);
  });

  test('of layers that do not take the output of the one before', () => {
    const build = (): Sequential =>
      sequential([flatten({ inputShape: [4, 4, 1] }), conv2d({ filters: 1, kernelSize: 2 })]);
    expect(build).toThrow(/"conv2d".*received shape \[null, 16\]/);
  });

  test('asked for another input shape, or for layers they do not have', () => {
    const model = smallModel();
    expect(() => model.build([null, 4])).toThrow(/was built for inputs of shape \[null, 3\], received \[null, 4\]/);
    expect(() => model.getLayer('dens')).toThrow(/has no layer 'dens'. Its layers: dense, dense_1/);
    expect(() => model.getLayer(7)).toThrow(/has no layer 7/);
  });

  test('given weights of another number or shape', () => {
    const model = smallModel();
    expect(() => model.setWeights([ones([3, 4])])).toThrow(
      /has 4 weights, received 1. They are: dense\/kernel \[3, 4\]/,
    );
    const weights: Tensor[] = model.getWeights();
    weights[1] = arange(3);
    expect(() => model.setWeights(weights)).toThrow(
      'setWeights: expected shape [4] for weight 1 ("dense/bias"), received [3].',
    );
  });

  test('trained twice at a time', async () => {
    const model = smallModel();
    const first = model.fit(x, y, { verbose: 0 });
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(/being trained already; await the call before/);
    await first;
  });

  test('whose metric does not take the labels, before anything is trained', async () => {
    const model = smallModel();
    model.compile({ loss: 'sparseCategoricalCrossentropy', metrics: ['mse'] });
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(/expected labels in the shape of the predictions/);
    expect(await model.optimizer!.iterations.value.item()).toBe(0);
  });
});

test('float64 data on its own is taken as float32', async () => {
  const doubles = fromNDArray({ dtype: 'float64', shape: [8, 3], data: new Float64Array(24) });
  await smallModel().fit(await doubles.realize(), y, { verbose: 0 });
});
