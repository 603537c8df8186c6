import { describe, expect, test } from 'vitest';
import { goldenNumber, readGolden } from '../../../tests/support/golden.js';
import { ProgressBar } from './bar.js';
import { exponential, fixed } from './number-format.js';

interface RecordedBar {
  readonly name: string;
  readonly target: number | null;
  readonly dynamic: boolean;
  readonly options: { readonly verbose?: number };
  readonly updates: readonly [seconds: number, current: number, values: [string, number | string][], final: boolean][];
  readonly printed: readonly string[];
}

const recorded = (readGolden('keras_console') as { bars: RecordedBar[] }).bars;
// Here the number of steps is always known, and output that is no terminal gets whole lines. In the bar of 1875 steps,
// the recorder's clock begins at 0, the moment at which Keras believes that it has last drawn: it leaves out the first
// update, as it never does by a real clock.
const applicable = recorded.filter(
  ({ name, target, dynamic }) => target !== null && dynamic && name !== '1875 steps of a millisecond',
);

describe('a progress bar prints what Keras prints', () => {
  test('most of the recorded bars apply', () => {
    expect(applicable.length).toBeGreaterThan(40);
  });

  test.each(applicable)('$name', async ({ target, options, updates, printed }) => {
    let now = 0;
    const bar = new ProgressBar({
      target: target!,
      style: options.verbose === 2 ? 'lines' : 'rewritten',
      colour: true,
      now: () => now,
    });
    const texts: string[] = [];
    for (const [seconds, current, entries, isFinal] of updates) {
      now = seconds * 1000;
      const values = Object.fromEntries(entries.map(([name, value]) => [name, goldenNumber(value)]));
      texts.push(isFinal ? bar.finish(values) : await bar.update(current, () => Promise.resolve(values)));
    }
    expect(texts).toEqual(printed);
  });
});

test('without colours, the bar has no escape sequences', async () => {
  const bar = new ProgressBar({ target: 2, style: 'rewritten', colour: false, now: () => 0 });
  expect(await bar.update(1, () => Promise.resolve({ loss: 0.5 }))).toBe(
    `\r1/2 ${'━'.repeat(20)} 0s 0s/step - loss: 0.5000`,
  );
});

test('values are asked for only when they are shown', async () => {
  let asked = 0;
  let now = 0;
  const bar = new ProgressBar({ target: 100, style: 'rewritten', colour: false, now: () => now });
  const values = (): Promise<{ loss: number }> => Promise.resolve({ loss: ++asked });
  for (let step = 1; step <= 100; step++) {
    now = step;
    await bar.update(step, values);
  }
  // At most one every 50 ms.
  expect(asked).toBe(2);
});

describe('numbers are rounded as Python rounds', () => {
  test('exact halves go to the even digit', () => {
    expect([fixed(0.28125, 4), fixed(0.21875, 4), fixed(2.5, 0), fixed(1.5, 0), fixed(0.5, 0)]).toEqual([
      '0.2812',
      '0.2188',
      '2',
      '2',
      '0',
    ]);
    expect(exponential(-100.125, 4)).toBe('-1.0012e+02');
  });

  test('what is no exact half goes to the nearest', () => {
    expect([fixed(1.00005, 4), fixed(1.00025, 4), fixed(-0.5, 4), fixed(1e21, 1)]).toEqual([
      '1.0001',
      '1.0003',
      '-0.5000',
      '1000000000000000000000.0',
    ]);
  });

  test('exponents have two digits, and a mantissa that rounds to 10 moves on', () => {
    expect([exponential(0, 4), exponential(9.99996e-6, 4), exponential(1e-100, 4), exponential(Infinity, 4)]).toEqual([
      '0.0000e+00',
      '1.0000e-05',
      '1.0000e-100',
      'inf',
    ]);
  });
});
