// What the data itself shows before training: how large inputs are, how labels are spread. Only values that are in
// memory already are looked at, and of much data evenly spaced rows.
import type { NDArray } from '../../base/ndarray.js';
import { sizeOf } from '../../base/shape.js';
import { rangeOf, valuesAtHand } from '../../tensor/leaves.js';
import type { Tensor } from '../../tensor/tensor.js';
import { classesOf } from '../class-labels.js';
import type { Loss } from '../losses/loss.js';

/** How many elements are looked at, which takes a fraction of a millisecond, or two where the code is not warm yet. */
const mostElements = 30_000;
const mostRows = 4096;

export interface InputRange {
  readonly min: number;
  readonly max: number;
  /** Whether they look like pixels: 64 or more whole numbers a sample. */
  readonly arePixels: boolean;
}

/** From how many values on a sample may be an image. */
const leastPixels = 64;

/** The range of x; undefined where it would have to be computed, and for whole numbers, which may be names. */
export async function inputRange(x: Tensor): Promise<InputRange | undefined> {
  if (x.dtype === 'int32' || x.dtype === 'bool') return undefined;
  const seen = { areWhole: true };
  const range = await rangeOf(x, (array) => {
    let [min, max] = [Infinity, -Infinity];
    forEachRow(array, (data, start, end) => {
      for (let position = start; position < end; position++) {
        const value = data[position]!;
        if (value < min) min = value;
        if (value > max) max = value;
        seen.areWhole &&= Number.isInteger(value);
      }
    });
    return { min, max };
  });
  return range && { ...range, arePixels: seen.areWhole && sizeOf(x.shape.slice(1)) >= leastPixels };
}

/** Of class numbers, one-hot rows or numbers. A row of labels has `columns` elements. */
export interface LabelStatistics {
  /** Rows that were looked at. */
  readonly rows: number;
  readonly min: number;
  readonly max: number;
  readonly areWhole: boolean;
  /** How many different values there are, at most `mostDistinct`. */
  readonly distinct: number;
  /** Of the rows' sums. */
  readonly sums: { readonly min: number; readonly max: number };
  /** How often each class occurs, as parts of 1, for labels of classes. */
  readonly shares: readonly number[] | undefined;
  /** Of each column. */
  readonly means: readonly number[];
  /** The mean squared distance from the column's mean, averaged over the columns. */
  readonly variance: number;
  /** The mean distance from the column's median, averaged over the columns; only where `deviation` was asked for. */
  readonly deviation: number | undefined;
}

const mostDistinct = 100;

/** Statistics of y as `loss` reads it; undefined where y is not at hand. */
export async function labelStatistics(
  y: Tensor,
  loss: Pick<Loss, 'labels' | 'className'>,
  outputs: number,
): Promise<LabelStatistics | undefined> {
  const array = await valuesAtHand(y);
  if (array) {
    const deviation = loss.className === 'MeanAbsoluteError';
    return statisticsOf(array, { classes: loss.labels === 'classIndex' ? outputs : undefined, deviation });
  }
  // One-hot rows that are made batch by batch: their classes tell the same.
  const classes = classesOf(y);
  const numbers = classes && (await valuesAtHand(classes));
  if (!numbers || loss.labels !== 'oneHot') return undefined;
  const statistics = statisticsOf(numbers, { classes: outputs, deviation: false });
  return { ...statistics, min: 0, max: 1, sums: { min: 1, max: 1 } };
}

interface StatisticsOptions {
  /** Of how many classes the values are the numbers; undefined where they are none. */
  readonly classes: number | undefined;
  readonly deviation: boolean;
}

function statisticsOf(array: NDArray, { classes, deviation }: StatisticsOptions): LabelStatistics {
  const columns = classes === undefined ? sizeOf(array.shape.slice(1)) : 1;
  const counts = new Float64Array(classes ?? 0);
  const distinct = new Set<number>();
  // Sums of distances from the first row, so that squares of large numbers do not cancel.
  const origin = Float64Array.from(array.data.subarray(0, columns));
  const [total, squares] = [new Float64Array(columns), new Float64Array(columns)];
  const kept: number[][] = Array.from({ length: deviation ? columns : 0 }, () => []);
  const sums = { min: Infinity, max: -Infinity };
  let [min, max, areWhole, rows, values] = [Infinity, -Infinity, true, 0, 0];
  forEachRow(array, (data, start, end) => {
    rows++;
    let sum = 0;
    for (let position = start; position < end; position++) {
      const value = data[position]!;
      const column = (position - start) % columns;
      const distance = value - origin[column]!;
      total[column]! += distance;
      squares[column]! += distance * distance;
      kept[column]?.push(value);
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
      areWhole &&= Number.isInteger(value);
      if (distinct.size < mostDistinct) distinct.add(value);
      if (value in counts) counts[value]!++;
    }
    values += end - start;
    sums.min = Math.min(sums.min, sum);
    sums.max = Math.max(sums.max, sum);
  });
  const perColumn = values / columns;
  const shifts = Array.from(total, (distance) => distance / perColumn);
  return {
    rows,
    min,
    max,
    areWhole,
    distinct: distinct.size,
    sums,
    shares: classes === undefined ? undefined : Array.from(counts, (count) => count / values),
    means: shifts.map((shift, column) => origin[column]! + shift),
    variance: mean(shifts.map((shift, column) => squares[column]! / perColumn - shift * shift)),
    deviation: deviation ? mean(kept.map(meanDistanceFromMedian)) : undefined,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanDistanceFromMedian(values: readonly number[]): number {
  const median = Float64Array.from(values).sort()[values.length >> 1]!;
  return mean(values.map((value) => Math.abs(value - median)));
}

/** Evenly spaced rows of an array, all of them where there are few. */
function forEachRow(
  { shape, data }: NDArray,
  visit: (data: NDArray['data'], start: number, end: number) => void,
): void {
  const rows = shape[0] ?? 1;
  const rowSize = sizeOf(shape.slice(1));
  const wanted = Math.max(1, Math.min(rows, mostRows, Math.floor(mostElements / Math.max(rowSize, 1))));
  for (let index = 0; index < wanted; index++) {
    const row = Math.floor((index * rows) / wanted);
    visit(data, row * rowSize, (row + 1) * rowSize);
  }
}
