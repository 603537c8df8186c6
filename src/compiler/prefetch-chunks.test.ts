import { expect, test } from 'vitest';
import { lanes8 } from '../../tests/support/interpreter-backend.js';
import { at, kernel, load, loop, store } from '../../tests/support/kernels.js';
import type { KernelStatement } from '../ir/kernel.js';
import { prefetchChunks } from './prefetch-chunks.js';

const extent = 64;
const here = at(0, ['chunk', extent], ['i', 1]);
const pass = (to: number, step = 8): KernelStatement =>
  loop('i', 0, extent, step, [store(to, here, 8, load(0, here, 8))]);

function prefetched(body: KernelStatement[], length: number): KernelStatement[] {
  const buffers = [0, 1, 2].map(() => ({ dtype: 'float32' as const, length }));
  const { body: ahead } = prefetchChunks(kernel(body, { chunks: length / extent }), buffers, lanes8);
  return ahead.flatMap((statement) =>
    statement.kind === 'loop' ? statement.body.filter(({ kind }) => kind === 'prefetch') : [],
  );
}

const large = 2 * lanes8.level2CacheBytes;

test('the second pass over a row of much data asks for the next row', () => {
  expect(prefetched([pass(1), pass(2)], large)).toEqual([
    { kind: 'prefetch', buffer: 0, at: { ...here, offset: extent } },
  ]);
});

test('steps of several lines ask for all of them', () => {
  const offsets = prefetched([pass(1), pass(2, 32)], large).map((one) => one.kind === 'prefetch' && one.at.offset);
  expect(offsets).toEqual([extent, extent + 16]);
});

test('nothing is asked for by the only pass, or where all is in a cache', () => {
  expect(prefetched([pass(1)], large)).toEqual([]);
  expect(prefetched([pass(1), pass(2)], 1024)).toEqual([]);
});
