// Learning-rate schedules: the rate as a function of the step, evaluated inside the compiled step.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { full, where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBoolean, checkNumber, checkWhole, show } from '../check.js';

/** The learning rate of each step. Users may write their own. */
export interface Schedule {
  /** Keras's class name. */
  readonly className: string;
  /** The rate, a float32 scalar, at a step, an int32 scalar that counts from 0. */
  rate(step: Tensor): Tensor;
  /** In Keras's spelling. */
  getConfig(): Record<string, unknown>;
}

function makeSchedule(
  className: string,
  rate: (step: Tensor) => Tensor,
  config: Record<string, unknown>,
  name: string,
): Schedule {
  return { className, rate: (step) => rate(step.cast('float32')), getConfig: () => ({ ...config, name }) };
}

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

export interface PiecewiseConstantDecayOptions {
  /** Steps in ascending order; each is the last one with the rate before it. */
  readonly boundaries: readonly number[];
  /** The rates: one more than there are boundaries. */
  readonly values: readonly number[];
  readonly name?: string;
}

function checkNumbers(list: unknown, what: string, low?: number): number[] {
  if (!Array.isArray(list)) throw new ValueError(`${what}: expected a list of numbers, received ${show(list)}.`);
  return list.map((item, i) => checkNumber(item, `${what}[${i}]`, low));
}

/** `values[0]` up to step `boundaries[0]` (included), then `values[1]`, and so on. */
export function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): Schedule {
  const what = 'schedules.piecewiseConstantDecay';
  rejectUnknownOptions(what, options, ['boundaries', 'values', 'name']);
  const boundaries = checkNumbers(options.boundaries, `${what}: boundaries`);
  const values = checkNumbers(options.values, `${what}: values`, 0);
  if (values.length !== boundaries.length + 1)
    throw new ValueError(
      `${what}: expected one value more than there are boundaries, received ${boundaries.length} boundaries and ${values.length} values.`,
    );
  if (boundaries.some((boundary, i) => i > 0 && boundary <= boundaries[i - 1]!))
    throw new ValueError(`${what}: expected ascending boundaries, received ${JSON.stringify(boundaries)}.`);
  return makeSchedule(
    'PiecewiseConstantDecay',
    (step) =>
      boundaries.reduceRight(
        (later, boundary, i) => where(step.lessEqual(boundary), full([], values[i]!), later),
        full([], values.at(-1)!),
      ),
    { boundaries, values },
    options.name ?? 'PiecewiseConstant',
  );
}

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
