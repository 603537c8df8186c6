// Rates that fall by a factor, or in proportion to time: exponential and inverse-time decay.
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { full } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkBoolean, checkNumber, checkWhole } from '../../check.js';
import { makeSchedule, type Schedule } from './schedule.js';

export interface DecayOptions {
  readonly initialLearningRate: number;
  /** The number of steps to which `decayRate` refers. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Whether the rate changes only every `decaySteps` steps; false by default. */
  readonly staircase?: boolean;
  readonly name?: string;
}

const decayOptionNames = ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase', 'name'] as const;

function decaySchedule(
  className: string,
  what: string,
  options: DecayOptions,
  formula: (initial: number, decayRate: number, progress: Tensor) => Tensor,
): Schedule {
  rejectUnknownOptions(what, options, decayOptionNames);
  const initial = checkNumber(options.initialLearningRate, `${what}: initialLearningRate`, 0);
  const decaySteps = checkWhole(options.decaySteps, `${what}: decaySteps`);
  const decayRate = checkNumber(options.decayRate, `${what}: decayRate`, 0);
  const staircase = checkBoolean(options.staircase ?? false, `${what}: staircase`);
  return makeSchedule(
    className,
    (step) => {
      const progress = step.div(decaySteps);
      return formula(initial, decayRate, staircase ? progress.floor() : progress);
    },
    { initial_learning_rate: initial, decay_steps: decaySteps, decay_rate: decayRate, staircase },
    options.name ?? className,
  );
}

/** initialLearningRate * decayRate ^ (step / decaySteps). */
export function exponentialDecay(options: DecayOptions): Schedule {
  return decaySchedule('ExponentialDecay', 'schedules.exponentialDecay', options, (initial, decayRate, progress) =>
    full([], decayRate).pow(progress).mul(initial),
  );
}

/** initialLearningRate / (1 + decayRate * step / decaySteps). */
export function inverseTimeDecay(options: DecayOptions): Schedule {
  return decaySchedule('InverseTimeDecay', 'schedules.inverseTimeDecay', options, (initial, decayRate, progress) =>
    full([], initial).div(progress.mul(decayRate).add(1)),
  );
}
