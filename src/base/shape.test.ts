// Checks the arithmetic on shapes, broadcasting against recorded NumPy results among it.
import { describe, expect, test } from 'vitest';
import { readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { ShapeError } from './errors.js';
import {
  broadcastShapes,
  checkShape,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from './shape.js';

describe('sizes and strides', () => {
  test.each([
    [[], 1, []],
    [[5], 5, [1]],
    [[2, 3, 4], 24, [12, 4, 1]],
    [[1, 1], 1, [1, 1]],
    [[2, 0, 3], 0, [0, 3, 1]],
  ])('of %j', (shape, size, strides) => {
    expect(sizeOf(shape)).toBe(size);
    expect(stridesOf(shape)).toEqual(strides);
  });

  test('the strides point at each element in row-major order', () => {
    const [a, b, c] = stridesOf([2, 3, 4]) as [number, number, number];
    const offsets: number[] = [];
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++) for (let k = 0; k < 4; k++) offsets.push(i * a + j * b + k * c);
    expect(offsets).toEqual(Array.from({ length: 24 }, (_, index) => index));
  });
});

describe('sameShape', () => {
  test('compares rank and sizes', () => {
    expect(sameShape([], [])).toBe(true);
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([2, 3, 1], [2, 3])).toBe(false);
  });
});

describe('formatShape', () => {
  test('shows unknown sizes as null', () => {
    expect(formatShape([])).toBe('[]');
    expect(formatShape([28, 28])).toBe('[28, 28]');
    expect(formatShape([null, 10])).toBe('[null, 10]');
  });
});

describe('checkShape', () => {
  test('accepts whole numbers of at least 0', () => {
    expect(() => checkShape([], 'zeros')).not.toThrow();
    expect(() => checkShape([0, 1, 2 ** 40], 'zeros')).not.toThrow();
  });

  test.each([[[-1, 2]], [[1.5]], [[Number.NaN]], [[Infinity]]])('rejects %j', (shape) => {
    expect(() => checkShape(shape, 'zeros')).toThrow(ShapeError);
    expect(() => checkShape(shape, 'zeros')).toThrow(
      `zeros: expected a shape of whole numbers of at least 0, received ${formatShape(shape)}.`,
    );
  });
});

describe('broadcastShapes', () => {
  const recorded = (
    readGolden('ops') as { cases: { group: string; name: string; inputs: GoldenArray[]; output: GoldenArray }[] }
  ).cases.filter(({ group }) => group === 'broadcasting');

  test.each(recorded)('$name', ({ inputs, output }) => {
    const [a, b] = inputs as [GoldenArray, GoldenArray];
    expect(broadcastShapes(a.shape, b.shape, 'add')).toEqual(output.shape);
    expect(broadcastShapes(b.shape, a.shape, 'add')).toEqual(output.shape);
  });

  test('an empty axis stays empty beside a 1, and clashes with other sizes', () => {
    expect(broadcastShapes([0], [1], 'add')).toEqual([0]);
    expect(broadcastShapes([0], [], 'add')).toEqual([0]);
    expect(() => broadcastShapes([0], [2], 'add')).toThrow(ShapeError);
  });

  test('leaves its arguments alone', () => {
    const shape = [2, 1];
    broadcastShapes(shape, [3], 'add').push(9);
    expect(shape).toEqual([2, 1]);
  });

  test('says which axis clashes', () => {
    expect(() => broadcastShapes([2, 3, 4], [2, 4], 'add')).toThrow(
      'add: shapes [2, 3, 4] and [2, 4] do not broadcast: aligned from the right, axis 1 has sizes 3 and 2; expected equal sizes, or a 1.',
    );
  });
});

describe('normalizeAxis', () => {
  test.each([
    [0, 3, 0],
    [2, 3, 2],
    [-1, 3, 2],
    [-3, 3, 0],
    [-1, 1, 0],
  ])('%i of rank %i is %i', (axis, rank, expected) => {
    expect(normalizeAxis(axis, rank, 'sum')).toBe(expected);
  });

  test.each([
    [3, 3],
    [-4, 3],
    [0.5, 3],
    [Number.NaN, 3],
    [0, 0],
    [-1, 0],
  ])('%d of rank %i is an error', (axis, rank) => {
    expect(() => normalizeAxis(axis, rank, 'sum')).toThrow(ShapeError);
  });

  test('names the range', () => {
    expect(() => normalizeAxis(3, 3, 'sum')).toThrow('sum: axis 3 is out of range for rank 3; expected -3 to 2.');
  });
});

describe('normalizeAxes', () => {
  test('undefined is every axis, a list is sorted', () => {
    expect(normalizeAxes(undefined, 3, 'sum')).toEqual([0, 1, 2]);
    expect(normalizeAxes(undefined, 0, 'sum')).toEqual([]);
    expect(normalizeAxes([], 3, 'sum')).toEqual([]);
    expect(normalizeAxes(-1, 3, 'sum')).toEqual([2]);
    expect(normalizeAxes([-1, 0], 3, 'sum')).toEqual([0, 2]);
  });

  test('leaves its argument alone', () => {
    const axes = [2, 0];
    expect(normalizeAxes(axes, 3, 'sum')).toEqual([0, 2]);
    expect(axes).toEqual([2, 0]);
  });

  test('rejects an axis named twice, also by its negative', () => {
    expect(() => normalizeAxes([1, 1], 3, 'sum')).toThrow('sum: axes [1, 1] repeat.');
    expect(() => normalizeAxes([2, -1], 3, 'sum')).toThrow(ShapeError);
    expect(() => normalizeAxes([3], 3, 'sum')).toThrow(ShapeError);
  });
});
