// Models within models and frozen layers agree with Keras: what is trained, penalized, counted, printed and described.
import { beforeEach, describe, expect, test } from 'vitest';
import { consoleOf, resetConsole } from '../../../tests/support/console.js';
import { forEachBackend, useBackend } from '../../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../../tests/support/golden.js';
import { expectNear, expectTensor, goldenTensor, optionsOf } from '../../../tests/support/keras.js';
import { wasmBackend } from '../../backends/wasm/backend.js';
import type { Json } from '../../formats/json.js';
import { nodePlatform } from '../../platform/node.js';
import { zeros } from '../../tensor/creation.js';
import { conv2d, dense, flatten, input } from '../layers/index.js';
import { flattenLayers, weightsByPath } from '../layers/within.js';
import { sparseCategoricalCrossentropy } from '../losses/index.js';
import { clearNames } from '../naming.js';
import * as optimizers from '../optimizers/index.js';
import { l2 } from '../regularizers.js';
import { ConfigReader } from '../saving/config/from-config.js';
import { sequential, Sequential } from './sequential.js';

interface Golden {
  readonly x: GoldenArray;
  readonly y: GoldenArray;
  readonly initial_weights: readonly GoldenArray[];
  readonly described: Json;
  readonly summaries: readonly {
    readonly frozen: string;
    readonly deep: boolean;
    readonly options: { readonly expand_nested?: boolean; readonly show_trainable?: boolean };
    readonly text: string;
  }[];
  readonly states: readonly {
    readonly frozen: string;
    readonly weights: readonly string[];
    readonly trainable: readonly string[];
    readonly trainable_of_base: readonly string[];
    readonly flags: readonly boolean[];
    readonly penalties: number;
  }[];
  readonly runs: readonly {
    readonly frozen: string;
    readonly optimizer: 'Adam' | 'SGD';
    readonly config: Readonly<Record<string, unknown>>;
    readonly history: Readonly<Record<string, readonly number[]>>;
    readonly optimizer_variables: readonly (readonly number[])[];
    readonly final_weights: readonly GoldenArray[];
  }[];
}

const golden = readGolden('nested') as Golden;

interface Pair {
  readonly base: Sequential;
  readonly model: Sequential;
}

function build(regularized = true): Pair {
  const base = sequential({
    name: 'base',
    layers: [
      input({ shape: [6, 6, 1], name: 'images' }),
      conv2d({
        filters: 2,
        kernelSize: 3,
        activation: 'relu',
        name: 'conv',
        ...(regularized && { kernelRegularizer: l2(0.01) }),
      }),
      flatten({ name: 'flat' }),
    ],
  });
  const model = sequential({
    name: 'model',
    layers: [base, dense({ units: 4, activation: 'relu', name: 'hidden' }), dense({ units: 3, name: 'out' })],
  });
  return { base, model };
}

const ways: Readonly<Record<string, (pair: Pair) => void>> = {
  nothing: () => undefined,
  base: ({ base }) => (base.trainable = false),
  model: ({ model }) => (model.trainable = false),
  hidden: ({ model }) => (model.getLayer('hidden').trainable = false),
  'all but conv': ({ model }) => {
    model.trainable = false;
    model.trainable = true;
    for (const name of ['hidden', 'out']) model.getLayer(name).trainable = false;
  },
  'base, then conv not': ({ base }) => {
    base.trainable = false;
    base.getLayer('conv').trainable = true;
  },
};

function frozen(how: string, regularized?: boolean): Pair {
  const pair = build(regularized);
  ways[how]!(pair);
  return pair;
}

beforeEach(() => {
  clearNames();
  resetConsole();
});

forEachBackend(() => {
  test.each(golden.runs)('training with $frozen frozen, by $optimizer', async (run) => {
    const { model } = frozen(run.frozen);
    model.setWeights(golden.initial_weights.map(goldenTensor));
    const optimizer = run.optimizer === 'Adam' ? optimizers.adam : optimizers.sgd;
    model.compile({
      optimizer: optimizer(optionsOf(run.config)),
      loss: sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ['accuracy'],
    });
    const options = { batchSize: 8, epochs: 2, shuffle: false, verbose: 0 } as const;
    const { history } = await model.fit(goldenTensor(golden.x), goldenTensor(golden.y), options);
    for (const [name, values] of Object.entries(run.history)) expectNear(history[name]!, values, 2e-5);
    for (const [index, weight] of model.getWeights().entries())
      await expectTensor(weight, run.final_weights[index]!, 2e-5);
    expect(model.optimizer!.variables.map(({ shape }) => shape)).toHaveLength(run.optimizer_variables.length);
    expect(model.optimizer!.variables.map(({ size }) => size).sort()).toEqual(
      run.optimizer_variables.map((shape) => shape.reduce((size, length) => size * length, 1)).sort(),
    );
  });
});

describe('as in Keras', () => {
  test.each(golden.states)('what is trained with $frozen frozen', (state) => {
    const { base, model } = frozen(state.frozen);
    const paths = new Map([...weightsByPath(model.layers)].map(([path, variable]) => [variable, path]));
    expect(model.weights.map((weight) => paths.get(weight))).toEqual(state.weights);
    expect(model.trainableWeights.map((weight) => paths.get(weight))).toEqual(state.trainable);
    expect(base.trainableWeights.map((weight) => paths.get(weight))).toEqual(state.trainable_of_base);
    expect(flattenLayers(model.layers).map(({ trainable }) => trainable)).toEqual(state.flags);
    expect([model.penalties().length, model.hasPenalties]).toEqual([state.penalties, state.penalties > 0]);
    expect(model.nonTrainableWeights).toHaveLength(state.weights.length - state.trainable.length);
  });

  test.each(golden.summaries)(
    'the summary with $frozen frozen, deep: $deep, $options',
    ({ frozen: how, ...recorded }) => {
      const inner = frozen(how, false).model;
      const model = recorded.deep
        ? sequential({ name: 'deep', layers: [inner, dense({ units: 2, name: 'last' })] })
        : inner;
      let text = '';
      model.summary({
        printFn: (part) => (text += part),
        ...(recorded.options.expand_nested && { expandNested: true }),
        ...(recorded.options.show_trainable && { showTrainable: true }),
      });
      expect(text).toBe(recorded.text);
    },
  );

  test('the description in a file', () => {
    const { described } = golden;
    const again = new ConfigReader({}).read(described, 'recorded');
    if (!(again instanceof Sequential)) throw new TypeError(`read ${String(again)}`);
    const base = again.getLayer('base');
    expect(base).toBeInstanceOf(Sequential);
    expect([again.name, base.trainable, again.trainable, again.countParams()]).toEqual(['model', false, true, 167]);
    expect(again.trainableWeights).toHaveLength(4);
    // What Keras writes beyond it is left out here: options that say the default and have no meaning.
    const own = JSON.parse(JSON.stringify(frozen('base').model.describe())) as Json;
    // An input layer that nobody named has a number in Keras.
    expectWithin(own, JSON.parse(JSON.stringify(described).replace('input_layer_1', 'input_layer')) as Json, '');
  });
});

const quiet = { verbose: 0, batchSize: 8 } as const;
const labelled = { loss: sparseCategoricalCrossentropy({ fromLogits: true }) } as const;

describe('a change of trainable', () => {
  useBackend();
  const [x, y] = [goldenTensor(golden.x), goldenTensor(golden.y)];
  const valuesOf = (model: Sequential): Promise<ArrayLike<number>[]> =>
    Promise.all(model.getWeights().map((weight) => weight.data()));

  test('before the first training counts; one after it only with compile, and a line says so', async () => {
    const { base, model } = build();
    model.compile({ optimizer: 'adam', ...labelled });
    base.trainable = false;
    const before = await valuesOf(model);
    const output = consoleOf();
    await model.fit(x, y, quiet);
    const first = await valuesOf(model);
    expect(first.map((value, index) => JSON.stringify(value) === JSON.stringify(before[index]))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(output.warnings()).toEqual([]);

    base.trainable = true;
    await model.fit(x, y, quiet);
    await model.fit(x, y, quiet);
    const second = await valuesOf(model);
    expect(second.slice(0, 2)).toEqual(first.slice(0, 2));
    expect(output.warnings()).toEqual([
      'Model "model" trains 147 parameters as when it was compiled, although 167 are trainable by now. Call model.compile again for a change of trainable, or of the layers, to count.',
    ]);

    model.compile({ optimizer: 'adam', ...labelled });
    await model.fit(x, y, quiet);
    expect((await valuesOf(model))[0]).not.toEqual(second[0]);
    expect(output.warnings()).toHaveLength(1);
  });

  test('is refused for what is neither true nor false', () => {
    const { base } = build();
    expect(() => (base.trainable = 0 as never)).toThrow(
      /Sequential "base": trainable: expected true or false, received 0/,
    );
    expect(base.layers.every(({ trainable }) => trainable)).toBe(true);
  });

  test('of a whole model leaves its evaluation, and a training that moves nothing', async () => {
    const { model } = frozen('model');
    model.compile({ optimizer: 'sgd', ...labelled });
    const before = await valuesOf(model);
    const { history } = await model.fit(x, y, quiet);
    expect(await valuesOf(model)).toEqual(before);
    expectNear([await model.evaluate(x, y, quiet)].flat(), history.loss!, 1e-5);
  });
});

describe('the step of a training', () => {
  useBackend(wasmBackend(nodePlatform));

  function network(): Sequential {
    return sequential([
      conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [12, 12, 1], name: 'first' }),
      conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'second' }),
      flatten(),
      dense({ units: 3, name: 'out' }),
    ]);
  }

  /** How many products a step of the network has, and what it computes, with these layers frozen. */
  async function step(...names: string[]): Promise<{ products: number; flops: number }> {
    const model = network();
    for (const name of names) model.getLayer(name).trainable = false;
    model.compile({ optimizer: 'sgd', ...labelled });
    const profile = await model.profile(zeros([16, 12, 12, 1]), zeros([16], 'int32'), { print: false, batchSize: 16 });
    const operations = profile.kernels.map((kernel) => kernel.operations).join('; ');
    return { products: operations.match(/contract/g)?.length ?? 0, flops: profile.step.flops };
  }

  test('has no product for the gradient of a frozen weight, nor for what only that one needs', async () => {
    // Three forward, three for the weights, two for the inputs of layers.
    const all = await step();
    expect(all.products).toBe(8);
    // The gradient of the first layer's kernel, and that of the second layer's input.
    const firstFrozen = await step('first');
    expect(firstFrozen.products).toBe(6);
    const bothFrozen = await step('first', 'second');
    expect(bothFrozen.products).toBe(4);
    expect(bothFrozen.flops).toBeLessThan(firstFrozen.flops);
    expect(firstFrozen.flops).toBeLessThan(all.flops);
    // A frozen layer in the middle still hands gradients on.
    expect((await step('second')).products).toBe(7);
  });
});

/** Everything in `part` is in `whole` with the same value, lists element by element. */
function expectWithin(part: Json, whole: Json | undefined, place: string): void {
  if (typeof part !== 'object' || part === null) return expect(whole, place).toEqual(part);
  if (Array.isArray(part)) expect(whole, place).toHaveLength(part.length);
  for (const [key, value] of Object.entries(part as Record<string, Json>)) {
    if (key === 'registered_name') continue;
    expectWithin(value, (whole as Record<string, Json>)[key], `${place}/${key}`);
  }
}
