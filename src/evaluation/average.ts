// One number of several classes' numbers.
import { pooled } from './classes.js';
import type { BinaryProblem } from './binary.js';

/**
 * How the classes' numbers become one: their mean; their mean weighted by how many samples each class has; the number of
 * all pairs of sample and class together; null leaves them as they are.
 */
export type Average = 'macro' | 'weighted' | 'micro' | null;

export const averages: readonly Average[] = ['macro', 'weighted', 'micro', null];

/** `measure` of each problem, averaged. */
export function averaged(
  problems: readonly BinaryProblem[],
  average: Average,
  measure: (problem: BinaryProblem) => number,
): number | Float64Array {
  if (average === 'micro') return measure(pooled(problems));
  const values = Float64Array.from(problems, measure);
  if (average === null) return values;
  if (average === 'macro') return weightedMean(values, undefined);
  const supports = Float64Array.from(problems, weightOfPositives);
  if (supports.every((support) => support === 0)) return 0;
  // A class without samples has no say, whatever its number is.
  return weightedMean(
    values.map((value, index) => (supports[index] === 0 ? 0 : value)),
    supports,
  );
}

/** The weight of the samples that are positive. */
function weightOfPositives({ positive, weights }: BinaryProblem): number {
  let sum = 0;
  for (let i = 0; i < positive.length; i++) if (positive[i]) sum += weights ? weights[i]! : 1;
  return sum;
}

export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i]! : 1;
    sum += values[i]! * weight;
    total += weight;
  }
  return sum / total;
}
