// The options of fit, evaluate, predict and their one-batch forms, checked before anything runs.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { CallbacksOption } from '../callbacks/callback-list.js';
import { checkBoolean, checkNumber, checkWhole } from '../check.js';
import { wantedHints, type HintName, type HintsOption } from '../hints/hint.js';
import type { Verbosity } from '../progress/progress.js';
import type { ModelData } from './data.js';
import type { ClassWeight } from './sample-weights.js';

/** 0 prints nothing, 1 (`'auto'`) a progress bar, 2 a line an epoch. */
export type VerboseOption = 'auto' | 0 | 1 | 2;

/** x and y, and a weight for each sample. */
export type ValidationData =
  readonly [x: ModelData, y: ModelData] | readonly [x: ModelData, y: ModelData, sampleWeight: ModelData];

/** What all runs over data take. */
export interface RunOptions {
  /** Samples in a batch; 32 unless given. */
  readonly batchSize?: number;
  /** What is printed; in a terminal a progress bar unless given. */
  readonly verbose?: VerboseOption;
  readonly callbacks?: CallbacksOption;
  /** Ends the run after the steps under way, with a StoppedError. */
  readonly signal?: AbortSignal | undefined;
}

export interface FitOptions extends RunOptions {
  /** Passes over the data; 1 unless given. */
  readonly epochs?: number;
  /** The epoch to begin with, counted from 0: for going on with a training that was interrupted. */
  readonly initialEpoch?: number;
  /** Whether each epoch takes the samples in a new order; true unless given. */
  readonly shuffle?: boolean;
  /** The part of the samples, from the end, that is kept back to validate with: 0.2 for a fifth. */
  readonly validationSplit?: number;
  /** What to validate with after each epoch: [x, y] or [x, y, sampleWeight]. */
  readonly validationData?: ValidationData;
  /** Samples in a batch of the validation; `batchSize` unless given. */
  readonly validationBatchSize?: number;
  /** Validates after every so many epochs, or after those listed (counted from 1); after each unless given. */
  readonly validationFreq?: number | readonly number[];
  /** How much each sample counts in the loss, [samples]. */
  readonly sampleWeight?: ModelData;
  /** How much the samples of each class count in the loss: { 0: 1, 1: 2.5 }. */
  readonly classWeight?: ClassWeight;
  /**
   * Whether fit says, at most once for each cause, what is likely wrong with the training: true unless given; false for
   * silence, or an object such as { overfitting: false } for silence about some causes. docs/hints/ has them all.
   */
  readonly hints?: HintsOption;
}

export interface EvaluateOptions extends RunOptions {
  /** How much each sample counts in the loss, [samples]. */
  readonly sampleWeight?: ModelData;
  /** Gives the numbers by name instead of as a list. */
  readonly returnDict?: boolean;
}

export type PredictOptions = RunOptions;

export interface TrainOnBatchOptions {
  /** How much each sample counts in the loss, [samples]. */
  readonly sampleWeight?: ModelData;
  /** How much the samples of each class count in the loss: { 0: 1, 1: 2.5 }. */
  readonly classWeight?: ClassWeight;
  /** Gives the numbers by name instead of as a list. */
  readonly returnDict?: boolean;
}

export type TestOnBatchOptions = Omit<TrainOnBatchOptions, 'classWeight'>;

/** RunOptions with their defaults. */
export interface CheckedRun {
  readonly batchSize: number;
  readonly verbose: Verbosity;
  readonly callbacks: CallbacksOption | undefined;
  readonly signal: AbortSignal | undefined;
}

const runNames = ['batchSize', 'verbose', 'callbacks', 'signal'] as const satisfies readonly (keyof RunOptions)[];

const fitNames = [
  ...runNames,
  'epochs',
  'initialEpoch',
  'shuffle',
  'validationSplit',
  'validationData',
  'validationBatchSize',
  'validationFreq',
  'sampleWeight',
  'classWeight',
  'hints',
] as const satisfies readonly (keyof FitOptions)[];

function checkRun(what: string, options: RunOptions): CheckedRun {
  const verbose = options.verbose ?? 'auto';
  const known: readonly unknown[] = ['auto', 0, 1, 2] satisfies readonly VerboseOption[];
  if (!known.includes(verbose))
    throw new ValueError(`${what}: expected verbose to be 0, 1, 2 or 'auto', received ${String(verbose)}.`);
  return {
    batchSize: checkWhole(options.batchSize ?? 32, `${what}: batchSize`),
    verbose: verbose === 'auto' ? 1 : verbose,
    callbacks: options.callbacks,
    signal: options.signal,
  };
}

/** FitOptions with their defaults; the data among them is looked at later. */
export interface CheckedFit extends CheckedRun {
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly shuffle: boolean;
  readonly validationSplit: number;
  readonly validationBatchSize: number;
  readonly hints: ReadonlySet<HintName>;
  /** Whether to validate after epoch number `epoch`, counted from 0. */
  readonly validatesAfter: (epoch: number) => boolean;
}

/** @throws ValueError for a value outside what is allowed, or an unknown option */
export function checkFitOptions(options: FitOptions): CheckedFit {
  rejectUnknownOptions('fit', options, fitNames);
  const run = checkRun('fit', options);
  const validationSplit = checkNumber(options.validationSplit ?? 0, 'fit: validationSplit', 0, 1);
  if (validationSplit === 1)
    throw new ValueError('fit: expected validationSplit to leave samples to train on (0 to below 1), received 1.');
  if (options.sampleWeight !== undefined && options.classWeight !== undefined)
    throw new ValueError('fit: expected either sampleWeight or classWeight, received both.');
  return {
    ...run,
    epochs: checkWhole(options.epochs ?? 1, 'fit: epochs'),
    initialEpoch: checkWhole(options.initialEpoch ?? 0, 'fit: initialEpoch', 0),
    shuffle: checkBoolean(options.shuffle ?? true, 'fit: shuffle'),
    validationSplit,
    validationBatchSize: checkWhole(options.validationBatchSize ?? run.batchSize, 'fit: validationBatchSize'),
    validatesAfter: checkFrequency(options.validationFreq ?? 1),
    hints: wantedHints(options.hints),
  };
}

function checkFrequency(frequency: number | readonly number[]): (epoch: number) => boolean {
  const what = 'fit: validationFreq';
  if (Array.isArray(frequency)) {
    const epochs = (frequency as readonly number[]).map((epoch) => checkWhole(epoch, what));
    return (epoch) => epochs.includes(epoch + 1);
  }
  const every = checkWhole(frequency, what);
  return (epoch) => (epoch + 1) % every === 0;
}

/** @throws ValueError for a value outside what is allowed, or an unknown option */
export function checkEvaluateOptions(options: EvaluateOptions): CheckedRun {
  rejectUnknownOptions('evaluate', options, [...runNames, 'sampleWeight', 'returnDict']);
  checkBoolean(options.returnDict ?? false, 'evaluate: returnDict');
  return checkRun('evaluate', options);
}

/** @throws ValueError for a value outside what is allowed, or an unknown option */
export function checkPredictOptions(options: PredictOptions): CheckedRun {
  rejectUnknownOptions('predict', options, runNames);
  return checkRun('predict', options);
}

/** @throws ValueError for an unknown option, or for both sampleWeight and classWeight */
export function checkOnBatchOptions(what: 'trainOnBatch' | 'testOnBatch', options: TrainOnBatchOptions): void {
  const names = ['sampleWeight', 'returnDict', ...(what === 'trainOnBatch' ? ['classWeight'] : [])];
  rejectUnknownOptions(what, options, names);
  checkBoolean(options.returnDict ?? false, `${what}: returnDict`);
  if (options.sampleWeight !== undefined && options.classWeight !== undefined)
    throw new ValueError(`${what}: expected either sampleWeight or classWeight, received both.`);
}
