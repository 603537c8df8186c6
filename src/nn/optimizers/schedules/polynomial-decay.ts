// A rate that falls along a polynomial, by default a straight line.
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { full } from '../../../tensor/creation.js';
import { checkBoolean, checkNumber, checkWhole } from '../../check.js';
import { makeSchedule, type Schedule } from './schedule.js';

export interface PolynomialDecayOptions {
  readonly initialLearningRate: number;
  /** The step at which the end is reached. */
  readonly decaySteps: number;
  /** 0.0001 by default. */
  readonly endLearningRate?: number;
  /** 1, a straight line, by default. */
  readonly power?: number;
  /** Whether it starts anew, over a longer distance, after the end; false by default. */
  readonly cycle?: boolean;
  readonly name?: string;
}

/** (initialLearningRate - endLearningRate) * (1 - step / decaySteps) ^ power + endLearningRate. */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const what = 'schedules.polynomialDecay';
  rejectUnknownOptions(what, options, [
    'initialLearningRate',
    'decaySteps',
    'endLearningRate',
    'power',
    'cycle',
    'name',
  ]);
  const initial = checkNumber(options.initialLearningRate, `${what}: initialLearningRate`, 0);
  const decaySteps = checkWhole(options.decaySteps, `${what}: decaySteps`);
  const end = checkNumber(options.endLearningRate ?? 0.0001, `${what}: endLearningRate`, 0);
  const power = checkNumber(options.power ?? 1, `${what}: power`, 0);
  const cycle = checkBoolean(options.cycle ?? false, `${what}: cycle`);
  return makeSchedule(
    'PolynomialDecay',
    (step) => {
      // A cycle ends at the first multiple of decaySteps that is not before the step.
      const total = cycle ? step.div(decaySteps).ceil().maximum(1).mul(decaySteps) : full([], decaySteps);
      const rest = (cycle ? step : step.minimum(decaySteps)).div(total).neg().add(1);
      return (power === 1 ? rest : rest.pow(power)).mul(initial - end).add(end);
    },
    {
      initial_learning_rate: initial,
      decay_steps: decaySteps,
      end_learning_rate: end,
      power,
      cycle,
    },
    options.name ?? 'PolynomialDecay',
  );
}
