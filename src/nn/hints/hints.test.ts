import { afterEach, describe, expect, test } from 'vitest';
import { existsSync } from 'node:fs';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { flags, setFlags } from '../../base/flags.js';
import { engine } from '../../engine/engine.js';
import type { Tensor } from '../../tensor/tensor.js';
import { l2 } from '../regularizers.js';
import { dense } from '../layers/index.js';
import { sequential, type Sequential } from '../model/sequential.js';
import { sgd } from '../optimizers/index.js';
import { hintNames, pageOf, type HintsOption } from './hint.js';
import { allHints } from './list.js';

useBackend();

const before = flags();
afterEach(() => setFlags(before));

const { x, y } = points({ count: 128 });
const options = { batchSize: 8, epochs: 6, verbose: 0 } as const;
/** Two causes at once: the inputs, and a rate that no training stands. */
const fitWrongly = (hints?: HintsOption, model = classifier({ optimizer: sgd(100) })) =>
  model.fit(x.mul(500), y, { ...options, ...(hints === undefined ? {} : { hints }) });

describe('the option hints', () => {
  test('is on by default; each cause is told once', async () => {
    expect(await hintsOf(() => fitWrongly())).toEqual(['unscaledInputs', 'learningRateTooHigh']);
    expect(await hintsOf(() => fitWrongly(true))).toEqual(['unscaledInputs', 'learningRateTooHigh']);
  });

  test('silences all, or one cause', async () => {
    expect(await hintsOf(() => fitWrongly(false))).toEqual([]);
    expect(await hintsOf(() => fitWrongly({ unscaledInputs: false }))).toEqual(['learningRateTooHigh']);
    expect(await hintsOf(() => fitWrongly({ unscaledInputs: true, overfitting: false }))).toEqual([
      'unscaledInputs',
      'learningRateTooHigh',
    ]);
  });

  test('goes before NACRE_HINTS, which silences what says nothing', async () => {
    setFlags({ ...before, hints: false });
    expect(await hintsOf(() => fitWrongly())).toEqual([]);
    expect(await hintsOf(() => fitWrongly(true))).toEqual(['unscaledInputs', 'learningRateTooHigh']);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'a name that does not exist',
      { overfiting: false },
      /Unknown option of fit: hints 'overfiting'\. Did you mean 'overfitting'\? Known: unscaledInputs, /,
    ],
    [
      'a value that is none',
      { overfitting: 'no' },
      /fit: hints: expected overfitting to be true or false, received 'no'/,
    ],
    ['anything else', 'none', /fit: expected hints to be true, false or an object .*, received 'none'/],
  ])('refuses %s', async (_, hints, message) => {
    await expect(fitWrongly(hints as HintsOption)).rejects.toThrow(message);
  });
});

test('a model is told once for as long as it stays compiled as it is', async () => {
  const model = classifier({ optimizer: sgd(100) });
  expect(await hintsOf(() => fitWrongly(true, model))).toHaveLength(2);
  expect(await hintsOf(() => fitWrongly(true, model))).toEqual([]);
  model.compile({ optimizer: sgd(100), loss: 'sparseCategoricalCrossentropy' });
  expect(await hintsOf(() => fitWrongly(true, model))).toHaveLength(2);
});

test('every hint has its own name and its page', () => {
  expect(allHints.map(({ name }) => name)).toEqual([...hintNames]);
  for (const { name } of allHints) expect(existsSync(pageOf(name)), pageOf(name)).toBe(true);
});

test('hints change nothing that is learned', async () => {
  const weightsAfter = async (hints: boolean): Promise<number[][]> => {
    const model = classifier({ optimizer: sgd(1e-5) });
    await linesOf(() => model.fit(x, y, { ...options, hints }));
    return Promise.all(model.getWeights().map(async (weight) => Array.from(await weight.data())));
  };
  expect(await weightsAfter(true)).toEqual(await weightsAfter(false));
});

describe('what a fit costs that has nothing to be told', () => {
  /** How many programs are loaded while `model` trains. */
  async function programsOf(model: Sequential, hints: boolean): Promise<number> {
    const load = engine().load.bind(engine());
    let count = 0;
    engine().load = (program) => {
      count++;
      return load(program);
    };
    await linesOf(() => model.fit(x, y, { ...options, hints }));
    engine().load = load;
    return count;
  }

  test('is no program', async () => {
    const without = await programsOf(classifier(), false);
    expect(without).toBeGreaterThan(0);
    expect(await programsOf(classifier(), true)).toBe(without);
    // Where there is reason to look, there is one more.
    const stuck = classifier({ optimizer: sgd(1e-5) });
    expect(await programsOf(stuck, true)).toBe(1 + (await programsOf(classifier({ optimizer: sgd(1e-5) }), false)));
  });
});

describe('where a loss cannot be compared with guessing', () => {
  const penalized = (): Sequential => {
    const model = sequential([dense({ units: 4, activation: 'softmax', kernelRegularizer: l2(10), inputShape: [8] })]);
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    return model;
  };

  test('penalties and weights of samples are no reason for a hint', async () => {
    expect(await hintsOf(() => penalized().fit(x, y, options))).toEqual([]);
    const model = sequential([dense({ units: 4, activation: 'softmax', inputShape: [8] })]);
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const sampleWeight = y.cast('float32').mul(0).add(1000);
    expect(await hintsOf(() => model.fit(x, y, { ...options, sampleWeight }))).toEqual([]);
  });

  test('a loss of the user is watched for what does not need it', async () => {
    const model = classifier();
    const absolute = (yTrue: Tensor, yPred: Tensor): Tensor => yPred.sub(yTrue.oneHot(4)).abs().sum(-1);
    model.compile({ optimizer: sgd(0.01), loss: absolute });
    expect(await hintsOf(() => model.fit(x, y, options))).toEqual([]);
    const wrong = classifier();
    wrong.compile({ optimizer: sgd(0.01), loss: (yTrue, yPred) => absolute(yTrue, yPred).mul(NaN) });
    expect(await hintsOf(() => wrong.fit(x, y, options))).toEqual(['learningRateTooHigh']);
  });
});
