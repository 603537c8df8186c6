import { expect, test } from 'vitest';
import { thinCurve, thinSeries } from './thin.js';

test('a short line keeps every point', () => {
  expect(thinSeries([3, 1, 2])).toEqual([0, 1, 2]);
});

test('a long line keeps its ends and every peak', () => {
  const values = Float64Array.from({ length: 100_000 }, (_, i) => (i === 31_415 ? 9 : i === 72_001 ? -9 : i % 2));
  const kept = thinSeries(values, 1000);
  expect(kept.length).toBeLessThanOrEqual(1004);
  for (const position of [0, 31_415, 72_001, 99_999]) expect(kept).toContain(position);
  expect(kept).toEqual([...kept].sort((a, b) => a - b));
});

test('a long line keeps a gap', () => {
  const values = Float64Array.from({ length: 10_000 }, (_, i) => (i === 5555 ? Number.NaN : i));
  expect(thinSeries(values, 1000)).toContain(5555);
});

test('a curve of a million points keeps few, and none of its corners moves', () => {
  const count = 1_000_000;
  const x = Float64Array.from({ length: count }, (_, i) => Math.max(0, (2 * i) / count - 1));
  const y = Float64Array.from({ length: count }, (_, i) => Math.min(1, (2 * i) / count));
  const kept = thinCurve(x, y);
  expect(kept.length).toBeLessThan(2000);
  expect(kept[0]).toBe(0);
  expect(kept.at(-1)).toBe(count - 1);
  // The corner is where x begins to grow.
  const nearest = Math.min(...kept.map((i) => Math.abs(x[i]!) + Math.abs(y[i]! - 1)));
  expect(nearest).toBeLessThan(1 / 200);
});

test('a staircase of few points stays whole', () => {
  expect(thinCurve([0, 0, 0.5, 0.5, 1], [0, 0.5, 0.5, 1, 1])).toEqual([0, 1, 2, 3, 4]);
});
