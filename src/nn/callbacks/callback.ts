// Callbacks: what a user's code hears of while a model trains, evaluates or predicts.
import type { Tensor } from '../../tensor/tensor.js';
import type { Json } from '../../formats/json.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { SavableModel } from '../saving/contents.js';
import type { TrainingRun } from './training-run.js';

/** Numbers by name: `loss`, each metric, and with `val_` before it what validation gave. */
export type Logs = Record<string, number>;

/** What the run is: passed to `setParams` before it begins, and kept in the history. */
export interface RunParams {
  /** 0 prints nothing, 1 a progress bar, 2 a line an epoch. */
  readonly verbose: 0 | 1 | 2;
  readonly epochs: number;
  /** Batches in one epoch. */
  readonly steps: number;
}

/** The model as callbacks see it. */
export interface ObservedModel extends SavableModel {
  /** Set it to true to end training after the current batch. */
  stopTraining: boolean;
  readonly optimizer: Optimizer | undefined;
  /** The training under way; undefined outside of fit. */
  readonly run: TrainingRun | undefined;
  getWeights(): Tensor[];
  setWeights(weights: readonly Tensor[]): void;
  save(path: string): Promise<void>;
  saveWeights(path: string): Promise<void>;
  /** The optimizer with its state made. */
  buildOptimizer(what: string): Optimizer;
}

/** What a callback remembers from epoch to epoch, for a run that is interrupted and goes on. */
export interface CallbackState {
  readonly values: Readonly<Record<string, Json>>;
  readonly tensors?: readonly Tensor[];
}

type Answer = void | Promise<void>;

/**
 * The moments that can be heard of, named as in Keras. Epochs and batches count from 0. A callback that hears of batches
 * makes training return to JavaScript after each of them, which costs time where batches are small.
 */
export interface CallbackHooks {
  setParams?(params: RunParams): void;
  setModel?(model: ObservedModel): void;
  /** What `backupAndRestore` keeps of this callback, and gives back to it when a run goes on. */
  getState?(): CallbackState;
  setState?(state: CallbackState): void;
  /** Whether it keeps the run, and so is called after all others. */
  readonly keepsRun?: boolean;
  /** Whether it shows progress, and fit need not. */
  readonly showsProgress?: boolean;
  onTrainBegin?(logs: Logs): Answer;
  onTrainEnd?(logs: Logs): Answer;
  onEpochBegin?(epoch: number, logs: Logs): Answer;
  /** With validation's numbers where there is any. Keys that it adds to `logs` are shown and kept in the history. */
  onEpochEnd?(epoch: number, logs: Logs): Answer;
  onTrainBatchBegin?(batch: number, logs: Logs): Answer;
  /** The means since the epoch began. */
  onTrainBatchEnd?(batch: number, logs: Logs): Answer;
  /** The same as `onTrainBatchBegin`; called where that one is not defined. */
  onBatchBegin?(batch: number, logs: Logs): Answer;
  /** The same as `onTrainBatchEnd`; called where that one is not defined. */
  onBatchEnd?(batch: number, logs: Logs): Answer;
  /** Also when fit begins to validate. */
  onTestBegin?(logs: Logs): Answer;
  onTestEnd?(logs: Logs): Answer;
  onTestBatchBegin?(batch: number, logs: Logs): Answer;
  onTestBatchEnd?(batch: number, logs: Logs): Answer;
  onPredictBegin?(logs: Logs): Answer;
  onPredictEnd?(logs: Logs): Answer;
  onPredictBatchBegin?(batch: number, logs: Logs): Answer;
  onPredictBatchEnd?(batch: number, logs: { readonly outputs: Tensor }): Answer;
}

/** Every name that a callback may define. */
export const hookNames = [
  'setParams',
  'setModel',
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onBatchBegin',
  'onBatchEnd',
  'onTestBegin',
  'onTestEnd',
  'onTestBatchBegin',
  'onTestBatchEnd',
  'onPredictBegin',
  'onPredictEnd',
  'onPredictBatchBegin',
  'onPredictBatchEnd',
] as const satisfies readonly (keyof CallbackHooks)[];

/**
 * The base of callbacks with a state of their own: `class Mine extends callbacks.Callback { onEpochEnd(epoch, logs) {} }`.
 * `model` and `params` are set before the run begins. A plain object with some of the hooks serves as well.
 */
export abstract class Callback implements CallbackHooks {
  #model: ObservedModel | undefined;
  #params: RunParams | undefined;

  /** The model that runs; undefined before a run. */
  get model(): ObservedModel | undefined {
    return this.#model;
  }

  /** What the run is; undefined before a run. */
  get params(): RunParams | undefined {
    return this.#params;
  }

  setModel(model: ObservedModel): void {
    this.#model = model;
  }

  setParams(params: RunParams): void {
    this.#params = params;
  }

  getState?(): CallbackState;
  setState?(state: CallbackState): void;

  onTrainBegin?(logs: Logs): Answer;
  onTrainEnd?(logs: Logs): Answer;
  onEpochBegin?(epoch: number, logs: Logs): Answer;
  onEpochEnd?(epoch: number, logs: Logs): Answer;
  onTrainBatchBegin?(batch: number, logs: Logs): Answer;
  onTrainBatchEnd?(batch: number, logs: Logs): Answer;
  onBatchBegin?(batch: number, logs: Logs): Answer;
  onBatchEnd?(batch: number, logs: Logs): Answer;
  onTestBegin?(logs: Logs): Answer;
  onTestEnd?(logs: Logs): Answer;
  onTestBatchBegin?(batch: number, logs: Logs): Answer;
  onTestBatchEnd?(batch: number, logs: Logs): Answer;
  onPredictBegin?(logs: Logs): Answer;
  onPredictEnd?(logs: Logs): Answer;
  onPredictBatchBegin?(batch: number, logs: Logs): Answer;
  onPredictBatchEnd?(batch: number, logs: { readonly outputs: Tensor }): Answer;
}
