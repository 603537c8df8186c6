import { beforeEach, describe, expect, test } from 'vitest';
import { resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { readGolden } from '../../../tests/support/golden.js';
import { smallData, smallModel } from '../../../tests/support/models.js';
import { camelCase } from '../../base/suggest.js';
import type { FitOptions } from '../model/options.js';
import { Callback, hookNames, type CallbackHooks, type Logs } from './callback.js';
import { lambdaCallback } from './lambda-callback.js';

type Call = readonly [hook: string, index: number | null, keys: readonly string[] | null];

interface RecordedOrder {
  readonly name: string;
  readonly calls: readonly Call[];
  readonly params: { readonly verbose: number; readonly epochs: number; readonly steps: number };
  readonly history_keys?: readonly string[];
  readonly history_epoch?: readonly number[];
  readonly history_params?: unknown;
}

const golden = readGolden('keras_console') as { callbacks: readonly RecordedOrder[] };

useBackend();
beforeEach(() => resetConsole());

/** A callback that notes every hook but the two older names, which take the newer ones' place. */
function recorder(calls: Call[], seen: { params?: unknown; model?: unknown }): CallbackHooks {
  const entries = hookNames
    .filter((name) => name !== 'onBatchBegin' && name !== 'onBatchEnd')
    .map((name) => [
      name,
      (...args: unknown[]) => {
        if (name === 'setParams') seen.params = args[0];
        else if (name === 'setModel') seen.model = args[0];
        else {
          const index = typeof args[0] === 'number' ? args[0] : null;
          calls.push([name, index, Object.keys(args.at(-1) as object)]);
        }
      },
    ]);
  return Object.fromEntries(entries) as CallbackHooks;
}

describe('hooks are called as Keras calls them', () => {
  const { x, y } = smallData(10);
  const validation = [x.slice([0, 5]), y.slice([0, 5])] as const;
  type Act = (callbacks: CallbackHooks) => Promise<unknown>;
  const fit = (options: FitOptions) => (callbacks: CallbackHooks) =>
    smallModel().fit(x, y, { ...options, verbose: 0, callbacks });
  const acts: Readonly<Record<string, Act>> = {
    'fit, 2 epochs, 3 batches, validation of 2 batches': fit({ batchSize: 4, epochs: 2, validationData: validation }),
    'fit without validation': fit({ batchSize: 5 }),
    'fit from initial_epoch 1 to 3': fit({ batchSize: 10, initialEpoch: 1, epochs: 3 }),
    evaluate: (callbacks) => smallModel().evaluate(x, y, { batchSize: 5, verbose: 0, callbacks }),
    predict: (callbacks) => smallModel().predict(x, { batchSize: 5, verbose: 0, callbacks }),
  };

  test.each(golden.callbacks)('$name', async (recorded) => {
    const calls: Call[] = [];
    const seen: { params?: unknown; model?: { readonly name: string } } = {};
    const result = await acts[recorded.name]!(recorder(calls, seen));
    expect(calls).toEqual(recorded.calls.map(([hook, index, keys]) => [camelCase(hook), index, keys]));
    expect(seen.params).toEqual(recorded.params);
    expect(seen.model!.name).toMatch(/^sequential/);
    if (recorded.history_keys) {
      const history = result as { history: object; epoch: number[]; params: unknown };
      expect(Object.keys(history.history)).toEqual(recorded.history_keys);
      expect(history.epoch).toEqual(recorded.history_epoch);
      expect(history.params).toEqual(recorded.history_params);
    }
  });
});

test('older names hear of batches where the newer are not defined', async () => {
  const { x, y } = smallData(6);
  const heard: string[] = [];
  await smallModel().fit(x, y, {
    batchSize: 3,
    verbose: 0,
    callbacks: [
      { onBatchEnd: (batch) => void heard.push(`older ${batch}`) },
      {
        onBatchEnd: () => void heard.push('not called'),
        onTrainBatchEnd: (batch) => void heard.push(`newer ${batch}`),
      },
    ],
  });
  expect(heard).toEqual(['older 0', 'newer 0', 'older 1', 'newer 1']);
});

test('a class of its own has the model and the parameters, and is awaited', async () => {
  class Recorder extends Callback {
    readonly epochs: string[] = [];
    override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
      await Promise.resolve();
      this.epochs.push(`${this.model!.name} ${epoch + 1}/${this.params!.epochs} ${Object.keys(logs).join()}`);
    }
  }
  const { x, y } = smallData(6);
  const recorded = new Recorder();
  const model = smallModel();
  await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [recorded] });
  expect(recorded.epochs).toEqual([`${model.name} 1/2 accuracy,loss`, `${model.name} 2/2 accuracy,loss`]);
});

test('what a callback adds to the logs is kept in the history', async () => {
  const { x, y } = smallData(6);
  const { history } = await smallModel().fit(x, y, {
    epochs: 2,
    verbose: 0,
    callbacks: lambdaCallback({ onEpochEnd: (epoch, logs) => void (logs.rate = epoch / 2) }),
  });
  expect(history.rate).toEqual([0, 0.5]);
});

test('stopTraining ends the epoch after the batch, and training after the epoch', async () => {
  const { x, y } = smallData(12);
  const model = smallModel();
  const batches: number[] = [];
  const { epoch } = await model.fit(x, y, {
    batchSize: 2,
    epochs: 5,
    verbose: 0,
    callbacks: {
      onTrainBatchEnd(batch) {
        batches.push(batch);
        if (batches.length === 8) model.stopTraining = true;
      },
    },
  });
  expect(batches).toEqual([0, 1, 2, 3, 4, 5, 0, 1]);
  expect(epoch).toEqual([0, 1]);
  await model.fit(x, y, { batchSize: 2, epochs: 1, verbose: 0, callbacks: { onEpochEnd: () => undefined } });
  expect(model.stopTraining).toBe(false);
});

test('a callback may evaluate and predict without disturbing the numbers of training', async () => {
  const { x, y } = smallData(12);
  const options = { batchSize: 4, shuffle: false, verbose: 0 } as const;
  const plain = await smallModel().fit(x, y, options);
  const model = smallModel();
  const disturbed = await model.fit(x, y, {
    ...options,
    callbacks: {
      onTrainBatchEnd: async () => {
        await model.evaluate(x, y, { verbose: 0 });
        await model.predict(x, { verbose: 0 });
      },
    },
  });
  expect(disturbed.history).toEqual(plain.history);
});

describe('refused', () => {
  const { x, y } = smallData(4);
  const fitWith = (callbacks: unknown): Promise<unknown> =>
    smallModel().fit(x, y, { verbose: 0, callbacks: callbacks as CallbackHooks });

  test('a function in place of an object', async () => {
    await expect(fitWith(() => undefined)).rejects.toThrow(/expected objects with hooks.*received function/);
  });

  test('a hook that does not exist, with the nearest', async () => {
    await expect(fitWith({ onEpochEnds: () => undefined })).rejects.toThrow(/Did you mean 'onEpochEnd'/);
    expect(() => lambdaCallback({ onEpochStop: () => undefined } as CallbackHooks)).toThrow(/onEpochStop/);
  });

  test('a hook that is no function', async () => {
    await expect(fitWith({ onEpochEnd: 3 })).rejects.toThrow(/hook 'onEpochEnd' to be a function, received number/);
  });
});
