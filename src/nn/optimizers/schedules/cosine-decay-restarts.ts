// A rate that falls along half a cosine again and again, each time from a new start.
import { ValueError } from '../../../base/errors.js';
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { full, tensor, where } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkNumber, checkWhole } from '../../check.js';
import { makeSchedule, type Schedule } from './schedule.js';

export interface CosineDecayRestartsOptions {
  readonly initialLearningRate: number;
  /** The number of steps of the first fall. */
  readonly firstDecaySteps: number;
  /** How many times as long as the one before each fall is: 1, or at least 1.01; 2 by default. */
  readonly tMul?: number;
  /** How many times as high as the one before each fall starts; 1 by default. */
  readonly mMul?: number;
  /** The lowest rate as a fraction of the highest; 0 by default. */
  readonly alpha?: number;
  readonly name?: string;
}

/** Where a step stands: how many restarts lie before it, and what part of the present fall is done; float32 scalars. */
interface Position {
  readonly restarts: Tensor;
  readonly fraction: Tensor;
}

/** Steps are int32: no restart lies beyond. */
const endOfSteps = 2 ** 31;
/** Keeps the table of restarts below 2000 entries. */
const leastGrowth = 1.01;

function equalFalls(step: Tensor, length: number): Position {
  const done = step.div(length);
  const restarts = done.floor();
  return { restarts, fraction: done.sub(restarts) };
}

/**
 * Falls that grow by `growth` start at `length * (growth^i - 1) / (growth - 1)`. The step is compared with a table of
 * them, since a logarithm, which would give `i`, is off by one where it is rounded down just before a restart.
 */
function growingFalls(step: Tensor, length: number, growth: number): Position {
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let [start, next] = [length, length * growth]; start < endOfSteps; start += next, next *= growth) {
    starts.push(start);
    lengths.push(next);
  }
  const startTable = tensor(starts);
  const passed = step.greaterEqual(startTable);
  // Both tables ascend, so the largest entry among those passed is the latest.
  const start = where(passed, startTable, full([], 0)).max();
  const present = where(passed, tensor(lengths), full([], length)).max();
  return { restarts: passed.cast('float32').sum(), fraction: step.sub(start).div(present) };
}

/**
 * Half a cosine from the initial rate down, then again from there, each fall `tMul` times as long and `mMul` times as
 * high as the one before (SGDR: Loshchilov and Hutter, 2017).
 *
 * @example
 * optimizers.sgd(schedules.cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 1000 }))
 * @throws ValueError for an unknown option, or a value outside what is allowed
 */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): Schedule {
  const what = 'schedules.cosineDecayRestarts';
  rejectUnknownOptions(what, options, ['initialLearningRate', 'firstDecaySteps', 'tMul', 'mMul', 'alpha', 'name']);
  const initial = checkNumber(options.initialLearningRate, `${what}: initialLearningRate`, 0);
  const firstDecaySteps = checkWhole(options.firstDecaySteps, `${what}: firstDecaySteps`);
  const tMul = checkNumber(options.tMul ?? 2, `${what}: tMul`);
  if (tMul !== 1 && tMul < leastGrowth)
    throw new ValueError(
      `${what}: tMul: expected 1 or a number of at least ${leastGrowth}, received ${tMul}. Falls that shrink come to an end.`,
    );
  const mMul = checkNumber(options.mMul ?? 1, `${what}: mMul`, 0);
  const alpha = checkNumber(options.alpha ?? 0, `${what}: alpha`);
  return makeSchedule(
    'CosineDecayRestarts',
    (step) => {
      const { restarts, fraction } =
        tMul === 1 ? equalFalls(step, firstDecaySteps) : growingFalls(step, firstDecaySteps, tMul);
      const cosine = fraction.mul(Math.PI).cos().add(1).mul(0.5);
      const height = mMul === 1 ? cosine : cosine.mul(full([], mMul).pow(restarts));
      return height
        .mul(1 - alpha)
        .add(alpha)
        .mul(initial);
    },
    { initial_learning_rate: initial, first_decay_steps: firstDecaySteps, t_mul: tMul, m_mul: mMul, alpha },
    options.name ?? 'SGDRDecay',
  );
}
