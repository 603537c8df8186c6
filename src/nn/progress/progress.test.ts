// What fit, evaluate and predict print. The numbers of the recorded runs are those of another model, so that they are
// compared without their digits; times and layout are exact.
import { afterEach, describe, expect, test } from 'vitest';
import { consoleOf, resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { readGolden } from '../../../tests/support/golden.js';
import { smallData, smallModel } from '../../../tests/support/models.js';
import { setConsole } from '../console.js';
import { Progress } from './progress.js';

interface RecordedRun {
  readonly what: string;
  readonly verbose: 1 | 2;
  readonly terminal: boolean;
  readonly tick: number;
  readonly printed: string;
}

useBackend();
afterEach(() => resetConsole());

const recorded = (readGolden('keras_console') as { runs: readonly RecordedRun[] }).runs.filter(
  ({ what }) => what !== 'summary',
);
// With this seed no number is so small that it is printed in another way.
const { x, y } = smallData(10, 3);

const withoutDigits = (text: string): string => text.replace(/\d\.\d{4}/g, '#.####');

/** A clock that advances with each look, as the recorder's. */
function ticking(seconds: number): () => number {
  let looks = 0;
  return () => ++looks * seconds * 1000;
}

async function print(what: string, verbose: 0 | 1 | 2): Promise<void> {
  const model = smallModel();
  // A callback that hears of batches has every step shown.
  const hooks = { onTrainBatchEnd: () => undefined, onTestBatchEnd: () => undefined };
  const options = { batchSize: 4, verbose, callbacks: hooks } as const;
  const fitOptions = { ...options, shuffle: false };
  const validationData = [x.slice([0, 5]), y.slice([0, 5])] as const;
  if (what === 'fit') await model.fit(x, y, { ...fitOptions, epochs: 2, validationData });
  else if (what === 'fit one epoch') await model.fit(x, y, fitOptions);
  else if (what === 'evaluate') await model.evaluate(x, y, options);
  else await model.predict(x, options);
}

describe('in a terminal, the recorded lines of Keras', () => {
  test.each(recorded.filter(({ terminal }) => terminal))('$what, verbose $verbose, $tick s', async (run) => {
    const output = consoleOf({ isTerminal: true, colour: '256', now: ticking(run.tick) });
    await print(run.what, run.verbose);
    expect(withoutDigits(output.text())).toBe(withoutDigits(run.printed));
  });
});

describe('elsewhere, the lines of verbose 2 alone', () => {
  test.each(recorded.filter(({ terminal, verbose }) => !terminal && verbose === 2))('$what', async (run) => {
    for (const verbose of [1, 2] as const) {
      const output = consoleOf({ now: ticking(run.tick) });
      await print(run.what, verbose);
      expect(withoutDigits(output.text())).toBe(withoutDigits(run.printed));
    }
  });
});

test('verbose 0 prints nothing', async () => {
  for (const what of ['fit', 'evaluate', 'predict']) {
    const output = consoleOf({ isTerminal: true });
    await print(what, 0);
    expect(output.text()).toBe('');
  }
});

test('an error leaves the next line to whoever prints it', async () => {
  const output = consoleOf({ isTerminal: true });
  const failing = smallModel().fit(x, y, {
    batchSize: 4,
    callbacks: {
      onTrainBatchEnd: (batch) => {
        if (batch === 1) throw new Error('enough');
      },
    },
  });
  await expect(failing).rejects.toThrow('enough');
  expect(output.text()).toMatch(/\r1\/3 [^\n]*\n$/);
});

test('what takes long to show is shown less often', async () => {
  let now = 0;
  let shown = 0;
  setConsole({
    isTerminal: true,
    colour: 'none',
    columns: 80,
    write: () => shown++,
    warn: () => undefined,
    now: () => now,
    timer: () => now,
  });
  const progress = new Progress(1);
  progress.begin(1000);
  for (let step = 1; step <= 1000; step++) {
    now += 10;
    await progress.update(step, () => {
      now += 2;
      return Promise.resolve({ loss: 1 });
    });
  }
  // 2 ms each and pauses of 400 ms, in 10 seconds.
  expect(shown).toBeGreaterThan(20);
  expect(shown).toBeLessThan(27);
});
