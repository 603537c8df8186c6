import { expect, test } from 'vitest';
import { median, quantile } from './statistics.js';

test('the median is the middle of the values, whatever their order', () => {
  expect(median([3, 100, 1])).toBe(3);
  expect(median([4, 1, 2, 100])).toBe(3);
  expect(median([10, 9])).toBe(9.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('a quantile is a value that so large a part does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile(hundred, 0.5)).toBe(50);
  expect(quantile([5, 3], 0.99)).toBe(5);
  expect(quantile([], 0.5)).toBeNaN();
});
