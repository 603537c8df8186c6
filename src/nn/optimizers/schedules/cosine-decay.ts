// A rate that falls along half a cosine, with or without a rise before.
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { where } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkNumber, checkWhole } from '../../check.js';
import { makeSchedule, type Schedule } from './schedule.js';

export interface CosineDecayOptions {
  readonly initialLearningRate: number;
  /** The number of steps from the highest rate to the lowest. */
  readonly decaySteps: number;
  /** The lowest rate as a fraction of the highest; 0 by default. */
  readonly alpha?: number;
  /** With it, the rate first rises in a straight line from initialLearningRate to it. */
  readonly warmupTarget?: number | null;
  /** The number of steps of the rise; 0 by default. */
  readonly warmupSteps?: number;
  readonly name?: string;
}

/** Half a cosine from the initial rate (or, after a rise, `warmupTarget`) down (Loshchilov and Hutter, 2017). */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const what = 'schedules.cosineDecay';
  rejectUnknownOptions(what, options, [
    'initialLearningRate',
    'decaySteps',
    'alpha',
    'warmupTarget',
    'warmupSteps',
    'name',
  ]);
  const initial = checkNumber(options.initialLearningRate, `${what}: initialLearningRate`, 0);
  const decaySteps = checkWhole(options.decaySteps, `${what}: decaySteps`);
  const alpha = checkNumber(options.alpha ?? 0, `${what}: alpha`);
  const warmupTarget =
    options.warmupTarget == null ? null : checkNumber(options.warmupTarget, `${what}: warmupTarget`, 0);
  const warmupSteps = checkWhole(options.warmupSteps ?? 0, `${what}: warmupSteps`, 0);
  const decay = (step: Tensor, from: number): Tensor => {
    const cosine = step.minimum(decaySteps).div(decaySteps).mul(Math.PI).cos().add(1).mul(0.5);
    return cosine
      .mul(1 - alpha)
      .add(alpha)
      .mul(from);
  };
  return makeSchedule(
    'CosineDecay',
    (step) => {
      if (warmupTarget === null) return decay(step, initial);
      const falling = decay(step.sub(warmupSteps), warmupTarget);
      if (warmupSteps === 0) return falling;
      const rising = step
        .div(warmupSteps)
        .mul(warmupTarget - initial)
        .add(initial);
      return where(step.less(warmupSteps), rising, falling);
    },
    {
      initial_learning_rate: initial,
      decay_steps: decaySteps,
      alpha,
      warmup_target: warmupTarget,
      warmup_steps: warmupSteps,
    },
    options.name ?? 'CosineDecay',
  );
}
