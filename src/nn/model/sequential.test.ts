import { beforeEach, describe, expect, test } from 'vitest';
import { resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { expectNear } from '../../../tests/support/keras.js';
import { smallData, smallModel } from '../../../tests/support/models.js';
import { compile } from '../../tensor/compile.js';
import { arange, ones, tensor, zeros } from '../../tensor/creation.js';
import { variableGradients } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import { conv2d, dense, dropout, flatten, input } from '../layers/index.js';
import { sparseCategoricalCrossentropy } from '../losses/index.js';
import { clearNames, setRandomSeed } from '../naming.js';
import { sgd } from '../optimizers/index.js';
import { sequential } from './sequential.js';

useBackend();
beforeEach(() => {
  clearNames();
  resetConsole();
});

const { x, y } = smallData(10);
const quiet = { verbose: 0 } as const;

describe('layers', () => {
  test('given as a list, in options or one by one make the same model', () => {
    const list = (): Parameters<typeof sequential>[0] => [dense({ units: 4, inputShape: [3] }), dense({ units: 2 })];
    const models = [sequential(list()), sequential({ layers: list() as never, name: 'named' }), sequential()];
    models[2]!.add(input({ shape: [3] }));
    for (const layer of list() as readonly never[]) models[2]!.add(layer);
    expect(models.map((model) => model.countParams())).toEqual([26, 26, 26]);
    expect(models.map((model) => model.outputShape)).toEqual([
      [null, 2],
      [null, 2],
      [null, 2],
    ]);
    expect(models.map((model) => model.name)).toEqual(['sequential', 'named', 'sequential_1']);
  });

  test('are built as they come once the input shape is known, and all at once when data comes', async () => {
    const model = sequential([dense({ units: 4 })]);
    expect(model.built).toBe(false);
    await model.predict(x, quiet);
    expect([model.built, model.inputShape, model.outputShape]).toEqual([true, [null, 3], [null, 4]]);
    model.add(dense({ units: 2 }));
    expect(model.countParams()).toBe(3 * 4 + 4 + 4 * 2 + 2);
  });

  test('may be built for a shape without data', () => {
    const model = sequential([flatten(), dense({ units: 2 })]);
    model.build([null, 2, 3]);
    expect(model.countParams()).toBe(14);
    model.build([32, 2, 3]);
  });

  test('come and go at the end', () => {
    const model = smallModel();
    const last = model.pop();
    expect(last.name).toBe('dense_1');
    expect(model.outputShape).toEqual([null, 4]);
    model.add(dense({ units: 7 }));
    expect(model.outputShape).toEqual([null, 7]);
    model.pop();
    model.pop();
    expect(model.built).toBe(false);
    model.add(dense({ units: 1, inputShape: [5] }));
    expect(model.inputShape).toEqual([null, 5]);
  });

  test('are found by name and by position', () => {
    const model = smallModel();
    expect(model.getLayer('dense_1')).toBe(model.layers[1]);
    expect(model.getLayer(0)).toBe(model.layers[0]);
    expect(model.getLayer(-1)).toBe(model.layers[1]);
  });

  test('of images with any size say what follows', async () => {
    const model = sequential([conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] })]);
    expect((await model.predict(zeros([1, 5, 6, 1]), quiet)).shape).toEqual([1, 3, 4, 2]);
    expect((await model.predict(zeros([1, 7, 7, 1]), quiet)).shape).toEqual([1, 5, 5, 2]);
  });
});

describe('weights', () => {
  test('are read as they are now and set from tensors or arrays', async () => {
    const model = smallModel();
    const before = model.getWeights();
    const kept = await before[0]!.data();
    model.setWeights(
      [ones([3, 4]), [1, 2, 3, 4], new Float32Array(8) as never, zeros([2])].map((w, i) =>
        i === 2 ? tensor(w as never, [4, 2]) : w,
      ),
    );
    expect(await before[0]!.data()).toEqual(kept);
    expect(await model.weights[1]!.value.array()).toEqual([1, 2, 3, 4]);
    expect(await model.predict([[1, 1, 1]], quiet).then((p) => p.array())).toEqual([[0.5, 0.5]]);
  });

  test('are told apart by whether training moves them', () => {
    const model = smallModel();
    model.layers[0]!.trainable = false;
    expect(model.trainableVariables.map(({ name }) => name)).toEqual(['dense_1/kernel', 'dense_1/bias']);
    expect(model.nonTrainableWeights.map(({ name }) => name)).toEqual(['dense/kernel', 'dense/bias']);
    expect(model.weights).toHaveLength(4);
  });

  test('are the same for the same seed', async () => {
    const draw = async (seed: number): Promise<unknown> => {
      setRandomSeed(seed);
      return sequential([dense({ units: 3, inputShape: [2] })])
        .getWeights()[0]!
        .array();
    };
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });
});

describe('predict', () => {
  test('gives a row for each sample, whatever the batch size', async () => {
    const model = smallModel();
    const whole = await model.predict(x, quiet);
    expect(whole.shape).toEqual([10, 2]);
    for (const batchSize of [1, 3, 4, 10, 64])
      expectNear(await (await model.predict(x, { ...quiet, batchSize })).data(), await whole.data(), 1e-6);
    expectNear(await (await model.predictOnBatch(x)).data(), await whole.data(), 1e-6);
    expectNear(await model.apply(x).data(), await whole.data(), 1e-6);
  });

  test('needs no compile, and keeps the dtype of the output', async () => {
    const model = sequential([input({ shape: [2], dtype: 'int32' }), flatten()]);
    const predicted = await model.predict(arange(6).reshape([3, 2]), { ...quiet, batchSize: 2 });
    expect([predicted.dtype, await predicted.array()]).toEqual([
      'int32',
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ]);
  });

  test('drops nothing', async () => {
    const model = sequential([dropout({ rate: 0.9, inputShape: [100] })]);
    expect(await (await model.predict(ones([2, 100]), quiet)).sum().item()).toBe(200);
    expect(
      await model
        .apply(ones([2, 100]))
        .sum()
        .item(),
    ).toBe(200);
  });
});

describe('evaluate', () => {
  test('gives the loss and then the metrics in the order of compile', async () => {
    const model = smallModel();
    model.compile({
      optimizer: 'sgd',
      loss: 'sparse_categorical_crossentropy',
      metrics: ['sparseCategoricalAccuracy', 'accuracy'],
      weightedMetrics: [
        'accuracy',
        function one(_: Tensor, yPred: Tensor) {
          return yPred.sum(-1);
        },
      ],
    });
    const sampleWeight = Float32Array.from({ length: 10 }, (_, i) => i / 10);
    const dict = await model.evaluate(x, y, { ...quiet, sampleWeight, returnDict: true });
    expect(Object.keys(dict)).toEqual(['loss', 'sparse_categorical_accuracy', 'accuracy', 'weighted_accuracy', 'one']);
    expect(await model.evaluate(x, y, { ...quiet, sampleWeight })).toEqual(Object.values(dict));
    const isRight = (await model.predict(x, quiet)).argMax(-1).equal(y).cast('float32');
    expectNear([dict.accuracy!], [await isRight.mean().item()]);
    expectNear([dict.weighted_accuracy!], [await isRight.mul(tensor(sampleWeight)).sum().div(4.5).item()]);
    expectNear([dict.one!], [1]);
  });

  test('gives a list of one where there are no metrics', async () => {
    const model = smallModel();
    model.compile({ loss: 'sparseCategoricalCrossentropy' });
    const results = await model.evaluate(x, y, quiet);
    expect(results).toHaveLength(1);
  });

  test('does not depend on the batch size', async () => {
    const model = smallModel();
    const expected = await model.evaluate(x, y, { ...quiet, batchSize: 10 });
    for (const batchSize of [1, 3, 7, 32])
      expectNear(await model.evaluate(x, y, { ...quiet, batchSize }), expected, 1e-6);
  });

  test('may run several at a time', async () => {
    const model = smallModel();
    const parts = [0, 1, 2].map((i) => [x.slice([i, i + 7]), y.slice([i, i + 7])] as const);
    const alone: number[][] = [];
    for (const [inputs, labels] of parts) alone.push(await model.evaluate(inputs, labels, quiet));
    const together = await Promise.all(parts.map(([inputs, labels]) => model.evaluate(inputs, labels, quiet)));
    expect(together).toEqual(alone);
    const same = await Promise.all([1, 2, 3].map(() => model.evaluate(x, y, { ...quiet, batchSize: 2 })));
    expect(new Set(same.map(String)).size).toBe(1);
    const [first, second] = await Promise.all(parts.map(([inputs, labels]) => model.testOnBatch(inputs, labels)));
    expectNear([...first!, ...second!], [...alone[0]!, ...alone[1]!]);
  });

  test('changes nothing', async () => {
    const model = smallModel();
    const before = await Promise.all(model.getWeights().map((weight) => weight.array()));
    await model.evaluate(x, y, quiet);
    expect(await Promise.all(model.getWeights().map((weight) => weight.array()))).toEqual(before);
    expect(await model.optimizer!.iterations.value.item()).toBe(0);
  });
});

describe('one batch', () => {
  test('trainOnBatch is a step of fit, and reports the batch before it', async () => {
    const model = smallModel();
    const expected = await model.evaluate(x, y, quiet);
    expectNear(await model.testOnBatch(x, y), expected);
    expectNear(await model.trainOnBatch(x, y), expected);
    const fitted = smallModel();
    await fitted.fit(x, y, { ...quiet, batchSize: 10, shuffle: false });
    for (const [index, weight] of model.getWeights().entries())
      expectNear(await weight.data(), await fitted.getWeights()[index]!.data(), 1e-6);
    const [after] = await model.testOnBatch(x, y);
    expect(after).toBeLessThan(expected[0]);
  });

  test('batches of other sizes and weights are heard', async () => {
    const model = smallModel();
    const named = await model.trainOnBatch(x.slice([0, 3]), y.slice([0, 3]), { returnDict: true });
    expect(Object.keys(named)).toEqual(['loss', 'accuracy']);
    const [nothing] = await model.testOnBatch(x, y, { sampleWeight: zeros([10]) });
    expect(nothing).toBe(0);
    const [half] = await model.trainOnBatch(x, y, { classWeight: { 0: 0, 1: 0 } });
    expect(half).toBe(0);
  });
});

test('a loop of one’s own trains as fit does', async () => {
  const model = smallModel({ compiled: false });
  const optimizer = sgd(0.1);
  const loss = sparseCategoricalCrossentropy();
  const step = compile((inputs: Tensor, labels: Tensor) => {
    const variables = model.trainableVariables;
    const { value, gradients } = variableGradients(
      () => loss.call(labels, model.apply(inputs, { training: true })),
      variables,
    );
    optimizer.applyGradients(gradients, variables);
    return value;
  });
  for (let start = 0; start < 10; start += 5) await step(x.slice([start, start + 5]), y.slice([start, start + 5]));
  const fitted = smallModel();
  await fitted.fit(x, y, { ...quiet, batchSize: 5, shuffle: false });
  for (const [index, weight] of model.getWeights().entries())
    expectNear(await weight.data(), await fitted.getWeights()[index]!.data(), 1e-6);
});

test('apply with training draws other numbers at each call', async () => {
  const model = sequential([dropout({ rate: 0.5, inputShape: [64] })]);
  const draw = compile(() => model.apply(ones([1, 64]), { training: true }));
  const [first, second] = [await (await draw()).array(), await (await draw()).array()];
  expect(second).not.toEqual(first);
  expect(await model.apply(ones([1, 64]), { training: true }).array()).not.toEqual(second);
});
