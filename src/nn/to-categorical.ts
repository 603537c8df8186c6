// One-hot labels from class numbers.
import { isFloat } from '../base/dtype.js';
import { DataError, ValueError } from '../base/errors.js';
import { minMax } from '../data/arrays.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkWhole } from './check.js';
import { rememberClasses } from './class-labels.js';
import { toTensor, type ModelData } from './model/data.js';

/**
 * Class numbers [N] or [N, 1] as one-hot rows [N, numClasses], float32. Without `numClasses` it is the largest number
 * plus one. A lazy tensor stays one: as training data, rows are made batch by batch.
 * @throws DataError for a label outside the classes, with its index
 * @throws ValueError if `numClasses` is left out where the labels have not been computed yet
 */
export function toCategorical(labels: ModelData, numClasses?: number): Tensor {
  const given = toTensor(labels, 'toCategorical: labels');
  const classes = given.rank > 1 && given.shape.at(-1) === 1 ? given.squeeze(-1) : given;
  const known = given.node.op === 'data' ? given.node.attributes.source.array : undefined;
  const array = known instanceof Promise ? undefined : known;
  if (!array && numClasses === undefined)
    throw new ValueError(
      'toCategorical: expected numClasses for labels that are not computed yet, received none. For example toCategorical(y, 10).',
    );
  const count = checkWhole(numClasses ?? Math.floor(minMax(array!).max) + 1, 'toCategorical: numClasses');
  if (array) {
    const isInside = (label: number): boolean => Number.isInteger(label) && label >= 0 && label < count;
    const index = array.data.findIndex((label) => !isInside(label));
    if (index >= 0)
      throw new DataError(
        `toCategorical: expected class numbers from 0 to ${count - 1}, received ${array.data[index]} at ${index}.`,
      );
  }
  const rows = (isFloat(classes.dtype) ? classes.cast('int32') : classes).oneHot(count);
  rememberClasses(rows, classes);
  return rows;
}
