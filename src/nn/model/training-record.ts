// What a model remembers of its last training, for reports: the history, the settings, and how long it took.
import { Tensor } from '../../tensor/tensor.js';
import type { History } from '../callbacks/history.js';
import { activeConsole } from '../console.js';
import { globalSeed } from '../naming.js';
import type { ModelData } from './data.js';
import type { FitOptions } from './options.js';

export interface TrainingRecord {
  readonly history: History;
  /** The settings of `fit` by name, without data: `batchSize`, `validationSplit`. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** The seed for initial weights, dropout and shuffling. */
  readonly seed: number;
  /** Of the whole call, compiling and validating included. */
  readonly elapsedMs: number;
}

/** Samples of what was given; data that does not fit is complained about elsewhere. */
function samplesOf(x: ModelData): number {
  if (x instanceof Tensor) return x.shape[0] ?? 0;
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return (x as ArrayLike<number>).length;
  return typeof x === 'object' && 'shape' in x ? (x.shape[0] ?? 0) : 0;
}

function settingsOf(x: ModelData, options: FitOptions): Record<string, string | number | boolean> {
  const { batchSize = 32, epochs = 1, shuffle = true, validationSplit, validationData, validationBatchSize } = options;
  const { initialEpoch, sampleWeight, classWeight } = options;
  return {
    samples: samplesOf(x),
    epochs,
    batchSize,
    shuffle,
    ...(initialEpoch === undefined ? {} : { initialEpoch }),
    ...(validationSplit === undefined ? {} : { validationSplit }),
    ...(validationData === undefined ? {} : { validationSamples: samplesOf(validationData[0]) }),
    ...(validationBatchSize === undefined ? {} : { validationBatchSize }),
    ...(sampleWeight === undefined ? {} : { sampleWeight: true }),
    ...(classWeight === undefined ? {} : { classWeight: JSON.stringify(classWeight) }),
  };
}

/** Runs a training and remembers it. Nothing of the data is held. */
export async function recordTraining(
  x: ModelData,
  options: FitOptions,
  train: () => Promise<History>,
): Promise<TrainingRecord> {
  const console = activeConsole();
  const start = console.now();
  const history = await train();
  return { history, settings: settingsOf(x, options), seed: globalSeed(), elapsedMs: console.now() - start };
}
