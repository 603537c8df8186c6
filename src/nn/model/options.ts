// The options of fit, evaluate and their one-batch forms, checked before anything runs.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { checkBoolean, checkNumber, checkWhole } from '../check.js';
import { wantedHints, type HintName, type HintsOption } from '../hints/hint.js';
import type { ModelData } from './data.js';
import { checkRun, runNames, type CheckedRun, type RunOptions } from './run-options.js';
import type { ClassWeight } from './sample-weights.js';

/** x and y, and a weight for each sample. */
export type ValidationData =
  readonly [x: ModelData, y: ModelData] | readonly [x: ModelData, y: ModelData, sampleWeight: ModelData];

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

export interface TrainOnBatchOptions {
  /** How much each sample counts in the loss, [samples]. */
  readonly sampleWeight?: ModelData;
  /** How much the samples of each class count in the loss: { 0: 1, 1: 2.5 }. */
  readonly classWeight?: ClassWeight;
  /** Gives the numbers by name instead of as a list. */
  readonly returnDict?: boolean;
}

export type TestOnBatchOptions = Omit<TrainOnBatchOptions, 'classWeight'>;

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

/** @throws ValueError for an unknown option, or for both sampleWeight and classWeight */
export function checkOnBatchOptions(what: 'trainOnBatch' | 'testOnBatch', options: TrainOnBatchOptions): void {
  const names = ['sampleWeight', 'returnDict', ...(what === 'trainOnBatch' ? ['classWeight'] : [])];
  rejectUnknownOptions(what, options, names);
  checkBoolean(options.returnDict ?? false, `${what}: returnDict`);
  if (options.sampleWeight !== undefined && options.classWeight !== undefined)
    throw new ValueError(`${what}: expected either sampleWeight or classWeight, received both.`);
}
