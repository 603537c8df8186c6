// Makes one number of a batch's values, and brings labels and predictions to one shape before they are compared.
import { ShapeError } from '../../base/errors.js';
import { formatShape, sameShape } from '../../base/shape.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The mean over all axes but the first: [B, ...] -> [B]. A scalar stays one. */
export function meanPerSample(values: Tensor): Tensor {
  if (values.rank < 2) return values;
  return values.mean(Array.from({ length: values.rank - 1 }, (_, axis) => axis + 1));
}

/**
 * Keras's `sum_over_batch_size`: the sum of the values [B, ...], each averaged over its trailing axes and multiplied by
 * its sample's weight [B], divided by the number of samples. `count` is that number, a scalar: a batch with rows beyond
 * the end of the data gives those the weight 0 and does not count them. A scalar value is taken as it is.
 */
export function reduceLoss(values: Tensor, weights: Tensor | undefined, count: Tensor | number): Tensor {
  if (values.rank === 0) return values;
  const perSample = meanPerSample(values);
  if (weights && !sameShape(weights.shape, perSample.shape))
    throw new ShapeError(
      `Loss: expected one weight for each sample (shape ${formatShape(perSample.shape)}), received shape ${formatShape(weights.shape)}.`,
    );
  return (weights ? perSample.mul(weights) : perSample).sum().div(count);
}

/**
 * Labels and predictions in one shape and dtype; an axis of size 1 at the end, which only one of them has, is added to
 * the labels or dropped from them.
 * @throws ShapeError if the shapes differ otherwise
 */
export function alignLabels(yTrue: Tensor, yPred: Tensor, what: string): Tensor {
  let labels = yTrue;
  if (labels.rank === yPred.rank - 1 && yPred.shape.at(-1) === 1) labels = labels.expandDims(-1);
  else if (labels.rank === yPred.rank + 1 && labels.shape.at(-1) === 1) labels = labels.squeeze(-1);
  if (!sameShape(labels.shape, yPred.shape))
    throw new ShapeError(
      `${what}: expected labels in the shape of the predictions, ${formatShape(yPred.shape)}, received ${formatShape(yTrue.shape)}.`,
    );
  return labels.cast(yPred.dtype);
}

/**
 * Class numbers as int32 [B, ...] for predictions [B, ..., classes]; a last axis of size 1 is dropped.
 * @throws ShapeError if the labels have another shape, such as one-hot labels
 */
export function classIndices(yTrue: Tensor, yPred: Tensor, what: string): Tensor {
  const labels = yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1 ? yTrue.squeeze(-1) : yTrue;
  const expected = yPred.shape.slice(0, -1);
  if (yPred.rank === 0 || !sameShape(labels.shape, expected)) {
    const isOneHot = sameShape(yTrue.shape, yPred.shape);
    throw new ShapeError(
      `${what}: expected one class number for each prediction (shape ${formatShape(expected)}), received labels of shape ${formatShape(yTrue.shape)}.${isOneHot ? ' For one-hot labels use categoricalCrossentropy and categoricalAccuracy.' : ''}`,
    );
  }
  return labels.cast('int32');
}
