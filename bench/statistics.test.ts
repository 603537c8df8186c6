import { expect, test } from 'vitest';
import { median } from './statistics.js';

test('the median is the middle of the values, whatever their order', () => {
  expect(median([3, 100, 1])).toBe(3);
  expect(median([4, 1, 2, 100])).toBe(3);
  expect(median([10, 9])).toBe(9.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});
