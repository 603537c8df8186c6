// Whether what an implementation comes to is what the reference comes to.
import type { SpotValues } from './kernels.js';

/** Rounding alone. */
const lossTolerance = 1e-3;
/** Dropout leaves out other elements. */
const dropoutTolerance = 0.1;
const probabilityTolerance = 1e-4;

/** What is wrong with the losses of the first steps; there may be fewer of them than expected ones. */
export function checkLosses(
  found: readonly number[],
  expected: { readonly losses: readonly number[]; readonly hasDropout: boolean },
): string | undefined {
  const wanted = expected.losses.slice(0, found.length);
  const isNear = expected.hasDropout
    ? Math.abs(sum(found) / sum(wanted) - 1) <= dropoutTolerance
    : found.every((loss, i) => Math.abs(loss / wanted[i]! - 1) <= lossTolerance);
  if (isNear && found.length > 0 && found.length === wanted.length) return undefined;
  return `its first losses are ${list(found)}, those of the reference ${list(wanted)}`;
}

/** What is wrong with class probabilities of the first images. */
export function checkProbabilities(found: ArrayLike<number>, expected: readonly number[]): string | undefined {
  const wrong = expected.findIndex((value, i) => !(Math.abs((found[i] ?? NaN) - value) <= probabilityTolerance));
  if (wrong < 0) return undefined;
  return `its probability ${wrong} is ${found[wrong]}, that of the reference ${expected[wrong]}`;
}

/** What is wrong with a trained network's accuracy on the test images. */
export function checkAccuracy(found: number, least: number): string | undefined {
  return found >= least ? undefined : `its accuracy on the test images is ${found}, it should be at least ${least}`;
}

/** What is wrong with elements of results, listed as `spots` lists them. */
export function checkSpots(found: readonly ArrayLike<number>[], spots: readonly SpotValues[]): string | undefined {
  for (const [i, { name, positions, values, tolerance }] of spots.entries())
    for (const [k, wanted] of values.entries()) {
      const value = found[i]?.[k] ?? NaN;
      if (!(Math.abs(value - wanted) <= tolerance))
        return `element ${positions[k]} of its ${name} is ${value}, it should be ${wanted}`;
    }
  return undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(4)).join(', ');
}
