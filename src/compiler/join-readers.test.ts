import { expect, test } from 'vitest';
import { lanes8 } from '../../tests/support/interpreter-backend.js';
import { at, kernel, load, loop, store } from '../../tests/support/kernels.js';
import type { Kernel } from '../ir/kernel.js';
import { joinReaders } from './join-readers.js';

const part = 64;
const target = { ...lanes8, level2CacheBytes: 4 * part };

/** A kernel of 16 chunks, each of which copies its part of buffers to others. */
function copies(
  pairs: readonly (readonly [from: number, to: number])[],
  { chunks = 16, flops = 0, stride = part }: { chunks?: number; flops?: number; stride?: number } = {},
): Kernel {
  const here = at(0, ['chunk', stride], ['i', 1]);
  const body = pairs.map(([from, to], i) => {
    const variable = `i${i}`;
    const place = { ...here, terms: here.terms.map((term) => (term.variable === 'i' ? { ...term, variable } : term)) };
    return loop(variable, 0, stride, 8, [store(to, place, 8, load(from, place, 8))]);
  });
  return { ...kernel(body, { chunks }), flops };
}

const buffers = (length = 16 * part) => Array.from({ length: 8 }, () => ({ dtype: 'float32' as const, length }));
const joined = (phase: readonly Kernel[], length?: number): number[] =>
  joinReaders(phase, buffers(length), target).map(({ body }) => body.length);

test('kernels that read the same part of a large buffer in a chunk become one, and with it who reads what it reads', () => {
  const both = copies([
    [0, 3],
    [1, 4],
  ]);
  expect(joined([copies([[0, 5]]), copies([[1, 6]]), both])).toEqual([4]);
});

test('kernels stay apart where nothing is gained', () => {
  const one = copies([[0, 5]]);
  expect(joined([one, copies([[1, 6]])])).toEqual([1, 1]);
  expect(joined([one, copies([[0, 6]], { flops: 1e9 })])).toEqual([1, 1]);
  // Other parts, parts that a cache does not hold, few chunks, and buffers that caches hold anyway.
  expect(joined([one, copies([[0, 6]], { stride: part / 2 })])).toEqual([1, 1]);
  const wide = { stride: 2 * part };
  expect(joined([copies([[0, 5]], wide), copies([[0, 6]], wide)], 32 * part)).toEqual([1, 1]);
  const few = { chunks: 4 };
  expect(joined([copies([[0, 5]], few), copies([[0, 6]], few)])).toEqual([1, 1]);
  expect(joined([one, copies([[0, 6]])], part)).toEqual([1, 1]);
});
