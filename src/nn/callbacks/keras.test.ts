// Decisions, printed lines, files and names are Keras's, over recorded histories.
import { describe, expect, test } from 'vitest';
import { consoleOf } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { goldenNumber, readGolden } from '../../../tests/support/golden.js';
import { optionsOf } from '../../../tests/support/keras.js';
import { memoryFiles } from '../../base/files.js';
import { scalar } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { setFiles } from '../files.js';
import { sgd } from '../optimizers/index.js';
import type { CallbackHooks, Logs, ObservedModel } from './callback.js';
import { csvLogger } from './csv-logger.js';
import { earlyStopping } from './early-stopping.js';
import { formatPattern } from './file-pattern.js';
import { learningRateScheduler } from './learning-rate-scheduler.js';
import { modelCheckpoint } from './model-checkpoint.js';
import { Monitor } from './monitor.js';
import { reduceLROnPlateau } from './reduce-lr-on-plateau.js';

type Options = Readonly<Record<string, unknown>>;
interface Case {
  readonly options: Options;
  readonly values: readonly number[];
  readonly printed: string;
}
const golden = readGolden('callbacks') as {
  readonly early_stopping: readonly (Case & {
    readonly epochs: number;
    readonly stopped_epoch: number;
    readonly best_epoch: number;
    readonly restored: number | null;
  })[];
  readonly reduce_lr: readonly (Case & { readonly rates: readonly number[]; readonly logged: readonly number[] })[];
  readonly scheduler: readonly {
    readonly name: string;
    readonly logged: readonly number[];
    readonly printed: string;
  }[];
  readonly csv: readonly {
    readonly name: string;
    readonly options: Options;
    readonly logs: readonly Readonly<Record<string, number | string>>[];
    readonly text: string;
    readonly appended: string;
  }[];
  readonly checkpoint: readonly (Case & { readonly saved: readonly string[] })[];
  readonly patterns: readonly {
    readonly pattern: string;
    readonly values: readonly Record<string, number>[];
    readonly texts: readonly string[];
  }[];
  readonly directions: readonly { readonly name: string; readonly direction: 'up' | 'down' }[];
};

useBackend();

/** A model whose weights are the number of the epoch, and what was done to it. */
function observed(): ObservedModel & { epoch: number; restored: Tensor | undefined; readonly saved: string[] } {
  const model = {
    stopTraining: false,
    epoch: -1,
    restored: undefined as Tensor | undefined,
    saved: [] as string[],
    optimizer: sgd(0.1),
    run: undefined,
    getWeights: () => [scalar(model.epoch)],
    setWeights: ([weight]: readonly Tensor[]) => void (model.restored = weight),
    save: async (path: string) => void model.saved.push(path),
  };
  return model as unknown as ReturnType<typeof observed>;
}

/** Epochs with these logs, until training is stopped. Gives how many, and what was printed. */
async function drive(
  callback: CallbackHooks,
  history: readonly Logs[],
  model = observed(),
  each: (epoch: number, logs: Logs) => void = () => undefined,
): Promise<{ epochs: number; printed: string }> {
  const said = consoleOf();
  callback.setModel?.(model);
  await callback.onTrainBegin?.({});
  let epochs = 0;
  for (const [epoch, recorded] of history.entries()) {
    const logs = { ...recorded };
    model.epoch = epoch;
    await callback.onEpochBegin?.(epoch, {});
    await callback.onEpochEnd?.(epoch, logs);
    each(epoch, logs);
    epochs++;
    if (model.stopTraining) break;
  }
  await callback.onTrainEnd?.({});
  return { epochs, printed: said.text() };
}

test.each(golden.early_stopping)('earlyStopping $options over $values', async (recorded) => {
  const { options, values } = recorded;
  const monitor = (options.monitor ?? 'val_loss') as string;
  const callback = earlyStopping({ verbose: 1, ...optionsOf(options) });
  const model = observed();
  const { epochs, printed } = await drive(
    callback,
    values.map((value) => ({ loss: 1, [monitor]: value })),
    model,
  );
  expect({ epochs, stopped: callback.stoppedEpoch, best: callback.bestEpoch }).toEqual({
    epochs: recorded.epochs,
    stopped: recorded.stopped_epoch,
    best: recorded.best_epoch,
  });
  expect((await model.restored?.item()) ?? null).toBe(recorded.restored);
  expect(printed).toBe(recorded.printed);
});

test.each(golden.reduce_lr)('reduceLROnPlateau $options over $values', async ({ options, values, ...recorded }) => {
  const model = observed();
  const rates: number[] = [];
  const logged: number[] = [];
  const { printed } = await drive(
    reduceLROnPlateau({ verbose: 1, ...optionsOf(options) }),
    values.map((value) => ({ val_loss: value })),
    model,
    (_epoch, logs) => {
      rates.push(Math.fround(model.optimizer!.learningRate as number));
      logged.push(logs.learning_rate!);
    },
  );
  expect(rates).toEqual(recorded.rates.map(Math.fround));
  expect(logged).toEqual(recorded.logged.map(Math.fround));
  expect(printed).toBe(recorded.printed);
});

test.each(golden.scheduler)('learningRateScheduler: $name', async ({ name, ...recorded }) => {
  const schedules: Readonly<Record<string, (epoch: number, rate: number) => number>> = {
    half: (_epoch, rate) => rate * 0.5,
    'third from epoch 2': (epoch, rate) => (epoch >= 2 ? 0.01 / 3 : rate),
  };
  const logged: number[] = [];
  const { printed } = await drive(
    learningRateScheduler(schedules[name]!, { verbose: 1 }),
    Array.from({ length: 4 }, () => ({ loss: 1 })),
    observed(),
    (_epoch, logs) => void logged.push(logs.learning_rate!),
  );
  expect(logged).toEqual(recorded.logged.map(Math.fround));
  expect(printed).toBe(recorded.printed);
});

test.each(golden.csv)('csvLogger: $name', async ({ options, logs, text, appended }) => {
  const files = memoryFiles();
  setFiles(files);
  const history = logs.map((log) =>
    Object.fromEntries(Object.entries(log).map(([name, value]) => [name, goldenNumber(value)])),
  );
  const written = async (): Promise<string> => new TextDecoder().decode(await files.read('runs/log.csv'));
  await drive(csvLogger('runs/log.csv', optionsOf(options)), history);
  expect(await written()).toBe(text);
  await drive(csvLogger({ filename: 'runs/log.csv', append: true, ...optionsOf(options) }), history);
  expect(await written()).toBe(appended);
  await drive(csvLogger('runs/log.csv', optionsOf(options)), history);
  expect(await written()).toBe(text);
});

test.each(golden.checkpoint)('modelCheckpoint $options over $values', async ({ options, values, ...recorded }) => {
  setFiles(memoryFiles());
  const model = observed();
  const callback = modelCheckpoint('{epoch:02d}-{val_loss:.2f}.safetensors', { verbose: 1, ...optionsOf(options) });
  const { printed } = await drive(
    callback,
    values.map((value) => ({ loss: 1, val_loss: value })),
    model,
  );
  const inOurFormat = (text: string): string => text.replaceAll('.keras', '.safetensors');
  expect(model.saved).toEqual(recorded.saved.map(inOurFormat));
  expect(printed).toBe(inOurFormat(recorded.printed));
});

test.each(golden.directions)('of $name, what is better is $direction', ({ name, direction }) => {
  for (const monitor of [name, `val_${name}`, `${name}_1`])
    expect(new Monitor('test', { monitor }).isImprovement(2, 1)).toBe(direction === 'up');
});

describe('names of files', () => {
  test.each(golden.patterns)('$pattern', ({ pattern, values, texts }) => {
    expect(values.map((numbers) => formatPattern(pattern, numbers, 'test'))).toEqual(texts);
  });

  test.each<[string, RegExp]>([
    ['{val_los}', /names 'val_los'.*There is: epoch, val_loss/],
    ['{constructor}', /names 'constructor'/],
    ['{epoch:x}', /'{epoch:x}': expected a format/],
    ['{val_loss:d}', /only epoch and batch are whole/],
    ['{val_loss:.2}', /a letter after the precision/],
  ])('%s is refused', (pattern, message) => {
    expect(() => formatPattern(pattern, { epoch: 1, val_loss: 0.5 }, 'test')).toThrow(message);
  });
});
