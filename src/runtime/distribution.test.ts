import { expect, test } from 'vitest';
import { distributionOf, everyThread, type Costs, type Distribution } from './distribution.js';
import type { ProgramFootprint } from './footprint.js';

/** Phases of one kernel each. */
const phasesOf = (count: number, flops: number, chunks: number): ProgramFootprint => ({
  temporaryBytes: 0,
  localBytes: 0,
  parameters: [],
  outputs: [],
  phases: Array.from({ length: count }, () => [{ flops, chunks }]),
});
const wasm: Costs = { flopsPerMicrosecond: 10_000, flopsPerCall: 100, bytesPerMicrosecond: 15_000 };
const distribution = (footprint: ProgramFootprint, threads: number): Distribution =>
  distributionOf(footprint, threads, wasm);

test('small programs have one thread, large ones all', () => {
  expect(distribution(phasesOf(10, 1000, 64), 4).threads).toBe(1);
  expect(distribution(phasesOf(10, 1e6, 64), 4).threads).toBe(4);
  expect(distribution(phasesOf(1, 1e9, 64), 1).threads).toBe(1);
  expect(distribution(phasesOf(0, 0, 0), 8).threads).toBe(1);
});

test('no thread takes part that could only wait', () => {
  expect(distribution(phasesOf(3, 1e9, 1), 4).threads).toBe(1);
  expect(distribution(phasesOf(3, 1e9, 3), 4).threads).toBe(3);
  expect(distribution(phasesOf(3, 1e9, 0), 4).threads).toBe(1);
});

test('the caller does the fewer steps the more they cost', () => {
  expect(distribution(phasesOf(0, 0, 0), 4).stepsOnCaller).toBe(10_000);
  expect(distribution(phasesOf(1, 800, 1), 4).stepsOnCaller).toBe(1000);
  expect(distribution(phasesOf(1, 600_000, 1), 4).stepsOnCaller).toBe(1);
  expect(distribution(phasesOf(1, 1_000_000, 1), 4).stepsOnCaller).toBe(0);
  const large = { ...phasesOf(1, 1000, 1), parameters: [500_000], outputs: [500_000], temporaryBytes: 1_000_000 };
  expect(distribution(large, 4).stepsOnCaller).toBe(0);
  expect(everyThread(3)).toEqual({ threads: 3, stepsOnCaller: 0, stepsTogether: 0 });
});

test('a faster machine keeps more for the caller and shares less', () => {
  const native: Costs = { flopsPerMicrosecond: 100_000, flopsPerCall: 1000, bytesPerMicrosecond: 25_000 };
  expect(distributionOf(phasesOf(1, 5e6, 8), 4, native)).toEqual({ threads: 4, stepsOnCaller: 1, stepsTogether: 10 });
  expect(distributionOf(phasesOf(1, 1e5, 8), 4, native).threads).toBe(1);
});
