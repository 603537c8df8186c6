import { describe, expect, test } from 'vitest';
import { ShapeError } from '../base/errors.js';
import { pad, parameter } from './build.js';

describe('pad', () => {
  const x = parameter(0, [2, 3], 'float32');
  const none = { low: 0, high: 0, interior: 0 };

  test('adds its amounts to the shape', () => {
    expect(pad(x, [{ low: 1, high: 0, interior: 2 }, none]).shape).toEqual([5, 3]);
    expect(pad(x, [none, none])).toBe(x);
  });

  test.each(['low', 'high', 'interior'])('refuses a negative amount: %s', (side) => {
    expect(() => pad(x, [none, { ...none, [side]: -1 }])).toThrow(ShapeError);
    expect(() => pad(x, [none, { ...none, [side]: -1 }])).toThrow(/-1.*axis 1.*slice/);
  });
});
