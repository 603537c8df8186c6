// Cross-entropies: losses of probabilities, or of the logits they come from.
import { ShapeError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { where } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBoolean, checkNumber } from '../check.js';
import { logitsOf } from '../logits.js';
import { defineLoss } from './define.js';
import type { Loss } from './loss.js';
import { alignLabels, classIndices } from './reduce.js';
import type { LossOptions } from './regression.js';

export interface SparseCrossentropyOptions extends LossOptions {
  /** Whether predictions are logits, of which softmax is still to be taken. False by default. */
  readonly fromLogits?: boolean;
}

export interface CrossentropyOptions extends LossOptions {
  /** Whether predictions are logits, of which softmax or sigmoid is still to be taken. False by default. */
  readonly fromLogits?: boolean;
  /** How much of each label is spread evenly over all classes, from 0 (the default) to 1. */
  readonly labelSmoothing?: number;
}

/** Keras's epsilon: probabilities are kept so far from 0 and 1. */
const epsilon = 1e-7;

function clipProbabilities(p: Tensor): Tensor {
  return p.clip(epsilon, 1 - epsilon);
}

/** -log(softmax(x)) as one expression, exact for large logits: [..., K] -> [..., K]. */
function negativeLogSoftmax(logits: Tensor): Tensor {
  const shifted = logits.sub(logits.max(-1, true).stopGradient());
  return shifted.exp().sum(-1, true).log().sub(shifted);
}

/** The logits of a prediction: itself, or what an activation made it from. */
function asLogits(yPred: Tensor, fromLogits: boolean, activation: 'softmax' | 'sigmoid'): Tensor | undefined {
  return logitsOf(yPred, activation) ?? (fromLogits ? yPred : undefined);
}

function optionsOf(what: string, options: CrossentropyOptions): { fromLogits: boolean; labelSmoothing: number } {
  return {
    fromLogits: checkBoolean(options.fromLogits ?? false, `${what}: fromLogits`),
    labelSmoothing: checkNumber(options.labelSmoothing ?? 0, `${what}: labelSmoothing`, 0, 1),
  };
}

function checkClasses(yPred: Tensor, what: string): void {
  if (yPred.rank === 0 || yPred.shape.at(-1)! < 1)
    throw new ShapeError(`${what}: expected predictions [B, ..., classes], received ${formatShape(yPred.shape)}.`);
}

/**
 * -(y log p + (1 - y) log(1 - p)), averaged over the last axis, for independent yes-or-no answers. Labels in the
 * predictions' shape.
 */
export function binaryCrossentropy(options: CrossentropyOptions = {}): Loss {
  const what = 'binaryCrossentropy';
  rejectUnknownOptions(`losses.${what}`, options, ['name', 'fromLogits', 'labelSmoothing']);
  const { fromLogits, labelSmoothing } = optionsOf(what, options);
  return defineLoss({
    className: 'BinaryCrossentropy',
    name: options.name ?? 'binary_crossentropy',
    labels: 'sameShape',
    fromLogits,
    config: { from_logits: fromLogits, label_smoothing: labelSmoothing, axis: -1 },
    values: (yTrue, yPred) => {
      const hard = alignLabels(yTrue, yPred, what);
      const labels = labelSmoothing === 0 ? hard : hard.mul(1 - labelSmoothing).add(0.5 * labelSmoothing);
      const logits = asLogits(yPred, fromLogits, 'sigmoid');
      const values = logits ? binaryFromLogits(labels, logits) : binaryFromProbabilities(labels, yPred);
      return values.rank < 2 ? values : values.mean(-1);
    },
  });
}

/** max(x, 0) - x y + log(1 + exp(-|x|)), with the gradient sigmoid(x) - y at x = 0 too. */
function binaryFromLogits(labels: Tensor, logits: Tensor): Tensor {
  const isPositive = logits.greaterEqual(0);
  const decay = where(isPositive, logits.neg(), logits).exp();
  return where(isPositive, logits, 0).sub(logits.mul(labels)).add(decay.log1p());
}

function binaryFromProbabilities(labels: Tensor, p: Tensor): Tensor {
  const clipped = clipProbabilities(p);
  const yes = labels.mul(clipped.log());
  const no = labels.neg().add(1).mul(clipped.neg().add(1).log());
  return yes.add(no).neg();
}

/** -sum of y log p over the classes, for one-hot labels in the predictions' shape: [B, ..., K] -> [B, ...]. */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): Loss {
  const what = 'categoricalCrossentropy';
  rejectUnknownOptions(`losses.${what}`, options, ['name', 'fromLogits', 'labelSmoothing']);
  const { fromLogits, labelSmoothing } = optionsOf(what, options);
  return defineLoss({
    className: 'CategoricalCrossentropy',
    name: options.name ?? 'categorical_crossentropy',
    labels: 'oneHot',
    fromLogits,
    config: { from_logits: fromLogits, label_smoothing: labelSmoothing, axis: -1 },
    values: (yTrue, yPred) => {
      checkClasses(yPred, what);
      const hard = oneHotLabels(yTrue, yPred, what);
      const labels =
        labelSmoothing === 0 ? hard : hard.mul(1 - labelSmoothing).add(labelSmoothing / yPred.shape.at(-1)!);
      const logits = asLogits(yPred, fromLogits, 'softmax');
      if (logits) return labels.mul(negativeLogSoftmax(logits)).sum(-1);
      return labels
        .mul(clipProbabilities(yPred.div(yPred.sum(-1, true))).log())
        .sum(-1)
        .neg();
    },
  });
}

function oneHotLabels(yTrue: Tensor, yPred: Tensor, what: string): Tensor {
  const isClassIndex = yTrue.rank === yPred.rank - 1 || (yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1);
  if (isClassIndex && yPred.shape.at(-1)! > 1)
    throw new ShapeError(
      `${what}: expected one-hot labels of shape ${formatShape(yPred.shape)}, received shape ${formatShape(yTrue.shape)}. For class numbers use sparseCategoricalCrossentropy, or toCategorical.`,
    );
  return alignLabels(yTrue, yPred, what);
}

/** -log p of the right class, for class numbers: labels [B, ...] (or [B, ..., 1]), predictions [B, ..., K] -> [B, ...]. */
export function sparseCategoricalCrossentropy(options: SparseCrossentropyOptions = {}): Loss {
  const what = 'sparseCategoricalCrossentropy';
  rejectUnknownOptions(`losses.${what}`, options, ['name', 'fromLogits']);
  const { fromLogits } = optionsOf(what, options);
  return defineLoss({
    className: 'SparseCategoricalCrossentropy',
    name: options.name ?? 'sparse_categorical_crossentropy',
    labels: 'classIndex',
    fromLogits,
    config: { from_logits: fromLogits, ignore_class: null },
    values: (yTrue, yPred) => {
      checkClasses(yPred, what);
      const classes = yPred.shape.at(-1)!;
      const labels = classIndices(yTrue, yPred, what);
      const logits = asLogits(yPred, fromLogits, 'softmax');
      // Probabilities are clipped first and made to sum to 1 after, as Keras does here and only here.
      const losses = negativeLogSoftmax(logits ?? clipProbabilities(yPred).log());
      const picked = where(labels.oneHot(classes, 'bool'), losses, 0).sum(-1);
      // A label outside the classes has no loss; it must not pass for a small one.
      return where(labels.greaterEqual(0).logicalAnd(labels.less(classes)), picked, NaN);
    },
  });
}
