import { expect, test } from 'vitest';
import { checkAccuracy, checkLosses, checkProbabilities, checkSpots } from './checks.js';

test('losses are those of the reference, but for rounding', () => {
  const expected = { losses: [2.3, 2.1, 1.9], hasDropout: false };
  expect(checkLosses([2.3001, 2.1, 1.9], expected)).toBeUndefined();
  expect(checkLosses([2.3, 2.1], expected)).toBeUndefined();
  expect(checkLosses([2.31, 2.1, 1.9], expected)).toBe(
    'its first losses are 2.3100, 2.1000, 1.9000, those of the reference 2.3000, 2.1000, 1.9000',
  );
  expect(checkLosses([NaN, 2.1, 1.9], expected)).toContain('NaN');
  expect(checkLosses([], expected)).toBeDefined();
  expect(checkLosses([2.3, 2.1, 1.9, 1.8], expected)).toBeDefined();
});

test('with dropout they are near', () => {
  const expected = { losses: [2.3, 2.1], hasDropout: true };
  expect(checkLosses([2.4, 2.2], expected)).toBeUndefined();
  expect(checkLosses([3.3, 2.1], expected)).toBeDefined();
  expect(checkLosses([NaN, 2.1], expected)).toBeDefined();
});

test('probabilities are those of the reference', () => {
  expect(checkProbabilities([0.2, 0.80005], [0.2, 0.8])).toBeUndefined();
  expect(checkProbabilities([0.2, 0.81], [0.2, 0.8])).toBe('its probability 1 is 0.81, that of the reference 0.8');
  expect(checkProbabilities([0.2], [0.2, 0.8])).toBeDefined();
});

test('a trained network has a least accuracy', () => {
  expect(checkAccuracy(0.97, 0.965)).toBeUndefined();
  expect(checkAccuracy(0.1, 0.965)).toBe('its accuracy on the test images is 0.1, it should be at least 0.965');
  expect(checkAccuracy(NaN, 0.965)).toBeDefined();
});

test('elements of results are those of the formula', () => {
  const spots = [
    { name: 'y', positions: [0, 7], values: [1, 2], tolerance: 0.01 },
    { name: 'dw', positions: [3], values: [5], tolerance: 0.1 },
  ];
  expect(checkSpots([[1.001, 2], [5.05]], spots)).toBeUndefined();
  expect(checkSpots([[1.001, 2], [5.2]], spots)).toBe('element 3 of its dw is 5.2, it should be 5');
  expect(checkSpots([[1, NaN], [5]], spots)).toBe('element 7 of its y is NaN, it should be 2');
  expect(checkSpots([[1, 2]], spots)).toBe('element 3 of its dw is NaN, it should be 5');
});
