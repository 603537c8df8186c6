import { expect, test } from 'vitest';
import { ValueError } from '../../base/errors.js';
import { cosineDecay, exponentialDecay, piecewiseConstantDecay, polynomialDecay } from './schedules.js';

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
