import { expect, test } from 'vitest';
import { timeBundles, timeCalls } from './timing.js';

test('calls are timed one by one, at most so many, after some that are not', async () => {
  let calls = 0;
  const times = await timeCalls(() => Promise.resolve(calls++), 5);
  expect(times).toHaveLength(5);
  expect(calls).toBeGreaterThan(5);
  expect(calls).toBeLessThanOrEqual(10);
  for (const time of times) expect(time).toBeGreaterThanOrEqual(0);
});

test('bundles are as long as the clock needs, and at most as long as is asked for', async () => {
  const bundles: number[] = [];
  const times = await timeBundles((count) => Promise.resolve(bundles.push(count)), 64);
  expect(bundles.every((count) => count <= 64)).toBe(true);
  expect(bundles.slice(-times.length).every((count) => count === bundles.at(-1))).toBe(true);
  expect(times.length).toBeGreaterThan(0);
});
