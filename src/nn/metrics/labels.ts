// Labels for metrics that compare them with predictions element by element.
import { ShapeError } from '../../base/errors.js';
import { formatShape, sameShape } from '../../base/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { alignLabels } from '../losses/reduce.js';

/**
 * Labels in the predictions' shape [B, ..., classes]; an axis of size 1 at the end may be missing or too many.
 * @throws ShapeError for class numbers, with the way to make them one-hot
 */
export function labelsLike(yTrue: Tensor, yPred: Tensor, what: string): Tensor {
  const classes = yPred.shape.at(-1) ?? 1;
  const isOnePerSample =
    sameShape(yTrue.shape, yPred.shape.slice(0, -1)) || sameShape(yTrue.shape, [...yPred.shape.slice(0, -1), 1]);
  if (classes > 1 && isOnePerSample)
    throw new ShapeError(
      `${what}: expected labels 0 and 1 in the shape of the predictions, ${formatShape(yPred.shape)}, received shape ${formatShape(yTrue.shape)}. Make class numbers one-hot: toCategorical(y, ${classes}), with the loss 'categoricalCrossentropy'.`,
    );
  return alignLabels(yTrue, yPred, what);
}
