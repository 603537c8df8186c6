import { afterEach, describe, expect, test } from 'vitest';
import { consoleOf, resetConsole } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { testNative } from '../../../tests/support/native.js';
import { smallData } from '../../../tests/support/models.js';
import { wasmBackend } from '../../backends/wasm/backend.js';
import { ShapeError, StateError, ValueError } from '../../base/errors.js';
import { nodePlatform } from '../../platform/node.js';
import { dense, dropout } from '../layers/index.js';
import { clearNames, setRandomSeed } from '../naming.js';
import { sequential, type Sequential } from './sequential.js';

const { x, y } = smallData(50);

/** A model whose every kind of state moves in training: weights, Adam's moments, what dropout draws. */
function makeModel(): Sequential {
  clearNames();
  setRandomSeed(4);
  const model = sequential([
    dense({ units: 8, activation: 'relu', inputShape: [3] }),
    dropout({ rate: 0.5 }),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const stateOf = async (model: Sequential): Promise<number[][]> =>
  Promise.all(
    [...model.weights, ...(model.optimizer?.variables ?? [])].map(async ({ value }) => Array.from(await value.data())),
  );

const quiet = { print: false, batchSize: 16 } as const;
const silent = { verbose: 0, batchSize: 16 } as const;

afterEach(() => resetConsole());

describe.each([wasmBackend(nodePlatform), testNative()])('model.profile on $name', (factory) => {
  useBackend(factory);

  test('changes nothing that training could tell, bit for bit', async () => {
    const [profiled, other] = [makeModel(), makeModel()];
    await profiled.profile(x, y, quiet);
    const histories = [];
    for (const model of [profiled, other]) histories.push((await model.fit(x, y, silent)).history);
    const before = await stateOf(profiled);
    await profiled.profile(x, y, quiet);
    expect(await stateOf(profiled)).toEqual(before);
    for (const [i, model] of [profiled, other].entries())
      histories[i] = [histories[i], (await model.fit(x, y, { ...silent, epochs: 2 })).history] as never;
    expect(histories[0]).toEqual(histories[1]);
    expect(await stateOf(profiled)).toEqual(await stateOf(other));
    expect((await stateOf(profiled)).flat()).not.toEqual(before.flat());
  });

  test('shows the step of fit: forward, backward and the update', async () => {
    const { backend, kernels } = await makeModel().profile(x, y, quiet);
    expect(backend).toBe(factory.name);
    const operations = kernels.map((kernel) => kernel.operations).join('; ');
    // Two products forward, the gradients of both weights, and that of the hidden layer.
    expect(operations.match(/contract/g)).toHaveLength(5);
    expect(operations).toContain('contract [16,8]');
    // Adam divides by the root of its second moment.
    expect(operations).toMatch(/roughSqrt/);
  });
});

describe('what it prints', () => {
  useBackend(wasmBackend(nodePlatform));

  test('is the table, once, as wide as it may be', async () => {
    const output = consoleOf();
    const profile = await makeModel().profile(x, y, { batchSize: 16, lineLength: 120 });
    expect(output.text()).toBe(profile.toString(120));
    expect(output.text()).toContain(`${profile.kernels.length} kernel`);
  });

  test('fits the terminal', async () => {
    const output = consoleOf({ isTerminal: true, columns: 82 });
    const profile = await makeModel().profile(x, y, { batchSize: 16 });
    expect(output.text()).toBe(profile.toString(82));
  });

  test('goes to printFn instead, or nowhere', async () => {
    const output = consoleOf();
    const texts: string[] = [];
    const profile = await makeModel().profile(x, y, { printFn: (text) => texts.push(text) });
    await makeModel().profile(x, y, quiet);
    expect(texts).toEqual([profile.toString()]);
    expect(output.text()).toBe('');
  });
});

describe('what it refuses', () => {
  useBackend();

  test('a model that is not compiled, or is being trained', async () => {
    await expect(sequential([dense({ units: 1 })]).profile(x, y)).rejects.toThrow(/profile: .* is not compiled yet/);
    const model = makeModel();
    const fitting = model.fit(x, y, silent);
    await expect(model.profile(x, y)).rejects.toThrow(/profile: .* is being trained; await fit/);
    await fitting;
  });

  test('a backend without kernels', async () => {
    const profile = makeModel().profile(x, y, quiet);
    await expect(profile).rejects.toThrow(StateError);
    await expect(profile).rejects.toThrow(/the reference backend .* has no kernels/);
  });

  test('options that do not exist or do not fit', async () => {
    const model = makeModel();
    await expect(model.profile(x, y, { batchsize: 3 } as never)).rejects.toThrow(/batchSize/);
    await expect(model.profile(x, y, { batchSize: 0 })).rejects.toThrow(ValueError);
    await expect(model.profile(x, y, { print: 1 as never })).rejects.toThrow(/profile: print/);
    await expect(model.profile(x, y, { lineLength: 1.5 })).rejects.toThrow(/profile: lineLength/);
  });

  test('data that does not fit', async () => {
    await expect(makeModel().profile(x, [0, 1], quiet)).rejects.toThrow(ShapeError);
  });
});
