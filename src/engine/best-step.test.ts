import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bestStep } from './best-step.js';

// A clock that only moves when a step says so.
let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

test('steps far shorter than a burst are timed many at a time', async () => {
  const bursts: number[] = [];
  const microseconds = await bestStep(async (steps) => {
    bursts.push(steps);
    now += steps * 0.001;
  });
  expect(microseconds).toBeCloseTo(1, 6);
  expect(bursts[0]).toBe(1);
  expect(bursts.at(-1)).toBeGreaterThan(1000);
});

test('the best burst counts', async () => {
  let count = 0;
  // Every other burst takes twice as long.
  const microseconds = await bestStep(async (steps) => void (now += steps * 10 * (count++ % 2 === 0 ? 2 : 1)));
  expect(microseconds).toBeCloseTo(10_000, 6);
});

test('what a burst takes beside its steps is left out', async () => {
  const run = async (steps: number): Promise<void> => void (now += 0.5 + steps * 0.25);
  expect(await bestStep(run, { overheadMs: 0.5 })).toBeCloseTo(250, 6);
});

test('a burst has no more steps than it may', async () => {
  const bursts: number[] = [];
  const run = async (steps: number): Promise<void> => {
    bursts.push(steps);
    now += steps * 0.001;
  };
  expect(await bestStep(run, { mostSteps: 20 })).toBeCloseTo(1, 6);
  expect(Math.max(...bursts)).toBe(20);
});

test('preparations come before each burst and take no part in its time', async () => {
  const order: string[] = [];
  const run = async (steps: number): Promise<void> => {
    order.push('run');
    now += steps * 5;
  };
  const prepare = (): void => {
    order.push('prepare');
    now += 1000;
  };
  expect(await bestStep(run, { prepare })).toBeCloseTo(5000, 6);
  expect(order.filter((_, i) => i % 2 === 0).every((what) => what === 'prepare')).toBe(true);
  expect(order.filter((_, i) => i % 2 === 1).every((what) => what === 'run')).toBe(true);
});

test('a step that takes no time that can be told still takes some', async () => {
  let bursts = 0;
  const run = async (): Promise<void> => void (now += ++bursts > 40 ? 20 : 0);
  expect(await bestStep(run, { overheadMs: 100 })).toBeGreaterThan(0);
});
