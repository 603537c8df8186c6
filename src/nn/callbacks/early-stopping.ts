// Stops training when a number no longer gets better.
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBoolean, checkNumber, checkWhole } from '../check.js';
import { Callback, type CallbackState, type Logs } from './callback.js';
import { Monitor, type MonitorOptions } from './monitor.js';
import { checkVerbose, fromJson, say, toJson, type VerboseLevel } from './options.js';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** What is less counts as no improvement; 0 unless given. */
  readonly minDelta?: number;
  /** Epochs without improvement after which training stops; 0 unless given. */
  readonly patience?: number;
  readonly verbose?: VerboseLevel;
  /** Only an improvement over this counts. */
  readonly baseline?: number | null;
  /** Whether the weights of the best epoch are put back in the end; false unless given. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before it begins to watch; 0 unless given. */
  readonly startFromEpoch?: number;
}

const optionNames = [
  'monitor',
  'mode',
  'minDelta',
  'patience',
  'verbose',
  'baseline',
  'restoreBestWeights',
  'startFromEpoch',
] as const satisfies readonly (keyof EarlyStoppingOptions)[];

export class EarlyStopping extends Callback {
  readonly #monitor: Monitor;
  readonly #patience: number;
  readonly #verbose: VerboseLevel;
  readonly #baseline: number | undefined;
  readonly #restores: boolean;
  readonly #startFromEpoch: number;
  #wait = 0;
  #stoppedEpoch = 0;
  #best: number | undefined;
  #bestEpoch = 0;
  #bestWeights: readonly Tensor[] | undefined;

  constructor(options: EarlyStoppingOptions) {
    super();
    const what = 'callbacks.earlyStopping';
    rejectUnknownOptions(what, options, optionNames);
    this.#monitor = new Monitor(what, options, options.minDelta);
    this.#patience = checkWhole(options.patience ?? 0, `${what}: patience`, 0);
    this.#verbose = checkVerbose(options.verbose, what);
    this.#baseline = options.baseline == null ? undefined : checkNumber(options.baseline, `${what}: baseline`);
    this.#restores = checkBoolean(options.restoreBestWeights ?? false, `${what}: restoreBestWeights`);
    this.#startFromEpoch = checkWhole(options.startFromEpoch ?? 0, `${what}: startFromEpoch`, 0);
  }

  /** The epoch (from 0) at which it stopped training; 0 where it did not. */
  get stoppedEpoch(): number {
    return this.#stoppedEpoch;
  }

  /** The epoch (from 0) of the best value. */
  get bestEpoch(): number {
    return this.#bestEpoch;
  }

  override onTrainBegin(): void {
    this.#monitor.reset();
    this.#wait = 0;
    this.#stoppedEpoch = 0;
    this.#best = undefined;
    this.#bestEpoch = 0;
    this.#bestWeights = undefined;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const model = this.model!;
    const current = this.#monitor.valueIn(logs);
    if (current === undefined || epoch < this.#startFromEpoch) return;
    // Without any improvement, the first epoch is the best there is.
    if (this.#restores && !this.#bestWeights) this.#keep(epoch);
    this.#wait++;
    if (this.#monitor.isImprovement(current, this.#best)) {
      this.#best = current;
      this.#bestEpoch = epoch;
      if (this.#restores) this.#keep(epoch);
      if (this.#monitor.isImprovement(current, this.#baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait < this.#patience || epoch === 0) return;
    this.#stoppedEpoch = epoch;
    model.stopTraining = true;
  }

  #keep(epoch: number): void {
    this.#bestWeights = this.model!.getWeights();
    this.#bestEpoch = epoch;
  }

  override onTrainEnd(): void {
    if (this.#stoppedEpoch > 0 && this.#verbose > 0) say(`Epoch ${this.#stoppedEpoch + 1}: early stopping`);
    if (!this.#bestWeights) return;
    if (this.#verbose > 0) say(`Restoring model weights from the end of the best epoch: ${this.#bestEpoch + 1}.`);
    this.model!.setWeights(this.#bestWeights);
  }

  override getState(): CallbackState {
    return {
      values: {
        wait: this.#wait,
        stoppedEpoch: this.#stoppedEpoch,
        best: toJson(this.#best),
        bestEpoch: this.#bestEpoch,
      },
      tensors: this.#bestWeights ?? [],
    };
  }

  override setState({ values, tensors = [] }: CallbackState): void {
    this.#wait = fromJson(values.wait) ?? 0;
    this.#stoppedEpoch = fromJson(values.stoppedEpoch) ?? 0;
    this.#best = fromJson(values.best);
    this.#bestEpoch = fromJson(values.bestEpoch) ?? 0;
    this.#bestWeights = tensors.length > 0 ? tensors : undefined;
  }
}

/**
 * Stops training when `monitor` has not become better for `patience` epochs.
 * @throws ValueError for unknown options, or a monitor that does not tell whether less or more is better
 * @example
 * callbacks.earlyStopping({ monitor: 'val_accuracy', patience: 3, restoreBestWeights: true });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  return new EarlyStopping(options);
}
