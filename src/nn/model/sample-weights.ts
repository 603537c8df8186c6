// How much each sample counts: weights the user gives, or those that follow from weights of classes.
import { DataError, ShapeError, ValueError } from '../../base/errors.js';
import { formatShape, sizeOf } from '../../base/shape.js';
import { findNonFinite } from '../../data/arrays.js';
import { fromNDArray } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTensor, type ModelData } from './data.js';

/** Weights of classes by their number; a class that is left out has weight 1. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>;

/** Weights as float32 [N]. @throws ShapeError or DataError unless there is one finite number for each sample of y */
export async function sampleWeights(what: string, value: ModelData, y: Tensor): Promise<Tensor> {
  const given = toTensor(value, what);
  const weights = given.rank === 2 && given.shape[1] === 1 ? given.squeeze(-1) : given;
  if (weights.rank !== 1 || weights.shape[0] !== y.shape[0])
    throw new ShapeError(
      `${what}: expected one weight for each sample, shape [${y.shape[0]}], received ${formatShape(given.shape)}.`,
    );
  const array = await weights.realize();
  const index = findNonFinite(array);
  if (index >= 0) throw new DataError(`${what}: expected finite numbers, received ${array.data[index]} at ${index}.`);
  return weights.cast('float32');
}

/**
 * The weight of each sample's class, float32 [N]. Labels are class numbers [N] or [N, 1], or rows whose largest element
 * is the class.
 * @throws ValueError for what are no weights of classes
 */
export async function weightsOfClasses(what: string, classWeight: ClassWeight, y: Tensor): Promise<Tensor> {
  const weights = asMap(what, classWeight);
  const { shape, data } = await y.realize();
  const rows = shape[0]!;
  const perRow = sizeOf(shape.slice(1));
  if (shape.length > 2)
    throw new ShapeError(
      `${what}: expected labels with one class for each sample, [N], [N, 1] or one-hot [N, classes], received ${formatShape(shape)}.`,
    );
  const result = Float32Array.from({ length: rows }, (_, row) => {
    const labels = data.subarray(row * perRow, (row + 1) * perRow);
    const label = perRow === 1 ? Math.round(labels[0]!) : positionOfLargest(labels);
    return weights.get(label) ?? 1;
  });
  return fromNDArray({ dtype: 'float32', shape: [rows], data: result });
}

function positionOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}

function asMap(what: string, classWeight: ClassWeight): Map<number, number> {
  const given: unknown = classWeight;
  if (typeof given !== 'object' || given === null)
    throw new ValueError(
      `${what}: expected an object such as { 0: 1, 1: 2.5 } or a Map from class to weight, received ${String(given)}.`,
    );
  const entries: [unknown, unknown][] = given instanceof Map ? [...given] : Object.entries(given);
  return new Map(
    entries.map(([label, weight]) => {
      const number = Number(label);
      if (!Number.isInteger(number) || number < 0 || typeof weight !== 'number' || !Number.isFinite(weight))
        throw new ValueError(
          `${what}: expected class numbers and finite weights, received ${String(label)}: ${String(weight)}.`,
        );
      return [number, weight];
    }),
  );
}
