import { describe, expect, test } from 'vitest';
import { forEachBackend, useBackend } from '../../tests/support/engine.js';
import { readGolden } from '../../tests/support/golden.js';
import { expectNear, optionsOf } from '../../tests/support/keras.js';
import { computeFans } from './fans.js';
import { resolveInitializer } from './initializer-option.js';
import * as initializers from './initializers.js';
import type { Initializer } from './initializers.js';
import { setRandomSeed } from './naming.js';

interface InitializerCase {
  readonly initializer: string;
  readonly config: Readonly<Record<string, number>>;
  readonly shape: readonly number[];
  readonly fan_in: number;
  readonly fan_out: number;
  readonly formula: {
    readonly min: number | null;
    readonly max: number | null;
    readonly mean: number;
    readonly stddev: number;
  };
}

const { cases } = readGolden('initializers') as { cases: readonly InitializerCase[] };

const factories: Readonly<Record<string, (options?: object) => Initializer>> = {
  GlorotUniform: initializers.glorotUniform,
  GlorotNormal: initializers.glorotNormal,
  HeUniform: initializers.heUniform,
  HeNormal: initializers.heNormal,
  LecunUniform: initializers.lecunUniform,
  LecunNormal: initializers.lecunNormal,
  RandomNormal: initializers.randomNormal,
  RandomUniform: initializers.randomUniform,
  TruncatedNormal: initializers.truncatedNormal,
};

describe('random initializers', () => {
  useBackend();

  test.each(
    cases.map(
      (recorded) =>
        [`${recorded.initializer} ${JSON.stringify(recorded.config)} ${recorded.shape.join('x')}`, recorded] as const,
    ),
  )("%s has Keras's limits and moments", async (_, { initializer, config, shape, fan_in, fan_out, formula }) => {
    expect(computeFans(shape)).toEqual({ fanIn: fan_in, fanOut: fan_out });
    const options = optionsOf(config);
    const size = shape.reduce((product, axis) => product * axis, 1);
    const values: number[] = [];
    for (let seed = 0; values.length < 20_000; seed++) {
      const drawn = factories[initializer]!({ ...options, seed }).create(shape);
      expect(drawn.shape).toEqual(shape);
      expect(drawn.dtype).toBe('float32');
      for (const value of await drawn.data()) values.push(value);
      expect(values.length).toBe((seed + 1) * size);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const stddev = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const standardError = formula.stddev / Math.sqrt(values.length);
    expect(Math.abs(mean - formula.mean)).toBeLessThan(5 * standardError);
    expect(Math.abs(stddev - formula.stddev)).toBeLessThan(5 * standardError);
    if (formula.min === null || formula.max === null) return;
    const slack = 1e-6 * (formula.max - formula.min);
    const [least, largest] = values.reduce(
      ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
      [Infinity, -Infinity],
    );
    expect(least).toBeGreaterThanOrEqual(formula.min - slack);
    expect(largest).toBeLessThanOrEqual(formula.max + slack);
    // The limits are reached nearly, so they are not too wide either.
    expect(largest - least).toBeGreaterThan(0.98 * (formula.max - formula.min));
  });
});

forEachBackend(() => {
  test('constants', async () => {
    expect([...(await initializers.zeros().create([2]).data())]).toEqual([0, 0]);
    expect([...(await initializers.ones().create([2]).data())]).toEqual([1, 1]);
    expectNear(await initializers.constant(0.1).create([2]).data(), [0.1, 0.1], 1e-7);
    expectNear(await initializers.constant({ value: 3 }).create([]).data(), [3]);
  });

  test('the same seed gives the same weights, wherever they stand', async () => {
    const draw = async (seed: number, stream: number): Promise<number[]> => [
      ...(await initializers.heNormal({ seed }).create([4, 3], stream, 1).data()),
    ];
    expect(await draw(1, 5)).toEqual(await draw(1, 7));
    expect(await draw(1, 5)).not.toEqual(await draw(2, 5));
  });

  test('the global seed gives each weight of each layer values of its own, and the same ones again', async () => {
    const draw = async (stream: number, position: number): Promise<number[]> => [
      ...(await initializers.glorotUniform().create([4, 3], stream, position).data()),
    ];
    setRandomSeed(3);
    const first = await draw(1, 0);
    expect(await draw(1, 0)).toEqual(first);
    expect(await draw(2, 0)).not.toEqual(first);
    expect(await draw(1, 1)).not.toEqual(first);
    setRandomSeed(4);
    expect(await draw(1, 0)).not.toEqual(first);
    setRandomSeed(3);
    expect(await draw(1, 0)).toEqual(first);
  });
});

test('varianceScaling with the numbers of glorotUniform is glorotUniform', async () => {
  const general = initializers.varianceScaling({ scale: 1, mode: 'fan_avg', distribution: 'uniform', seed: 1 });
  const values = general.create([5, 7]);
  const expected = initializers.glorotUniform({ seed: 1 }).create([5, 7]);
  expect(values.node.attributes).toEqual(expected.node.attributes);
  expect(general.getConfig()).toEqual({ seed: 1, scale: 1, mode: 'fan_avg', distribution: 'uniform' });
});

describe('an initializer option', () => {
  test('is a name in any spelling, an alias of Keras, or an initializer', () => {
    expect(resolveInitializer('glorot_uniform', 'test').className).toBe('GlorotUniform');
    expect(resolveInitializer('HeNormal', 'test').className).toBe('HeNormal');
    expect(resolveInitializer('uniform', 'test').className).toBe('RandomUniform');
    const own = initializers.zeros();
    expect(resolveInitializer(own, 'test')).toBe(own);
  });

  test("has Keras's configuration", () => {
    expect(initializers.glorotUniform().getConfig()).toEqual({ seed: null });
    expect(initializers.randomNormal({ seed: 2 }).getConfig()).toEqual({ seed: 2, mean: 0, stddev: 0.05 });
    expect(initializers.randomUniform().getConfig()).toEqual({ seed: null, minval: -0.05, maxval: 0.05 });
    expect(initializers.constant(0.5).getConfig()).toEqual({ value: 0.5 });
    expect(initializers.zeros().getConfig()).toEqual({});
  });

  test('that is not understood is an error', () => {
    expect(() => resolveInitializer('glorotUnifrom', 'test')).toThrow("Did you mean 'glorotUniform'?");
    expect(() => resolveInitializer(0.1 as never, 'layers.dense')).toThrow(
      'layers.dense: expected the name of an initializer',
    );
    expect(() => initializers.heNormal({ sead: 1 } as never)).toThrow(
      "Unknown option of initializers.heNormal 'sead'. Did you mean 'seed'?",
    );
    expect(() => initializers.randomUniform({ minval: 1, maxval: 0 })).toThrow('maxval');
    expect(() => initializers.randomNormal({ seed: 0.5 })).toThrow('seed of RandomNormal: expected a whole number');
    expect(() => initializers.varianceScaling({ mode: 'fan_middle' })).toThrow('Unknown mode of');
  });
});
