import { expect, test } from 'vitest';
import { RandomStream } from '../../../base/random.js';
import { compilingCost, divideFunctions } from './division.js';

/** What each file has to compile. */
function loadsOf(costs: readonly number[], first: number, fileOf: readonly number[]): number[] {
  const loads = Array.from({ length: Math.max(0, ...fileOf) + 1 }, (_, file) => (file === 0 ? first : 0));
  fileOf.forEach((file, i) => (loads[file]! += costs[i]!));
  return loads;
}

test('what is soon compiled stays one file', () => {
  expect(divideFunctions([], 5000, 8)).toEqual([]);
  expect(divideFunctions([9000, 9000], 5000, 8)).toEqual([0, 0]);
});

test('one file is what one compiler gets', () => {
  expect(divideFunctions([90_000, 90_000, 90_000], 5000, 1)).toEqual([0, 0, 0]);
});

test('files are about as long, with what the first has to compile anyway', () => {
  expect(divideFunctions([20_000, 40_000, 25_000, 30_000], 5000, 2)).toEqual([1, 1, 0, 0]);
  const stream = new RandomStream(7);
  const costs = Array.from({ length: 60 }, () => 3000 + Math.floor(20_000 * stream.uniform()));
  const loads = loadsOf(costs, 10_000, divideFunctions(costs, 10_000, 4));
  expect(loads).toHaveLength(4);
  expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.1);
});

test('a function that takes longer than all others has a file to itself, and none is empty', () => {
  const costs = [5000, 300_000, 5000];
  const fileOf = divideFunctions(costs, 50_000, 8);
  expect(loadsOf(costs, 50_000, fileOf).filter((load) => load === 0)).toEqual([]);
  expect(fileOf.filter((file) => file === fileOf[1])).toHaveLength(1);
});

test('there are no more files than are worth a compiler each, nor more than eight', () => {
  const small = Array.from({ length: 40 }, () => 1000);
  expect(Math.max(...divideFunctions(small, 5000, 64))).toBe(1);
  const large = Array.from({ length: 40 }, () => 100_000);
  expect(Math.max(...divideFunctions(large, 5000, 64))).toBe(7);
});

test('functions cost by their length and by the piece', () => {
  const one = 'NOINLINE void kernel_0(void) {\n}\n';
  expect(compilingCost(one + one)).toBe(2 * compilingCost(one));
  expect(compilingCost(one)).toBeGreaterThan(one.length + 1000);
});
