// Callbacks in real trainings: what they do to the model, and that those of epochs cost no steps.
import { describe, expect, test } from 'vitest';
import { consoleOf } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { useFiles } from '../../../tests/support/files.js';
import { smallData, smallModel, weightsOf } from '../../../tests/support/models.js';
import { referenceBackend } from '../../backends/reference/backend.js';
import { wasmBackend } from '../../backends/wasm/backend.js';
import { fromNDArray } from '../../tensor/creation.js';
import { nodePlatform } from '../../platform/node.js';
import type { FitOptions } from '../model/options.js';
import type { Sequential } from '../model/sequential.js';
import { adam } from '../optimizers/index.js';
import { exponentialDecay } from '../optimizers/schedules/index.js';
import { loadModel } from '../saving/load-model.js';
import { CallbackList } from './callback-list.js';
import * as callbacks from './index.js';

useBackend();
const files = useFiles();

const { x, y } = smallData(12);

const run = (options: FitOptions): FitOptions => ({ batchSize: 4, shuffle: false, verbose: 0, ...options });

test('callbacks that need only epochs do not hear of batches', () => {
  const list = new CallbackList([
    callbacks.earlyStopping(),
    callbacks.modelCheckpoint('m.safetensors', { saveFreq: 3 }),
    callbacks.reduceLROnPlateau(),
    callbacks.learningRateScheduler((_epoch, rate) => rate),
    callbacks.terminateOnNaN(),
    callbacks.csvLogger('log.csv'),
    callbacks.backupAndRestore('backup', { saveFreq: 5 }),
    callbacks.progressBar(),
    callbacks.lambdaCallback({ onEpochEnd: () => undefined }),
  ]);
  for (const phase of ['Train', 'Test', 'Predict'] as const) expect(list.observesBatches(phase)).toBe(false);
});

test('earlyStopping puts the best weights back', async () => {
  const model = smallModel();
  const after: number[][] = [];
  const { history } = await model.fit(
    x,
    y,
    run({
      epochs: 8,
      callbacks: [
        // Epoch 2 is the best.
        {
          onEpochEnd: async (epoch, logs) => {
            logs.watched_loss = Math.abs(epoch - 2);
            after.push(await weightsOf(model));
          },
        },
        callbacks.earlyStopping({ monitor: 'watched_loss', patience: 2, restoreBestWeights: true }),
      ],
    }),
  );
  expect(history.watched_loss).toEqual([2, 1, 0, 1, 2]);
  expect(await weightsOf(model)).toEqual(after[2]);
  expect(after[4]).not.toEqual(after[2]);
});

test('what is not there to watch is said once, with the remedy', async () => {
  const said = consoleOf();
  await smallModel().fit(x, y, run({ epochs: 3, callbacks: callbacks.earlyStopping() }));
  expect(said.warnings()).toHaveLength(1);
  expect(said.warnings()[0]).toMatch(/no 'val_loss' to watch.*There is: accuracy, loss.*validationSplit/);
});

test('reduceLROnPlateau and learningRateScheduler keep the rate in the history', async () => {
  const { history } = await smallModel().fit(
    x,
    y,
    run({
      epochs: 4,
      callbacks: callbacks.reduceLROnPlateau({ monitor: 'loss', minDelta: 100, patience: 1, factor: 0.5 }),
    }),
  );
  expect(history.learning_rate).toEqual([0.1, 0.1, 0.05, 0.025].map(Math.fround));
  const model = smallModel();
  const scheduled = await model.fit(
    x,
    y,
    run({ epochs: 3, callbacks: callbacks.learningRateScheduler((epoch) => (epoch === 1 ? 0 : 0.1)) }),
  );
  expect(scheduled.history.learning_rate).toEqual([0.1, 0, 0.1].map(Math.fround));
  expect(scheduled.history.loss![2]).not.toBe(scheduled.history.loss![1]);
});

test('a schedule leaves no rate to set', async () => {
  const model = smallModel();
  const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 });
  model.compile({ optimizer: adam(schedule), loss: 'sparseCategoricalCrossentropy' });
  for (const callback of [callbacks.reduceLROnPlateau(), callbacks.learningRateScheduler(() => 0.1)])
    await expect(model.fit(x, y, run({ callbacks: callback }))).rejects.toThrow(/received a schedule/);
});

test('modelCheckpoint saves models that can be loaded, in folders that it makes', async () => {
  const model = smallModel();
  const after: number[][] = [];
  await model.fit(
    x,
    y,
    run({
      epochs: 2,
      validationData: [x, y],
      callbacks: [
        callbacks.modelCheckpoint('runs/{epoch:02d}.safetensors'),
        callbacks.modelCheckpoint('runs/weights.safetensors', { saveWeightsOnly: true }),
        { onEpochEnd: async () => void after.push(await weightsOf(model)) },
      ],
    }),
  );
  expect(await weightsOf(await loadModel('runs/01.safetensors'))).toEqual(after[0]);
  expect(await weightsOf(await loadModel('runs/02.safetensors'))).toEqual(after[1]);
  const other = smallModel();
  await other.loadWeights('runs/weights.safetensors');
  expect(await weightsOf(other)).toEqual(after[1]);
});

test('modelCheckpoint saves after every so many batches, across epochs', async () => {
  const model = smallModel();
  // Three batches an epoch: after batches 2 and 4, that is after the first of the second epoch, and 6.
  await model.fit(
    x,
    y,
    run({ epochs: 2, callbacks: callbacks.modelCheckpoint('{epoch}-{batch}.safetensors', { saveFreq: 2 }) }),
  );
  const steps = async (path: string): Promise<number> => (await loadModel(path)).optimizer!.iterations.value.item();
  expect(await steps('1-2.safetensors')).toBe(2);
  expect(await steps('2-1.safetensors')).toBe(4);
  expect(await steps('2-3.safetensors')).toBe(6);
  expect(await files.exists('1-3.safetensors')).toBe(false);
});

describe('progressBar', () => {
  test('shows what is asked for in place of what fit shows', async () => {
    const said = consoleOf();
    await smallModel().fit(
      x,
      y,
      run({
        epochs: 2,
        verbose: 1,
        callbacks: callbacks.progressBar({ style: 'lines', metrics: ['accuracy'] }),
      }),
    );
    expect(said.text()).toMatch(
      /^Epoch 1\/2\n3\/3 - 0s - \S+ - accuracy: \d\.\d{4}\nEpoch 2\/2\n3\/3 - 0s - \S+ - accuracy: \d\.\d{4}\n$/,
    );
  });

  test('is drawn in the width that is asked for', async () => {
    let time = 0;
    const said = consoleOf({ isTerminal: true, now: () => (time += 100) });
    await smallModel().fit(x, y, run({ callbacks: callbacks.progressBar({ width: 6, refreshMilliseconds: 10 }) }));
    expect(said.text()).toMatch(/3\/3 ━{6} 0s/);
    expect(said.text()).toContain('1/3 ━━━━━━ ');
  });

  test('serves evaluate and predict too', async () => {
    const said = consoleOf();
    const bar = callbacks.progressBar({ metrics: ['loss'] });
    const model = smallModel();
    await model.evaluate(x, y, { callbacks: bar });
    expect(said.text()).toMatch(/^1\/1 - 0s - \S+ - loss: \d\.\d{4}\n$/);
    await model.predict(x, { callbacks: bar });
    expect(said.text().split('\n')).toHaveLength(3);
  });
});

describe.each([referenceBackend, wasmBackend(nodePlatform)])('terminateOnNaN on $name', (backend) => {
  useBackend(backend);

  /** 12 samples of which number 9 is `value`. */
  const withOne = (value: number): ReturnType<typeof fromNDArray> => {
    const data = Float32Array.from({ length: 36 }, (_, i) => (i === 27 ? value : i / 36));
    return fromNDArray({ dtype: 'float32', shape: [12, 3], data });
  };

  /** A model whose first layer makes large inputs infinite. */
  const steepModel = (): Sequential => {
    const model = smallModel();
    model.setWeights(model.getWeights().map((weight) => weight.abs().add(1)));
    return model;
  };

  test('stops at the batch, as it would if it looked at each, and names the layer whose outputs were wrong', async () => {
    // The square of 1e20 is beyond float32.
    const said = consoleOf();
    const model = smallModel();
    const { epoch, history } = await model.fit(
      withOne(1e20).mul(1e19),
      y,
      run({ batchSize: 2, epochs: 3, callbacks: callbacks.terminateOnNaN() }),
    );
    expect(epoch).toEqual([0]);
    expect(history.loss![0]).toBeNaN();
    expect(said.text()).toBe('Batch 4: Invalid loss, terminating training\n');
    expect(said.warnings().join()).toMatch(/epoch 1, the inputs x of the batch are infinite already/);
    expect(await model.optimizer!.iterations.value.item()).toBe(5);
    expect(model.stopTraining).toBe(true);
  });

  test('the weights in the end are those of a look at each batch', async () => {
    const each = steepModel();
    const data = withOne(3e38);
    await each.fit(
      data,
      y,
      run({
        batchSize: 2,
        epochs: 3,
        callbacks: {
          onTrainBatchEnd: (_batch, { loss }) => {
            if (!Number.isFinite(loss)) each.stopTraining = true;
          },
        },
      }),
    );
    const said = consoleOf();
    const model = steepModel();
    await model.fit(data, y, run({ batchSize: 2, epochs: 3, callbacks: callbacks.terminateOnNaN() }));
    expect(await weightsOf(model)).toEqual(await weightsOf(each));
    expect(said.warnings().join()).toMatch(
      new RegExp(`the outputs of layer "${model.layers[0]!.name}" \\(Dense\\) are (NaN|infinite)`),
    );
  });

  test('a loss that is wrong by itself', async () => {
    const said = consoleOf();
    const model = smallModel();
    model.compile({ optimizer: 'sgd', loss: (_yTrue, yPred) => yPred.sum(-1).sub(1000).log() });
    await model.fit(x, y, run({ callbacks: callbacks.terminateOnNaN() }));
    expect(said.warnings().join()).toMatch(/the loss is NaN, from outputs of the model that are finite/);
  });

  test('gradients that are wrong while the loss is not, in the step before', async () => {
    const said = consoleOf();
    const model = smallModel();
    // The root's gradient at 0 is infinite.
    model.compile({ optimizer: 'sgd', loss: (_yTrue, yPred) => yPred.mul(0).sqrt().sum(-1) });
    await model.fit(x, y, run({ callbacks: callbacks.terminateOnNaN() }));
    expect(said.text()).toBe('Batch 1: Invalid loss, terminating training\n');
    expect(said.warnings().join()).toMatch(
      new RegExp(`the gradients of layer "${model.layers[1]!.name}" \\(Dense\\) \\(".*/bias"\\) are NaN`),
    );
  });

  test('an update that overflows', async () => {
    const said = consoleOf();
    const model = smallModel();
    model.compile({ optimizer: adam(3e38), loss: 'sparseCategoricalCrossentropy' });
    model.optimizer!.learningRate = 3.4e38;
    await model.fit(x.mul(1e-3), y, run({ epochs: 4, callbacks: callbacks.terminateOnNaN() }));
    expect(said.text()).toMatch(/^Batch \d: Invalid loss/);
    expect(said.warnings().join()).toMatch(/layer "dense/);
  });

  test('weights that were wrong before', async () => {
    const said = consoleOf();
    const model = smallModel();
    model.setWeights(model.getWeights().map((weight, index) => (index === 2 ? weight.mul(NaN) : weight)));
    await model.fit(x, y, run({ callbacks: callbacks.terminateOnNaN() }));
    expect(said.text()).toBe('Batch 0: Invalid loss, terminating training\n');
    expect(said.warnings().join()).toMatch(
      new RegExp(`the weights of layer "${model.layers[1]!.name}" \\(Dense\\) \\(".*/kernel"\\) are NaN`),
    );
  });

  test('with raiseError it is an error', async () => {
    const fit = steepModel().fit(
      withOne(3e38),
      y,
      run({ batchSize: 2, callbacks: callbacks.terminateOnNaN({ raiseError: true }) }),
    );
    await expect(fit).rejects.toThrow(/the loss of batch 4 of epoch 1 is not a finite number. First, the outputs of/);
  });

  test('says nothing where all is well', async () => {
    const said = consoleOf();
    const plain = smallModel();
    const watched = smallModel();
    await plain.fit(x, y, run({ epochs: 2 }));
    await watched.fit(x, y, run({ epochs: 2, callbacks: callbacks.terminateOnNaN() }));
    expect(await weightsOf(watched)).toEqual(await weightsOf(plain));
    expect(said.text() + said.warnings().join()).toBe('');
  });
});

describe('refused', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['an unknown option', () => callbacks.earlyStopping({ patient: 3 } as object), /Did you mean 'patience'/],
    ['an unknown mode', () => callbacks.earlyStopping({ mode: 'least' }), /Unknown mode.*Known: auto, min, max/],
    [
      'a name that tells nothing',
      () => callbacks.earlyStopping({ monitor: 'val_zeta' }),
      /Give mode: 'min' or mode: 'max'/,
    ],
    ['a factor of 1', () => callbacks.reduceLROnPlateau({ factor: 1 }), /a factor below 1/],
    ['no function', () => callbacks.learningRateScheduler(0.1 as never), /expected a function/],
    ['no name of a file', () => callbacks.csvLogger(''), /filename: expected a text/],
    ['a format that is not there', () => callbacks.modelCheckpoint('m.txt'), /ends in .*\.safetensors/],
    [
      'a frequency',
      () => callbacks.modelCheckpoint('m.safetensors', { saveFreq: 'batch' as never }),
      /'epoch' or a number/,
    ],
    ['no batches', () => callbacks.backupAndRestore('b', { saveFreq: 0 }), /at least 1/],
    ['an option beside the first', () => callbacks.backupAndRestore('b', { keep: 1 } as object), /Unknown option/],
    ['a style', () => callbacks.progressBar({ style: 'dots' }), /Unknown style/],
    ['no names', () => callbacks.progressBar({ metrics: 'loss' as never }), /a list of names/],
    ['talking too much', () => callbacks.earlyStopping({ verbose: 2 as never }), /0 or 1/],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(message);
  });

  test('a rate that is none', async () => {
    const fit = smallModel().fit(x, y, run({ callbacks: callbacks.learningRateScheduler(() => NaN) }));
    await expect(fit).rejects.toThrow(/a number of at least 0 for epoch 0, received NaN/);
  });
});
