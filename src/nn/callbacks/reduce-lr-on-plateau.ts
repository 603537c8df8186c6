// Makes the learning rate smaller when a number no longer gets better.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { checkNumber, checkWhole } from '../check.js';
import { shortest } from '../progress/number-format.js';
import { Callback, type CallbackState, type Logs } from './callback.js';
import { learningRateOf, setLearningRate } from './learning-rate.js';
import { Monitor, type MonitorOptions } from './monitor.js';
import { checkVerbose, fromJson, say, toJson, type VerboseLevel } from './options.js';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the rate is multiplied by, below 1; 0.1 unless given. */
  readonly factor?: number;
  /** Epochs without improvement after which the rate is reduced; 10 unless given. */
  readonly patience?: number;
  readonly verbose?: VerboseLevel;
  /** What is less counts as no improvement; 0.0001 unless given. */
  readonly minDelta?: number;
  /** Epochs after a reduction in which nothing is counted; 0 unless given. */
  readonly cooldown?: number;
  /** The least rate; 0 unless given. */
  readonly minLr?: number;
}

const what = 'callbacks.reduceLROnPlateau';
const optionNames = [
  'monitor',
  'mode',
  'factor',
  'patience',
  'verbose',
  'minDelta',
  'cooldown',
  'minLr',
] as const satisfies readonly (keyof ReduceLROnPlateauOptions)[];

export class ReduceLROnPlateau extends Callback {
  readonly #monitor: Monitor;
  readonly #factor: number;
  readonly #patience: number;
  readonly #verbose: VerboseLevel;
  readonly #cooldown: number;
  readonly #minLr: number;
  #best: number | undefined;
  #wait = 0;
  #cooldownLeft = 0;

  constructor(options: ReduceLROnPlateauOptions) {
    super();
    rejectUnknownOptions(what, options, optionNames);
    this.#monitor = new Monitor(what, options, options.minDelta ?? 1e-4);
    this.#factor = checkNumber(options.factor ?? 0.1, `${what}: factor`, 0);
    if (this.#factor >= 1) throw new ValueError(`${what}: expected a factor below 1, received ${this.#factor}.`);
    this.#patience = checkWhole(options.patience ?? 10, `${what}: patience`, 0);
    this.#verbose = checkVerbose(options.verbose, what);
    this.#cooldown = checkWhole(options.cooldown ?? 0, `${what}: cooldown`, 0);
    this.#minLr = checkNumber(options.minLr ?? 0, `${what}: minLr`, 0);
  }

  override onTrainBegin(): void {
    learningRateOf(this.model, what);
    this.#monitor.reset();
    this.#best = undefined;
    this.#wait = 0;
    this.#cooldownLeft = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    logs.learning_rate = learningRateOf(this.model, what);
    const current = this.#monitor.valueIn(logs);
    if (current === undefined) return;
    if (this.#cooldownLeft > 0) {
      this.#cooldownLeft--;
      this.#wait = 0;
    }
    if (this.#monitor.isImprovement(current, this.#best)) {
      this.#best = current;
      this.#wait = 0;
      return;
    }
    if (this.#cooldownLeft > 0) return;
    this.#wait++;
    if (this.#wait < this.#patience || !this.#reduce(epoch)) return;
    this.#cooldownLeft = this.#cooldown;
    this.#wait = 0;
  }

  /** Whether the rate could be reduced. */
  #reduce(epoch: number): boolean {
    const before = learningRateOf(this.model, what);
    if (before <= Math.fround(this.#minLr)) return false;
    const rate = Math.max(before * this.#factor, this.#minLr);
    setLearningRate(this.model, rate);
    if (this.#verbose > 0) say(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${shortest(rate)}.`);
    return true;
  }

  override getState(): CallbackState {
    return { values: { best: toJson(this.#best), wait: this.#wait, cooldown: this.#cooldownLeft } };
  }

  override setState({ values }: CallbackState): void {
    this.#best = fromJson(values.best);
    this.#wait = fromJson(values.wait) ?? 0;
    this.#cooldownLeft = fromJson(values.cooldown) ?? 0;
  }
}

/**
 * Multiplies the learning rate by `factor` when `monitor` has not become better for `patience` epochs, and adds
 * `learning_rate` to the logs.
 * @throws ValueError for unknown options, a factor of 1 or more, or a monitor that does not tell whether less is better
 * @example
 * callbacks.reduceLROnPlateau({ factor: 0.2, patience: 5, minLr: 1e-5 });
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): ReduceLROnPlateau {
  return new ReduceLROnPlateau(options);
}
