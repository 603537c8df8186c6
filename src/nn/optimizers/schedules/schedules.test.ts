import { expect, test } from 'vitest';
import { forEachBackend } from '../../../../tests/support/engine.js';
import { expectNear } from '../../../../tests/support/keras.js';
import { ValueError } from '../../../base/errors.js';
import { compile } from '../../../tensor/compile.js';
import { ones, scalar, zeros } from '../../../tensor/creation.js';
import { Variable } from '../../../tensor/variable.js';
import { adam, sgd, type Optimizer } from '../index.js';
import {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  oneCycle,
  piecewiseConstantDecay,
  polynomialDecay,
  type Schedule,
} from './index.js';

test('schedules refuse options that do not exist or mean nothing', () => {
  const decay = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 };
  expect(() => exponentialDecay({ ...decay, decayStep: 1 } as never)).toThrow("Did you mean 'decaySteps'?");
  expect(() => exponentialDecay({ ...decay, decaySteps: 0 })).toThrow(
    'schedules.exponentialDecay: decaySteps: expected a whole number of at least 1, received 0.',
  );
  expect(() => exponentialDecay({ ...decay, initialLearningRate: -1 })).toThrow(ValueError);
  expect(() => polynomialDecay({ initialLearningRate: 0.1 } as never)).toThrow('decaySteps');
  expect(() => cosineDecay({ initialLearningRate: 0.1, decaySteps: 5, warmupSteps: -1 })).toThrow('warmupSteps');
});

test('piecewise constants need ascending boundaries and one value more', () => {
  expect(() => piecewiseConstantDecay({ boundaries: [1, 2], values: [1, 2] })).toThrow(
    'expected one value more than there are boundaries, received 2 boundaries and 2 values.',
  );
  expect(() => piecewiseConstantDecay({ boundaries: [2, 1], values: [1, 2, 3] })).toThrow('ascending boundaries');
  expect(() => piecewiseConstantDecay({ boundaries: 2 as never, values: [1, 2] })).toThrow(
    'expected a list of numbers, received 2',
  );
  expect(() => piecewiseConstantDecay({ boundaries: [2], values: [1, '2'] as never })).toThrow('values[1]');
});

test('restarts need falls that do not shrink', () => {
  const restarts = { initialLearningRate: 0.1, firstDecaySteps: 10 };
  expect(() => cosineDecayRestarts({ ...restarts, tMul: 0.5 })).toThrow(
    'schedules.cosineDecayRestarts: tMul: expected 1 or a number of at least 1.01, received 0.5.',
  );
  expect(() => cosineDecayRestarts({ ...restarts, firstDecayStep: 10 } as never)).toThrow(
    "Did you mean 'firstDecaySteps'?",
  );
});

test('one cycle needs its number of steps, once', () => {
  const cycle = { maxLearningRate: 0.1 };
  expect(() => oneCycle(cycle)).toThrow(
    'schedules.oneCycle: expected either totalSteps, or epochs and stepsPerEpoch, received none of them.',
  );
  expect(() => oneCycle({ ...cycle, totalSteps: 10, epochs: 1 })).toThrow('received totalSteps, epochs.');
  expect(() => oneCycle({ ...cycle, totalSteps: 10, annealStrategy: 'cosine' as never })).toThrow(
    "Unknown annealStrategy of schedules.oneCycle 'cosine'. Known: cos, linear.",
  );
  expect(() => oneCycle({ ...cycle, totalSteps: 10, divFactor: 0 })).toThrow('expected a number above 0');
  expect(oneCycle({ ...cycle, epochs: 3, stepsPerEpoch: 5 }).getConfig()).toMatchObject({ total_steps: 15 });
});

forEachBackend(() => {
  const rates = [
    ['cosineDecayRestarts', cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 2 })],
    ['oneCycle', oneCycle({ maxLearningRate: 1, totalSteps: 6, annealStrategy: 'linear' })],
    ['polynomialDecay', polynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0 })],
  ] as const;
  test.each(rates)('%s is followed step by step within one call', async (name, schedule) => {
    const expected = {
      cosineDecayRestarts: [1, 0.5, 1, (1 + Math.SQRT1_2) / 2, 0.5],
      // The top is reached at step 6 * 0.3 - 1.
      oneCycle: [0.04, 0.952381, 0.714286, 0.47619, 0.238096],
      polynomialDecay: [1, 0.75, 0.5, 0.25, 0],
    }[name];
    const optimizer = sgd({ learningRate: schedule });
    const weight = new Variable(zeros([1]));
    const step = compile(() => optimizer.applyGradients([ones([1])], [weight]));
    const seen: number[] = [];
    for (let i = 0; i < 5; i++) seen.push(await optimizerRateAt(optimizer, i));
    expectNear(seen, expected, 1e-5);
    await step.repeat(5);
    expectNear(await weight.value.data(), [-expected.reduce((sum, rate) => sum + rate)], 1e-5);
    expectNear([await optimizer.currentLearningRate().item()], [await optimizerRateAt(optimizer, 5)], 1e-6);
    step.dispose();
  });
});

async function optimizerRateAt(optimizer: Optimizer, step: number): Promise<number> {
  const schedule = optimizer.learningRate as Schedule;
  return schedule.rate(scalar(step, 'int32')).item();
}

test('the current learning rate is the number, or what a decay has left of it', async () => {
  expectNear([await adam(0.25).currentLearningRate().item()], [0.25]);
  const decaying = adam({ learningRate: 0.5, decay: 0.25 });
  decaying.iterations.assign(scalar(4, 'int32'));
  expectNear([await decaying.currentLearningRate().item()], [0.25]);
});
