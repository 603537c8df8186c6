import { expect, test } from 'vitest';
import { kernel, kernelProgram } from '../../../tests/support/kernels.js';
import type { KernelProgram } from '../../ir/kernel.js';
import { distributionOf, everyThread } from './distribution.js';

/** Phases of one kernel each. */
const phasesOf = (count: number, flops: number, chunks: number): KernelProgram =>
  kernelProgram(
    [],
    Array.from({ length: count }, () => [kernel([], { flops, chunks })]),
  );

test('small programs have one thread, large ones all', () => {
  expect(distributionOf(phasesOf(10, 1000, 64), 4).threads).toBe(1);
  expect(distributionOf(phasesOf(10, 1e6, 64), 4).threads).toBe(4);
  expect(distributionOf(phasesOf(1, 1e9, 64), 1).threads).toBe(1);
  expect(distributionOf(kernelProgram([], []), 8).threads).toBe(1);
});

test('no thread takes part that could only wait', () => {
  expect(distributionOf(phasesOf(3, 1e9, 1), 4).threads).toBe(1);
  expect(distributionOf(phasesOf(3, 1e9, 3), 4).threads).toBe(3);
  expect(distributionOf(phasesOf(3, 1e9, 0), 4).threads).toBe(1);
});

test('the caller does the fewer steps the more they cost', () => {
  expect(distributionOf(kernelProgram([], []), 4).stepsOnCaller).toBe(2500);
  expect(distributionOf(phasesOf(1, 800, 1), 4).stepsOnCaller).toBe(250);
  expect(distributionOf(phasesOf(1, 200_000, 1), 4).stepsOnCaller).toBe(1);
  expect(distributionOf(phasesOf(1, 300_000, 1), 4).stepsOnCaller).toBe(0);
  expect(everyThread(3)).toEqual({ threads: 3, stepsOnCaller: 0 });
});
