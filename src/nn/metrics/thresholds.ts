// Thresholds, and which scores exceed them: what precision, recall and the areas under curves count.
import { ValueError } from '../../base/errors.js';
import { tensor } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { show } from '../check.js';

export interface Thresholds {
  readonly values: readonly number[];
  /**
   * Whether they are 0, 1/n, 2/n, ... 1 (from three on). Keras then compares n x score with whole numbers, which is the
   * same but for rounding; scores are limited to [0, 1] first.
   */
  readonly areEven: boolean;
  /** Of even ones, whether the first is a little below 0, so that every score exceeds it. */
  readonly startBelow: boolean;
}

/** Keras's epsilon: how far outside [0, 1] the outer thresholds of a curve lie. */
const epsilon = 1e-7;

/** A threshold or several. @throws ValueError unless all are from 0 to 1 */
export function checkThresholds(value: unknown, what: string): readonly number[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isThreshold = (threshold: unknown): threshold is number =>
    typeof threshold === 'number' && threshold >= 0 && threshold <= 1;
  if (values.length === 0 || !values.every(isThreshold))
    throw new ValueError(`${what}: expected a number from 0 to 1, or a list of such, received ${show(value)}.`);
  return values;
}

/** The given thresholds as they are. */
export function givenThresholds(values: readonly number[]): Thresholds {
  return { values, areEven: areEven(values), startBelow: false };
}

/** As many from 0 to 1; 0.5 alone. */
export function thresholdsFrom0To1(count: number): Thresholds {
  if (count === 1) return givenThresholds([0.5]);
  return { values: inner(count, 0, 1), areEven: true, startBelow: false };
}

/** As many from a little below 0 to a little above 1. */
export function thresholdsBeyond0And1(count: number): Thresholds {
  return { values: inner(count, -epsilon, 1 + epsilon), areEven: true, startBelow: true };
}

/** The given ones in ascending order, one a little below 0 before them and one a little above 1 after. */
export function thresholdsAround(values: readonly number[]): Thresholds {
  const sorted = [...values].sort((a, b) => a - b);
  return { values: [-epsilon, ...sorted, 1 + epsilon], areEven: areEven([0, ...sorted, 1]), startBelow: true };
}

function inner(count: number, first: number, last: number): number[] {
  const between = Array.from({ length: Math.max(0, count - 2) }, (_, index) => (index + 1) / (count - 1));
  return [first, ...between, last];
}

/** As near as Keras wants them. */
function areEven(values: readonly number[]): boolean {
  const last = values.length - 1;
  return last >= 2 && values.every((value, index) => Math.abs(value - index / last) <= epsilon + (1e-5 * index) / last);
}

/**
 * Which scores exceed which thresholds: [...] -> [..., 1 + thresholds] of 0 and 1. The first column is 1 throughout, so
 * that what is summed over the others is summed over all there.
 */
export function exceeds(scores: Tensor, { values, areEven: isEven, startBelow }: Thresholds): Tensor {
  const always = -Infinity;
  const last = values.length - 1;
  const limits = isEven ? values.map((_, index) => (index === 0 && startBelow ? -1 : index)) : values;
  const compared = isEven ? scores.clip(0, 1).mul(last) : scores;
  return compared
    .expandDims(-1)
    .greater(tensor(Float32Array.of(always, ...limits)))
    .cast('float32');
}
