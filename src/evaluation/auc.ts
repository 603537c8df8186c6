// The area under a curve given by points.
import { ShapeError, ValueError } from '../base/errors.js';
import { column, toNDArray, type ArrayInput } from './inputs.js';

/** The area under the points (x[i], y[i]) by the trapezoidal rule. */
export function auc(x: ArrayInput, y: ArrayInput): number {
  const xs = column(toNDArray(x, 'auc: x'), 'auc: x');
  const ys = column(toNDArray(y, 'auc: y'), 'auc: y');
  if (xs.length !== ys.length)
    throw new ShapeError(`auc: expected as many x as y, received ${xs.length} and ${ys.length}.`);
  if (xs.length < 2) throw new ShapeError(`auc: expected at least two points, received ${xs.length}.`);
  return areaUnder(xs, ys);
}

/** The same for arrays that are known to fit. */
export function areaUnder(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let [area, rises, falls] = [0, false, false];
  for (let i = 1; i < x.length; i++) {
    const width = x[i]! - x[i - 1]!;
    if (width > 0) rises = true;
    if (width < 0) falls = true;
    area += (width * (y[i]! + y[i - 1]!)) / 2;
  }
  if (rises && falls)
    throw new ValueError(
      'auc: expected x to increase or to decrease throughout, received values that turn back. Sort them first.',
    );
  return falls ? -area : area;
}
