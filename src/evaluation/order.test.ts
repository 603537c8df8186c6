import fc from 'fast-check';
import { expect, test } from 'vitest';
import { descendingOrder } from './order.js';

/** The order by comparison, equal values in their order. */
function byComparison(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
}

test('goes from the largest to the smallest, equal values in their order', () => {
  expect([...descendingOrder([0.5, 2, -1, 0.5, 2])]).toEqual([1, 4, 0, 3, 2]);
  expect([...descendingOrder([])]).toEqual([]);
});

test('takes both zeros for one', () => {
  expect([...descendingOrder([-0, 0, -0, 1, -1])]).toEqual([3, 0, 1, 2, 4]);
});

test('agrees with sorting by comparison, for values of any size and sign', () => {
  const values = fc.array(
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 })),
  );
  fc.assert(
    fc.property(values, (list) => {
      expect([...descendingOrder(Float64Array.from(list))]).toEqual(byComparison(list));
      const single = Float32Array.from(list).map((value) => (Number.isFinite(value) ? value : 0));
      expect([...descendingOrder(single)]).toEqual(byComparison(single));
    }),
    { seed: 1 },
  );
});
