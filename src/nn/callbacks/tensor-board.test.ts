// tensorBoard writes what Keras's callback writes, and nothing in a step unless it is asked to.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { consoleOf, resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { readGolden } from '../../../tests/support/golden.js';
import { expectNear, optionsOf } from '../../../tests/support/keras.js';
import { smallData, smallModel } from '../../../tests/support/models.js';
import { DataError } from '../../base/errors.js';
import { memoryFiles, type Files } from '../../base/files.js';
import { eventCodec, type EventValue } from '../../formats/tensorboard/event.js';
import { encodeGraph } from '../../formats/tensorboard/graph-def.js';
import { readRecords } from '../../formats/tfrecord.js';
import { ones, tensor } from '../../tensor/creation.js';
import { setFiles } from '../files.js';
import { conv2d, dense, flatten } from '../layers/index.js';
import { sequential, type Sequential } from '../model/sequential.js';
import { sgd } from '../optimizers/index.js';
import { exponentialDecay } from '../optimizers/schedules/index.js';
import { backupAndRestore } from './backup-and-restore.js';
import { tensorBoard } from './tensor-board.js';

type Written = readonly [tag: string, step: number, plugin: string, shape: readonly number[]];

interface RecordedRun {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly train: readonly Written[];
  readonly validation: readonly Written[];
  readonly learning_rates: readonly number[];
}

const golden = readGolden('event_files') as { readonly runs: readonly RecordedRun[] };

useBackend();

/** The files of a test, and the paths of those written, in the order in which they were made. */
let files: Files;
let paths: Set<string>;
/** The graphs that `valuesIn` has come across. */
let graphs: Uint8Array[];
beforeEach(() => {
  resetConsole();
  const memory = memoryFiles();
  paths = new Set();
  graphs = [];
  files = {
    ...memory,
    writeAt: (path, offset, bytes) => {
      paths.add(path);
      return memory.writeAt(path, offset, bytes);
    },
  };
  setFiles(files);
});

interface LoggedValue extends EventValue {
  readonly step: number;
}

/** All values in the files of a folder, in the order in which they were written. */
async function valuesIn(folder: string): Promise<LoggedValue[]> {
  const { decode } = await eventCodec();
  const values: LoggedValue[] = [];
  for (const path of paths) {
    if (!path.startsWith(`${folder}/events.out.tfevents.`)) continue;
    for (const record of readRecords((await files.read(path))!, path)) {
      const { step, summary, graphDef } = decode(record);
      if (graphDef?.length) graphs.push(graphDef);
      for (const value of summary?.value ?? []) values.push({ ...value, step: Number(step) });
    }
  }
  return values;
}

function scalarsOf(values: readonly LoggedValue[], tag: string): number[] {
  return values
    .filter((value) => value.tag === tag)
    .map(({ tensor: { tensorContent: bytes } }) => new DataView(bytes!.slice().buffer).getFloat32(0, true));
}

function network(): Sequential {
  const model = sequential({
    name: 'net',
    layers: [
      conv2d({ filters: 3, kernelSize: 2, name: 'conv', inputShape: [4, 4, 1] }),
      flatten({ name: 'flat' }),
      dense({ units: 2, activation: 'softmax', name: 'out' }),
    ],
  });
  const learningRate = exponentialDecay({ initialLearningRate: 0.5, decaySteps: 2, decayRate: 0.5 });
  const loss = 'sparseCategoricalCrossentropy';
  model.compile({ optimizer: sgd({ learningRate }), loss, metrics: ['accuracy'] });
  return model;
}

describe('the values are those that Keras writes', () => {
  const x = ones([16, 4, 4, 1]);
  const y = tensor(
    Array.from({ length: 16 }, (_, i) => i % 2),
    undefined,
    'int32',
  );
  const half = [x.slice([0, 8]), y.slice([0, 8])] as const;

  test.each(golden.runs)('$name', async (recorded) => {
    const callbacks = tensorBoard('runs/a', optionsOf(recorded.options));
    const model = network();
    const options = { batchSize: 4, verbose: 0, callbacks } as const;
    const { history } = await model.fit(x, y, { ...options, epochs: 2, validationData: half });
    const [loss, accuracy] = await model.evaluate(...half, options);

    const found = { train: await valuesIn('runs/a/train'), validation: await valuesIn('runs/a/validation') };
    for (const part of ['train', 'validation'] as const) {
      const written = found[part].map(({ tag, step, metadata, tensor: { tensorShape } }): Written => {
        const sizes = tensorShape.dim.map(({ size }) => Number(size));
        return [tag, step, metadata.pluginData.pluginName, sizes];
      });
      // One picture of all filters takes the place of one for each of the first three.
      const expected = recorded[part].map(([tag, step, plugin, shape]): Written => {
        return [tag, step, plugin, tag === 'net/conv/kernel/image' ? [3] : shape];
      });
      expect(written).toEqual(expected);
    }
    expectNear(scalarsOf(found.train, 'epoch_loss'), history.loss!, 1e-6);
    expectNear(scalarsOf(found.train, 'epoch_accuracy'), history.accuracy!, 1e-6);
    expectNear(scalarsOf(found.train, 'epoch_learning_rate'), recorded.learning_rates, 1e-6);
    expectNear(scalarsOf(found.validation, 'epoch_loss'), history.val_loss!, 1e-6);
    expectNear(scalarsOf(found.validation, 'evaluation_loss_vs_iterations'), [...history.val_loss!, loss], 1e-6);
    expectNear(
      scalarsOf(found.validation, 'evaluation_accuracy_vs_iterations'),
      [...history.val_accuracy!, accuracy!],
      1e-6,
    );
  });
});

test('the graph names the layers in their order', async () => {
  const model = network();
  await model.fit(ones([4, 4, 4, 1]), tensor([0, 1, 0, 1]), { verbose: 0, callbacks: tensorBoard() });
  const [graph] = (await valuesIn('logs/train')).filter(({ tag }) => tag === 'keras');
  const { pluginName, content } = graph!.metadata.pluginData;
  expect([pluginName, new TextDecoder().decode(content)]).toEqual(['graph_keras_model', '1']);
  const described = JSON.parse(new TextDecoder().decode(graph!.tensor.stringVal![0])) as {
    config: { name: string; layers: { class_name: string; config: { name: string } }[] };
  };
  expect(described.config.name).toBe('net');
  expect(graphs).toEqual([
    await encodeGraph([
      { name: 'net/input_layer', op: 'InputLayer', inputs: [], shape: [null, 4, 4, 1] },
      { name: 'net/conv', op: 'Conv2D', inputs: ['net/input_layer'], shape: [null, 3, 3, 3] },
      { name: 'net/flat', op: 'Flatten', inputs: ['net/conv'], shape: [null, 27] },
      { name: 'net/out', op: 'Dense', inputs: ['net/flat'], shape: [null, 2] },
    ]),
  ]);
  expect(described.config.layers.map(({ class_name, config }) => [class_name, config.name])).toEqual([
    ['InputLayer', 'input_layer'],
    ['Conv2D', 'conv'],
    ['Flatten', 'flat'],
    ['Dense', 'out'],
  ]);
});

describe('batches', () => {
  test.each([
    ['epoch', 6],
    ['batch', 1],
    [2, 2],
    [4, 4],
  ] as const)('are run together where they are not written: updateFreq %s', async (updateFreq, most) => {
    const { x, y } = smallData(6);
    const runs: number[] = [];
    let done = 0;
    const model = smallModel();
    const watch = {
      onTrainBegin: () =>
        model.run!.onSteps(() => {
          runs.push(model.run!.batch - done);
          done = model.run!.batch;
        }),
    };
    await model.fit(x, y, { batchSize: 1, verbose: 0, callbacks: [watch, tensorBoard({ updateFreq })] });
    expect(done).toBe(6);
    expect(Math.max(...runs)).toBeLessThanOrEqual(most);
    const steps = (await valuesIn('logs/train')).filter(({ tag }) => tag === 'batch_loss').map(({ step }) => step);
    expect(steps).toEqual(updateFreq === 'epoch' ? [] : [1, 2, 3, 4, 5, 6].filter((step) => step % most === 0));
  });

  test('of a run that goes on after an interruption go on too', async () => {
    const { x, y } = smallData(6);
    const losses: number[][] = [];
    for (const interrupted of [false, true]) {
      const folder = interrupted ? 'b' : 'a';
      const fit = (epochs: number): Promise<unknown> =>
        smallModel().fit(x, y, {
          batchSize: 2,
          epochs,
          verbose: 0,
          callbacks: [
            tensorBoard({ logDir: folder, updateFreq: 'batch' }),
            backupAndRestore(`${folder}/backup`, { deleteCheckpoint: false }),
          ],
        });
      if (interrupted) await fit(1);
      await fit(2);
      const values = await valuesIn(`${folder}/train`);
      const steps = values.filter(({ tag }) => tag === 'batch_loss').map(({ step }) => step);
      expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
      losses.push(scalarsOf(values, 'batch_loss'));
    }
    expect(losses[1]).toEqual(losses[0]);
  });

  test('are written as training goes on, every two seconds', async () => {
    const { x, y } = smallData(8);
    vi.useFakeTimers({ now: 1e12, toFake: ['Date'] });
    try {
      const counts: number[] = [];
      const board = tensorBoard({ updateFreq: 'batch' });
      const watch = {
        onTrainBatchEnd: async () => {
          counts.push(scalarsOf(await valuesIn('logs/train'), 'batch_loss').length);
          vi.setSystemTime(Date.now() + 1500);
        },
      };
      await smallModel().fit(x, y, { batchSize: 1, verbose: 0, callbacks: [board, watch] });
      // A value that has waited for 1.5 s waits for the next one.
      expect(counts).toEqual([0, 0, 3, 3, 3, 6, 6, 6]);
      expect(scalarsOf(await valuesIn('logs/train'), 'batch_loss')).toHaveLength(8);
    } finally {
      vi.useRealTimers();
    }
  });

  test('count on from epoch to epoch, and from 1 in the next training', async () => {
    const { x, y } = smallData(6);
    const model = smallModel();
    const callbacks = tensorBoard({ updateFreq: 'batch' });
    for (let run = 0; run < 2; run++) await model.fit(x, y, { batchSize: 3, epochs: 2, verbose: 0, callbacks });
    const steps = (await valuesIn('logs/train')).filter(({ tag }) => tag === 'batch_loss').map(({ step }) => step);
    expect(steps).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(paths.size).toBe(2);
  });
});

test('steps a second are those between two looks at the clock', async () => {
  const { x, y } = smallData(6);
  let now = 0;
  consoleOf({ now: () => (now += 500) });
  await smallModel().fit(x, y, {
    batchSize: 2,
    epochs: 2,
    verbose: 0,
    callbacks: tensorBoard({ writeStepsPerSecond: true }),
  });
  // Three steps in the 500 ms from the begin of an epoch to its end, on a clock that nobody else looks at.
  expect(scalarsOf(await valuesIn('logs/train'), 'epoch_steps_per_second')).toEqual([6, 6]);
});

test('other callbacks may add numbers, which are written too', async () => {
  const { x, y } = smallData(6);
  const adds = { onEpochEnd: (_: number, logs: Record<string, number>) => void (logs.patience = 3) };
  await smallModel().fit(x, y, { verbose: 0, callbacks: [adds, tensorBoard({ logDir: 'a/' })] });
  expect(scalarsOf(await valuesIn('a/train'), 'epoch_patience')).toEqual([3]);
});

test('a file that cannot be written ends fit with an error that names it', async () => {
  setFiles({ ...files, writeAt: (path) => Promise.reject(new DataError(`Could not write '${path}'`)) });
  const { x, y } = smallData(6);
  await expect(smallModel().fit(x, y, { verbose: 0, callbacks: tensorBoard() })).rejects.toThrow(
    /Could not write 'logs\/train\/events/,
  );
});

test('options that do not exist or mean nothing are refused', () => {
  expect(() => tensorBoard({ logdir: 'a' } as never)).toThrow("Did you mean 'logDir'?");
  expect(() => tensorBoard({ logDir: '' })).toThrow(
    "callbacks.tensorBoard: logDir: expected the path of a folder, received ''.",
  );
  expect(() => tensorBoard({ updateFreq: 'step' as never })).toThrow(
    "updateFreq: expected 'epoch', 'batch' or a number of batches, received 'step'.",
  );
  expect(() => tensorBoard({ updateFreq: 0 })).toThrow('expected a whole number of at least 1, received 0');
  expect(() => tensorBoard({ histogramFreq: -1 })).toThrow('histogramFreq');
  expect(() => tensorBoard({ profileBatch: 2 as never })).toThrow('call model.profile(x, y)');
});
