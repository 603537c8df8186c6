// What `model.report` takes and gives. It needs pictures and files, which models know nothing of: an entry point
// connects what writes reports.
import { StateError } from '../base/errors.js';
import type { ClassificationReport, ConfusionMatrix } from '../evaluation/index.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';
import type { RunParams } from './callbacks/callback.js';
import type { Layer } from './layers/layer.js';
import type { Loss } from './losses/loss.js';
import type { ModelData } from './model/data.js';
import type { EvaluateOptions } from './model/options.js';
import type { PredictOptions } from './model/run-options.js';
import type { TrainingRecord } from './model/training-record.js';
import type { Optimizer } from './optimizers/optimizer.js';

/** What a report needs of a model. */
export interface ReportableModel {
  readonly name: string;
  readonly built: boolean;
  readonly layers: readonly Layer[];
  readonly trainableWeights: readonly Variable[];
  /** Undefined before `compile`; then nothing is evaluated. */
  readonly loss: Loss | undefined;
  readonly optimizer: Optimizer | undefined;
  /** The last `fit`. */
  readonly training: TrainingRecord | undefined;
  countParams(): number;
  predict(x: ModelData, options?: PredictOptions): Promise<Tensor>;
  evaluate(
    x: ModelData,
    y: ModelData,
    options: EvaluateOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
}

/** What `fit` returns, as far as a report shows it. */
export interface ReportedHistory {
  /** The loss and the metrics of each epoch, by name. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** The numbers of the epochs, from 0. */
  readonly epoch?: readonly number[];
  readonly params?: RunParams;
}

export interface ReportOptions {
  /**
   * The folder to write to, made where it is missing; files of an older report in it are replaced. Without it nothing is
   * written.
   */
  readonly directory?: string | undefined;
  /** Above the page; made of the model's name unless given. */
  readonly title?: string | undefined;
  /** What is judged; found from the loss, the labels and the predictions unless given. */
  readonly task?: 'binary' | 'multiclass' | 'regression' | undefined;
  /** What `fit` returned; that of the model's last `fit` unless given. */
  readonly history?: ReportedHistory | undefined;
  /** The name of class 0, of class 1, ...; the classes' numbers unless given. */
  readonly classNames?: readonly string[] | undefined;
  /** The name of each output of a regression. */
  readonly outputNames?: readonly string[] | undefined;
  /**
   * The images [samples, H, W] or [samples, H, W, C] that mistakes are shown as, where x does not hold them in such a
   * shape; false for none.
   */
  readonly images?: ModelData | false | undefined;
  /** At most this many mistakes are shown; 32 as images or 12 in a table unless given. */
  readonly mistakes?: number | undefined;
  /** Samples in a batch; 32 unless given. */
  readonly batchSize?: number | undefined;
  /** Further lines among the settings, by name: `{ data: 'MNIST, 10,000 test images' }`. */
  readonly details?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Ends the report before anything is written, with a StoppedError. */
  readonly signal?: AbortSignal | undefined;
}

/** A sample that a classifier takes for another class. */
export interface ReportedMistake {
  /** Its position in x. */
  readonly index: number;
  readonly label: number;
  readonly prediction: number;
  /** The probability given to the prediction, where predictions are probabilities. */
  readonly confidence: number | undefined;
  /** The probability given to the true class. */
  readonly trueConfidence: number | undefined;
}

export interface ReportedClassification {
  readonly classNames: readonly string[];
  /** The share of right answers. */
  readonly accuracy: number;
  readonly confusionMatrix: ConfusionMatrix;
  /** Precision, recall, F1 and support of each class, and their means. */
  readonly report: ClassificationReport;
  /** Of each class against the rest, in order; of class 1 alone for a binary classifier. NaN where there is none. */
  readonly rocAuc: readonly number[];
  /** As `rocAuc`. */
  readonly averagePrecision: readonly number[];
  /** How many samples are taken for another class. */
  readonly mistakes: number;
  /** Those of which the model is most sure, the worst first. */
  readonly worstMistakes: readonly ReportedMistake[];
}

/** The errors of one output of a regression. */
export interface ReportedErrors {
  readonly name: string;
  readonly meanSquaredError: number;
  readonly rootMeanSquaredError: number;
  readonly meanAbsoluteError: number;
  readonly medianAbsoluteError: number;
  readonly largestError: number;
  /** NaN where all true values are equal. */
  readonly r2Score: number;
}

/** A prediction of a regression that is far off. */
export interface ReportedError {
  /** The sample's position in x. */
  readonly index: number;
  /** The position of the output. */
  readonly output: number;
  readonly truth: number;
  readonly predicted: number;
}

export interface ReportedRegression {
  readonly outputs: readonly ReportedErrors[];
  /** The largest first. */
  readonly largestErrors: readonly ReportedError[];
}

export interface ReportResult {
  readonly task: 'binary' | 'multiclass' | 'regression';
  readonly samples: number;
  /** The loss and the metrics, as `evaluate` gives them; empty for a model that is not compiled. */
  readonly results: Readonly<Record<string, number>>;
  /** Of a classifier. */
  readonly classification: ReportedClassification | undefined;
  /** Of a regression. */
  readonly regression: ReportedRegression | undefined;
  /** The page. */
  readonly html: string;
  /** The files that were written, the page first; none without a directory. */
  readonly files: readonly string[];
}

/** Judges a model on x and y, and writes what comes out. */
export type Reporter = (
  model: ReportableModel,
  x: ModelData,
  y: ModelData,
  options: ReportOptions,
) => Promise<ReportResult>;

let current: Reporter | undefined;

/** Connects what writes reports. */
export function setReporter(reporter: Reporter): void {
  current = reporter;
}

/** What writes reports. @throws StateError in a page, with what to call there */
export function activeReporter(): Reporter {
  if (current === undefined)
    throw new StateError(
      "model.report is there in Node. In a page, import { writeReport } from 'nacre' and call writeReport(model, x, y), so that only pages that report carry what draws pictures.",
    );
  return current;
}
