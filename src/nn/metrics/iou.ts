// Intersection over union: how well regions of classes cover each other, from one confusion matrix of all elements.
import { ShapeError, ValueError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBoolean, checkNumber, checkWhole, show } from '../check.js';
import { alignLabels } from '../losses/reduce.js';
import type { MetricOptions } from './accuracy.js';
import { addExactly, exactSum, StatefulMetric, weightsFor } from './stateful.js';

export interface MeanIoUOptions extends MetricOptions {
  /** How many classes there are. Elements of other class numbers do not count. */
  readonly numClasses: number;
  /** Labels of this class do not count. */
  readonly ignoreClass?: number | null;
  /** Whether labels are class numbers (the default) rather than one-hot along `axis`. */
  readonly sparseYTrue?: boolean;
  /** Whether predictions are class numbers (the default) rather than scores along `axis`. */
  readonly sparseYPred?: boolean;
  /** The axis of the classes of one-hot labels and of scores; -1, the last, by default. */
  readonly axis?: number;
}

export interface IoUOptions extends MeanIoUOptions {
  /** The classes whose mean is the result. */
  readonly targetClassIds: readonly number[];
}

/** Labels are one-hot here, and predictions scores unless `sparseYPred` is true. */
export type OneHotIoUOptions = Omit<IoUOptions, 'sparseYTrue'>;
export type OneHotMeanIoUOptions = Omit<MeanIoUOptions, 'sparseYTrue'>;

export interface BinaryIoUOptions extends MetricOptions {
  /** The classes whose mean is the result; [0, 1] by default. */
  readonly targetClassIds?: readonly number[];
  /** Predictions of at least this are class 1; 0.5 by default. */
  readonly threshold?: number;
}

/** Keras's epsilon. */
const epsilon = 1e-7;

/** What a metric of this family has settled. */
interface Settings {
  readonly className: string;
  readonly what: string;
  readonly name: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly numClasses: number;
  readonly targets: readonly number[];
  readonly ignoreClass: number | null;
  /** Class numbers of one-hot or sparse labels and of predictions. */
  readonly classesOf: (yTrue: Tensor, yPred: Tensor) => readonly [labels: Tensor, predictions: Tensor];
}

export class IoUMetric extends StatefulMetric {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    super(settings.className, settings.name, settings.config);
    this.#settings = settings;
    this.#matrix();
  }

  /** Weights [B] count for all elements of their sample. */
  update(yTrue: Tensor, yPred: Tensor, weights: Tensor): void {
    const { classesOf, numClasses, ignoreClass, what } = this.#settings;
    const [given, predictions] = classesOf(yTrue, yPred);
    if (given.size !== predictions.size)
      throw new ShapeError(
        `${what}: expected a label for each prediction, received labels of shape ${formatShape(yTrue.shape)} and predictions of shape ${formatShape(yPred.shape)}. One-hot labels need sparseYTrue: false, scores sparseYPred: false.`,
      );
    const labels = given.flatten();
    const all = weightsFor(given, weights).flatten().cast('float32');
    const counted = ignoreClass === null ? all : where(labels.equal(ignoreClass), 0, all);
    // A class number that does not exist has a row of zeros, so that it does not count.
    const rows = where(labels.oneHot(numClasses, 'bool'), counted.expandDims(-1), 0);
    const columns = predictions.flatten().oneHot(numClasses);
    const [total, rest] = this.#matrix();
    addExactly(total!, rest!, rows.transpose().matMul(columns));
  }

  #matrix(): ReturnType<StatefulMetric['state']> {
    const { numClasses } = this.#settings;
    return this.state({ total_confusion_matrix: [numClasses, numClasses], rest: [numClasses, numClasses] });
  }

  /** The mean over the target classes that occur, in labels or predictions. */
  protected numbers([total, rest]: readonly NDArray[]): Float64Array {
    const counts = exactSum(total!, rest!);
    const { numClasses: size, targets } = this.#settings;
    let [sum, occurring] = [0, 0];
    for (const target of targets) {
      const intersection = counts[target * size + target]!;
      let union = -intersection;
      for (let other = 0; other < size; other++)
        union += counts[target * size + other]! + counts[other * size + target]!;
      if (union <= 1e-9) continue;
      sum += intersection / (union + epsilon);
      occurring += 1;
    }
    return Float64Array.of(sum / (occurring + epsilon));
  }
}

/** The numbers that every metric of the family has. */
function settle(
  className: string,
  what: string,
  options: MeanIoUOptions & { readonly targetClassIds?: readonly number[] },
): Settings {
  const name = `metrics.${what}`;
  const isMean = className.endsWith('MeanIoU');
  const isOneHot = className.startsWith('OneHot');
  const known = ['name', 'numClasses', 'ignoreClass', 'sparseYPred', 'axis'];
  rejectUnknownOptions(name, options, [
    ...known,
    ...(isMean ? [] : ['targetClassIds']),
    ...(isOneHot ? [] : ['sparseYTrue']),
  ]);
  const numClasses = checkWhole(options.numClasses, `${name}: numClasses`);
  const targets = isMean
    ? Array.from({ length: numClasses }, (_, index) => index)
    : checkTargets(options.targetClassIds, numClasses, name);
  const ignoreClass = options.ignoreClass ?? null;
  if (ignoreClass !== null) checkInteger(ignoreClass, `${name}: ignoreClass`);
  const sparseYTrue = checkBoolean(options.sparseYTrue ?? !isOneHot, `${name}: sparseYTrue`);
  const sparseYPred = checkBoolean(options.sparseYPred ?? !isOneHot, `${name}: sparseYPred`);
  const axis = checkInteger(options.axis ?? -1, `${name}: axis`);
  const numbers = (x: Tensor, isSparse: boolean): Tensor => (isSparse ? x.cast('int32') : x.argMax(axis));
  return {
    className,
    what,
    name: options.name,
    config: {
      num_classes: numClasses,
      ...(!isMean && { target_class_ids: targets }),
      ignore_class: ignoreClass,
      ...(!isOneHot && { sparse_y_true: sparseYTrue }),
      sparse_y_pred: sparseYPred,
      axis,
    },
    numClasses,
    targets,
    ignoreClass,
    classesOf: (yTrue, yPred) => [numbers(yTrue, sparseYTrue), numbers(yPred, sparseYPred)],
  };
}

function checkInteger(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value)) throw new ValueError(`${what}: expected a whole number, received ${show(value)}.`);
  return value as number;
}

function checkTargets(targets: unknown, numClasses: number, what: string): readonly number[] {
  const isTarget = (target: unknown): target is number =>
    Number.isSafeInteger(target) && (target as number) >= 0 && (target as number) < numClasses;
  const list: readonly unknown[] | undefined = Array.isArray(targets) ? targets : undefined;
  if (!list || list.length === 0 || !list.every(isTarget))
    throw new ValueError(
      `${what}: targetClassIds: expected a list of class numbers from 0 to ${numClasses - 1}, received ${show(targets)}.`,
    );
  return list;
}

/**
 * TP / (TP + FP + FN) of each of the target classes, and the mean of these over those that occur. Labels and predictions
 * are class numbers [B, ...], or one-hot and scores along `axis` where `sparseYTrue`, `sparseYPred` are false.
 */
export function iou(options: IoUOptions): IoUMetric {
  return new IoUMetric(settle('IoU', 'iou', options));
}

/**
 * The mean over all classes that occur of TP / (TP + FP + FN). Labels and predictions are class numbers [B, ...], or
 * one-hot and scores along `axis` where `sparseYTrue`, `sparseYPred` are false.
 * @example
 * metrics.meanIoU({ numClasses: 21, sparseYPred: false }); // labels [B, H, W], scores [B, H, W, 21]
 */
export function meanIoU(options: MeanIoUOptions): IoUMetric {
  return new IoUMetric(settle('MeanIoU', 'meanIoU', options));
}

/** `iou` of one-hot labels and scores [B, ..., classes]. */
export function oneHotIoU(options: OneHotIoUOptions): IoUMetric {
  return new IoUMetric(settle('OneHotIoU', 'oneHotIoU', options));
}

/** `meanIoU` of one-hot labels and scores [B, ..., classes]. */
export function oneHotMeanIoU(options: OneHotMeanIoUOptions): IoUMetric {
  return new IoUMetric(settle('OneHotMeanIoU', 'oneHotMeanIoU', options));
}

/** The mean of TP / (TP + FP + FN) over classes 0 and 1: labels 0 and 1 in the shape of the predictions. */
export function binaryIoU(options: BinaryIoUOptions = {}): IoUMetric {
  const what = 'metrics.binaryIoU';
  rejectUnknownOptions(what, options, ['name', 'targetClassIds', 'threshold']);
  const targets = checkTargets(options.targetClassIds ?? [0, 1], 2, what);
  const threshold = checkNumber(options.threshold ?? 0.5, `${what}: threshold`);
  return new IoUMetric({
    className: 'BinaryIoU',
    what: 'binaryIoU',
    name: options.name,
    config: { target_class_ids: targets, threshold },
    numClasses: 2,
    targets,
    ignoreClass: null,
    classesOf: (yTrue, yPred) => [
      alignLabels(yTrue, yPred, 'binaryIoU').cast('int32'),
      yPred.greaterEqual(threshold).cast('int32'),
    ],
  });
}
