// Reads what tools/golden/ recorded: numbers that JSON lacks are written as their names.
import { readFileSync } from 'node:fs';
import type { DType } from '../../src/base/dtype.js';
import { allocate } from '../../src/base/dtype.js';
import type { NDArray } from '../../src/base/ndarray.js';

export interface GoldenArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | 'NaN' | 'Infinity' | '-Infinity')[];
}

/** The recorded file of that name. */
export function readGolden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'));
}

export function goldenNumber(value: number | string): number {
  return Number(value);
}

export function goldenArray(recorded: GoldenArray): NDArray {
  const data = allocate(recorded.dtype, recorded.data.length);
  recorded.data.forEach((value, index) => (data[index] = goldenNumber(value)));
  return { dtype: recorded.dtype, shape: recorded.shape, data };
}
