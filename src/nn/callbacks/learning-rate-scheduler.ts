// Sets the learning rate before each epoch.
import { ValueError } from '../../base/errors.js';
import { show } from '../check.js';
import { shortest } from '../progress/number-format.js';
import { Callback, type Logs } from './callback.js';
import { learningRateOf, setLearningRate } from './learning-rate.js';
import { checkVerbose, say, withLeading, type VerboseLevel } from './options.js';

/** The learning rate for an epoch (counted from 0), given the one before. */
export type RateOfEpoch = (epoch: number, learningRate: number) => number;

export interface LearningRateSchedulerOptions {
  readonly schedule: RateOfEpoch;
  readonly verbose?: VerboseLevel;
}

const what = 'callbacks.learningRateScheduler';

export class LearningRateScheduler extends Callback {
  readonly #schedule: RateOfEpoch;
  readonly #verbose: VerboseLevel;

  constructor({ schedule, verbose }: LearningRateSchedulerOptions) {
    super();
    if (typeof (schedule as unknown) !== 'function')
      throw new ValueError(
        `${what}: expected a function of the epoch and the learning rate, received ${show(schedule)}. For a schedule of steps use optimizers with schedules.`,
      );
    this.#schedule = schedule;
    this.#verbose = checkVerbose(verbose, what);
  }

  override onEpochBegin(epoch: number): void {
    const rate: unknown = this.#schedule(epoch, learningRateOf(this.model, what));
    if (typeof rate !== 'number' || !Number.isFinite(rate) || rate < 0)
      throw new ValueError(
        `${what}: expected the schedule to return a number of at least 0 for epoch ${epoch}, received ${show(rate)}.`,
      );
    setLearningRate(this.model, rate);
    if (this.#verbose > 0)
      say(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${shortest(rate)}.`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = learningRateOf(this.model, what);
  }
}

/**
 * Sets the learning rate before each epoch to what `schedule(epoch, learningRate)` returns, and adds `learning_rate` to
 * the logs.
 * @throws ValueError for unknown options
 * @example
 * callbacks.learningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * Math.exp(-0.1)));
 */
export function learningRateScheduler(
  schedule: RateOfEpoch | LearningRateSchedulerOptions,
  options: Omit<LearningRateSchedulerOptions, 'schedule'> = {},
): LearningRateScheduler {
  return new LearningRateScheduler(withLeading(what, 'schedule', schedule, options, ['schedule', 'verbose']));
}
