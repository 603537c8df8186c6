// A training that is broken off at any batch and goes on ends with the bits of one that was not.
import { beforeEach, describe, expect, test } from 'vitest';
import { consoleOf } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { useFiles } from '../../../tests/support/files.js';
import { smallData } from '../../../tests/support/models.js';
import { readSafetensors } from '../../formats/safetensors.js';
import { writeSafetensors } from '../../formats/write-safetensors.js';
import * as layers from '../layers/index.js';
import { sequential, type Sequential } from '../model/sequential.js';
import { setRandomSeed } from '../naming.js';
import { adam } from '../optimizers/index.js';
import type { SaveFrequency } from './options.js';
import * as callbacks from './index.js';

useBackend();
const files = useFiles();

const { x, y } = smallData(14);
const epochs = 4;
/** 10 samples to train on, in batches of 4. */
const batches = 3;

function newModel(): Sequential {
  const model = sequential([
    layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
    layers.dropout({ rate: 0.4 }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: adam(0.05), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Trains, and breaks off after that many batches. Gives the epochs that were logged. */
async function train(
  model: Sequential,
  saveFreq: SaveFrequency,
  stopAfter = Infinity,
  settings: { deleteCheckpoint?: boolean; batchSize?: number } = {},
): Promise<readonly number[]> {
  const controller = new AbortController();
  let done = 0;
  const fit = model.fit(x, y, {
    epochs,
    batchSize: settings.batchSize ?? 4,
    validationSplit: 0.25,
    verbose: 0,
    signal: controller.signal,
    callbacks: [
      callbacks.backupAndRestore('backup', { saveFreq, deleteCheckpoint: settings.deleteCheckpoint ?? true }),
      callbacks.reduceLROnPlateau({ patience: 1, factor: 0.5, minDelta: 0.02 }),
      callbacks.earlyStopping({ patience: 1, restoreBestWeights: true, startFromEpoch: 1, minDelta: 0.01 }),
      callbacks.csvLogger('log.csv'),
      {
        onTrainBatchEnd: () => {
          if (++done === stopAfter) controller.abort();
        },
      },
    ],
  });
  if (stopAfter === Infinity) return (await fit).epoch;
  await expect(fit).rejects.toThrow(/was stopped/);
  return [];
}

interface Outcome {
  readonly weights: readonly number[];
  readonly rate: unknown;
  readonly steps: number;
  readonly log: string;
}

async function outcome(model: Sequential): Promise<Outcome> {
  const values = await Promise.all(model.getWeights().map((weight) => weight.data()));
  return {
    weights: values.flatMap((value) => [...value]),
    rate: Math.fround(model.optimizer!.learningRate as number),
    steps: await model.optimizer!.iterations.value.item(),
    log: new TextDecoder().decode(await files.read('log.csv')),
  };
}

describe.each<[SaveFrequency]>([['epoch'], [1], [2], [5]])('kept after every %s', (saveFreq) => {
  test('broken off after each batch in turn', async () => {
    setRandomSeed(11);
    const whole = newModel();
    const logged = await train(whole, 'epoch');
    const expected = await outcome(whole);
    // Otherwise the callbacks' memory would not be tested.
    expect(expected.rate).toBeLessThan(0.05);
    expect(await files.exists('backup/latest.safetensors')).toBe(false);

    for (let stopAfter = 1; stopAfter < logged.length * batches; stopAfter += 2) {
      await files.remove('log.csv');
      setRandomSeed(11);
      await train(newModel(), saveFreq, stopAfter);
      // A process of its own would draw another seed and count its layers anew; the initial weights differ too.
      setRandomSeed(stopAfter);
      layers.dropout({ rate: 0.1 });
      const second = newModel();
      // Before the first backup there is nothing to go on from.
      const isKept = await files.exists('backup/latest.safetensors');
      expect(isKept).toBe(stopAfter >= (saveFreq === 'epoch' ? batches + 1 : saveFreq));
      if (!isKept) setRandomSeed(11);
      const model = isKept ? second : newModel();
      await train(model, saveFreq);
      expect(await outcome(model)).toEqual(expected);
    }
  });
});

test('broken off again and again', async () => {
  setRandomSeed(11);
  const whole = newModel();
  await train(whole, 'epoch');
  const expected = await outcome(whole);
  await files.remove('log.csv');
  setRandomSeed(11);
  let model = newModel();
  for (const stopAfter of [2, 2, 3, 1]) {
    await train(model, 1, stopAfter);
    setRandomSeed(99);
    model = newModel();
  }
  await train(model, 1);
  expect(await outcome(model)).toEqual(expected);
});

test('a training that is over does not begin again', async () => {
  setRandomSeed(11);
  const model = newModel();
  const logged = await train(model, 'epoch', Infinity, { deleteCheckpoint: false });
  const expected = await outcome(model);
  expect(logged.length).toBeGreaterThan(0);
  const again = newModel();
  expect(await train(again, 'epoch', Infinity, { deleteCheckpoint: false })).toEqual([]);
  expect(await outcome(again)).toEqual(expected);
});

describe('refused, or said', () => {
  const path = 'backup/latest.safetensors';
  beforeEach(async () => {
    setRandomSeed(11);
    await train(newModel(), 1, 4);
  });

  test('another optimizer', async () => {
    const model = newModel();
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    await expect(train(model, 1)).rejects.toThrow(/of a training with another optimizer/);
  });

  test('another model', async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await expect(train(model, 1)).rejects.toThrow(/its weights are not those of the model/);
  });

  test('other batches in the middle of an epoch', async () => {
    await expect(train(newModel(), 1, Infinity, { batchSize: 5 })).rejects.toThrow(
      /with batch_size 4; this one has batch_size 5/,
    );
  });

  test('other metrics in the middle of an epoch', async () => {
    const model = newModel();
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await expect(train(model, 1)).rejects.toThrow(/had other metrics/);
  });

  test('a file that is no backup, and one that is damaged', async () => {
    const bytes = (await files.read(path))!;
    const { tensors, metadata } = readSafetensors(bytes, 'f');
    for (const [run, message] of [
      [undefined, /is no backup of a training/],
      ['{"epoch": 1}', /expected where a training stood/],
      [
        JSON.stringify({ ...(JSON.parse(metadata.get('run')!) as object), metrics: 1e9 }),
        /'extra\/metrics\/\d+' is missing/,
      ],
    ] as const) {
      const changed = new Map(metadata);
      if (run === undefined) changed.delete('run');
      else changed.set('run', run);
      await files.write(path, writeSafetensors({ tensors, metadata: changed }));
      await expect(train(newModel(), 1)).rejects.toThrow(message);
    }
    await files.write(path, bytes.subarray(0, bytes.length - 1));
    await expect(train(newModel(), 1)).rejects.toThrow(/'backup\/latest.safetensors'.*cut off/);
  });

  test('other callbacks', async () => {
    const said = consoleOf();
    await newModel().fit(x, y, {
      epochs,
      batchSize: 4,
      validationSplit: 0.25,
      verbose: 0,
      callbacks: callbacks.backupAndRestore('backup'),
    });
    expect(said.warnings().join()).toMatch(/of a training with 5 callbacks/);
  });
});
