// Optimizers and schedules agree with Keras: variables after each of ten steps, rates at many steps.
import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../../tests/support/golden.js';
import { expectNear, goldenTensor, optionsOf } from '../../../tests/support/keras.js';
import type { Json } from '../../formats/json.js';
import { compile } from '../../tensor/compile.js';
import { arange, stack } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { ofTraining } from '../saving/compile-again.js';
import { ConfigReader } from '../saving/config/from-config.js';
import { serialize } from '../serialization.js';
import * as optimizers from './index.js';
import * as schedules from './schedules/index.js';

interface ScheduleCase {
  readonly schedule: string;
  readonly config: Readonly<Record<string, unknown>>;
}

interface OptimizerCase {
  readonly name: string;
  readonly optimizer: 'SGD' | 'Adam' | 'RMSprop';
  readonly config: Readonly<Record<string, unknown>>;
  readonly after: readonly (readonly number[])[][];
}

const golden = readGolden('optimizers') as {
  initial: readonly GoldenArray[];
  gradients: readonly { gradients: readonly GoldenArray[] }[];
  cases: readonly OptimizerCase[];
};
const goldenSchedules = readGolden('schedules') as {
  steps: readonly number[];
  cases: readonly (ScheduleCase & { values: readonly number[] })[];
};

function makeSchedule({ schedule, config }: ScheduleCase): schedules.Schedule {
  const options = optionsOf(config);
  const factories: Readonly<Record<string, (options: never) => schedules.Schedule>> = {
    ExponentialDecay: schedules.exponentialDecay,
    InverseTimeDecay: schedules.inverseTimeDecay,
    PiecewiseConstantDecay: schedules.piecewiseConstantDecay,
    PolynomialDecay: schedules.polynomialDecay,
    CosineDecay: schedules.cosineDecay,
    CosineDecayRestarts: schedules.cosineDecayRestarts,
    OneCycle: schedules.oneCycle,
  };
  return factories[schedule]!(options as never);
}

function makeOptimizer({ optimizer, config }: OptimizerCase): optimizers.Optimizer {
  const options = optionsOf(config);
  if (typeof options.learningRate === 'object')
    options.learningRate = makeSchedule(options.learningRate as unknown as ScheduleCase);
  return { SGD: optimizers.sgd, Adam: optimizers.adam, RMSprop: optimizers.rmsprop }[optimizer](options);
}

const makeVariables = (): Variable[] =>
  golden.initial.map((value, i) => new Variable(goldenTensor(value), { name: `variable_${i}` }));
const gradients = golden.gradients.map((step) => step.gradients.map(goldenTensor));

forEachBackend(() => {
  describe('optimizers', () => {
    test.each(golden.cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
      const optimizer = makeOptimizer(recorded);
      const variables = makeVariables();
      const step = compile((parts: Tensor[]) => {
        optimizer.applyGradients(parts, variables);
      });
      for (const [i, parts] of gradients.entries()) {
        await step(parts);
        for (const [position, variable] of variables.entries())
          expectNear(await variable.value.data(), recorded.after[i]![position]!, 2e-6);
      }
      expect([...(await optimizer.iterations.value.data())]).toEqual([gradients.length]);
      step.dispose();
    });

    test.each(['SGD momentum', 'Adam amsgrad', 'RMSprop centered, momentum'])('%s, one op at a time', async (name) => {
      const recorded = golden.cases.find((candidate) => candidate.name === name)!;
      const optimizer = makeOptimizer(recorded);
      const variables = makeVariables();
      for (const parts of gradients) optimizer.applyGradients(parts, variables);
      for (const [position, variable] of variables.entries())
        expectNear(await variable.value.data(), recorded.after.at(-1)![position]!, 2e-6);
    });

    test('a decay is rate / (1 + decay x step)', async () => {
      const recorded = golden.cases.find(({ name }) => name === 'Adam legacy decay 0.1')!;
      const optimizer = optimizers.adam({ learningRate: 0.05, decay: 0.1 });
      const variables = makeVariables();
      for (const parts of gradients) optimizer.applyGradients(parts, variables);
      for (const [position, variable] of variables.entries())
        expectNear(await variable.value.data(), recorded.after.at(-1)![position]!, 2e-6);
    });
  });

  describe('schedules', () => {
    test.each(
      goldenSchedules.cases.map(
        (recorded) => [`${recorded.schedule} ${JSON.stringify(recorded.config)}`, recorded] as const,
      ),
    )('%s', async (_, recorded) => {
      const schedule = makeSchedule(recorded);
      const steps = goldenSchedules.steps.map((step) => arange(step, step + 1).squeeze());
      const rates = stack(steps.map((step) => schedule.rate(step)));
      expect(rates.dtype).toBe('float32');
      // One unit in the last place of a cosine near -1 is 3e-9 of a rate that falls from 0.1.
      expectNear(await rates.data(), recorded.values, 4e-6, 1e-3);
      expect(schedule.className).toBe(recorded.schedule);
      expect(schedule.getConfig()).toMatchObject(recorded.config);
      const described = serialize('keras.optimizers.schedules', schedule) as unknown as Json;
      const again = new ConfigReader({}, { namespaces: ofTraining }).read(described, 'a test') as schedules.Schedule;
      expect(again.getConfig()).toEqual(schedule.getConfig());
    });
  });
});
