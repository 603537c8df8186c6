import { describe, expect, test } from 'vitest';
import { grainOf, piecesOf, type Work } from './pieces.js';

const pieceCount = (work: Work): number => piecesOf([work]).count;

describe('the grain of a kernel', () => {
  test('is one chunk where that is worth claiming, or there are few', () => {
    expect(grainOf({ chunks: 100, flops: 100 * 20_000 })).toBe(1);
    expect(grainOf({ chunks: 256, flops: 1e9 })).toBe(1);
    for (const chunks of [1, 2, 7, 8, 15]) expect(grainOf({ chunks, flops: 1 })).toBe(1);
  });

  test('is as many chunks as come to 20,000 operations, or another number that is worth a claim', () => {
    expect(grainOf({ chunks: 200, flops: 200 * 10_000 })).toBe(2);
    expect(grainOf({ chunks: 200, flops: 200 * 9_999 })).toBe(3);
    expect(grainOf({ chunks: 200, flops: 200 * 19_999 })).toBe(2);
    expect(grainOf({ chunks: 200, flops: 200 * 10_000 }, 100_000)).toBe(10);
    expect(piecesOf([{ chunks: 200, flops: 200 * 10_000 }], 100_000).count).toBe(20);
  });

  test('leaves 8 pieces or more, however little there is to do', () => {
    for (const flops of [0, 1, 1000])
      for (let chunks = 8; chunks <= 700; chunks++) {
        const pieces = pieceCount({ chunks, flops });
        expect(pieces).toBeGreaterThanOrEqual(8);
        expect(pieces).toBeLessThan(16);
      }
  });

  test('leaves at most 256 pieces, however much there is to do', () => {
    for (const chunks of [255, 256, 257, 511, 513, 1e6, 2 ** 31 - 1]) {
      const pieces = pieceCount({ chunks, flops: 1e15 });
      expect(pieces).toBeLessThanOrEqual(256);
      expect(pieces).toBeGreaterThan(128);
    }
  });
});

describe('the pieces of a phase', () => {
  test('are numbered through, and hold every chunk once', () => {
    const kernels = [
      { chunks: 1, flops: 5 },
      { chunks: 50, flops: 100 },
      { chunks: 33, flops: 33 * 15_000 },
      { chunks: 1000, flops: 1e9 },
    ];
    const pieces = piecesOf(kernels);
    expect(pieces.kernels.map(({ kernel }) => kernel)).toEqual(kernels);
    expect(pieces.kernels.map(({ grain }) => grain)).toEqual([1, 6, 2, 4]);
    expect(pieces.kernels.map(({ count }) => count)).toEqual([1, 9, 17, 250]);
    expect(pieces.kernels.map(({ first }) => first)).toEqual([0, 1, 10, 27]);
    expect(pieces.count).toBe(277);
    for (const { kernel, count, grain } of pieces.kernels) {
      expect(count * grain).toBeGreaterThanOrEqual(kernel.chunks);
      expect((count - 1) * grain).toBeLessThan(kernel.chunks);
    }
  });

  test('of no kernels are none', () => {
    expect(piecesOf([])).toEqual({ kernels: [], count: 0 });
  });
});
