import { describe, expect, test } from 'vitest';
import { InternalError, MemoryError } from '../base/errors.js';
import { RandomStream } from '../base/random.js';
import { alignment, Allocator, type AllocatorOptions } from './allocator.js';

const megabyte = 2 ** 20;
const gigabyte = 2 ** 30;

function createAllocator(options: Partial<AllocatorOptions> = {}): { allocator: Allocator; growths: number[] } {
  const growths: number[] = [];
  const allocator = new Allocator({
    byteLength: megabyte,
    maximumByteLength: 4 * gigabyte,
    grow: (byteLength) => growths.push(byteLength),
    ...options,
  });
  return { allocator, growths };
}

/** Sizes from one byte to some megabytes, small ones more often. */
function randomSize(random: RandomStream): number {
  return random.below(2 ** (1 + random.below(22)));
}

describe('an allocator', () => {
  test.each([1, 2, 3, 4])('hands out aligned pieces that never overlap, seed %i', (seed) => {
    const random = new RandomStream(seed);
    const { allocator } = createAllocator();
    const used: { address: number; byteLength: number }[] = [];
    for (let round = 0; round < 2000; round++) {
      if (used.length > 0 && random.uniform() < 0.49)
        allocator.free(used.splice(random.below(used.length), 1)[0]!.address);
      else {
        const byteLength = randomSize(random);
        const address = allocator.allocate(byteLength);
        expect(address % alignment).toBe(0);
        expect(address).toBeGreaterThan(0);
        expect(address + byteLength).toBeLessThanOrEqual(allocator.byteLength);
        const overlapping = used.find(
          (other) => address < other.address + other.byteLength && other.address < address + byteLength,
        );
        expect(overlapping).toBeUndefined();
        used.push({ address, byteLength });
      }
    }
    expect(allocator.bytesInUse).toBeGreaterThan(0);
    for (const { address } of used) allocator.free(address);
    expect(allocator.bytesInUse).toBe(0);
    // All that was freed is one piece again: the whole memory fits without growing.
    const byteLength = allocator.byteLength;
    expect(allocator.allocate(byteLength - alignment)).toBe(alignment);
    expect(allocator.byteLength).toBe(byteLength);
  });

  test('gives the same addresses for the same calls', () => {
    const addresses = [1, 2].map(() => {
      const random = new RandomStream(7);
      const { allocator } = createAllocator();
      const given: number[] = [];
      for (let round = 0; round < 500; round++) {
        given.push(allocator.allocate(randomSize(random)));
        if (round % 3 === 2) allocator.free(given[round - random.below(3)]!);
      }
      return given;
    });
    expect(addresses[0]).toEqual(addresses[1]);
  });

  test('merges a freed piece with the free ones on both sides', () => {
    const { allocator } = createAllocator();
    const [a, b, c, d] = [1, 2, 3, 4].map(() => allocator.allocate(100));
    allocator.free(a!);
    allocator.free(c!);
    // Neither hole is large enough.
    expect(allocator.allocate(200)).toBeGreaterThan(d!);
    allocator.free(b!);
    expect(allocator.allocate(384)).toBe(a);
  });

  test('uses the first hole that is large enough', () => {
    const { allocator } = createAllocator();
    const pieces = [1000, 64, 500, 64, 2000, 64].map((byteLength) => allocator.allocate(byteLength));
    for (const index of [4, 0, 2]) allocator.free(pieces[index]!);
    expect(allocator.allocate(1500)).toBe(pieces[4]);
    expect(allocator.allocate(400)).toBe(pieces[0]);
    expect(allocator.allocate(512)).toBe(pieces[0]! + 448);
    expect(allocator.allocate(512)).toBe(pieces[2]);
  });

  test('gives empty pieces addresses of their own', () => {
    const { allocator } = createAllocator();
    expect(allocator.allocate(0)).not.toBe(allocator.allocate(0));
  });

  test('grows when it must, and not when the same memory is used again', () => {
    const { allocator, growths } = createAllocator();
    const first = allocator.allocate(megabyte / 2);
    expect(growths).toEqual([]);
    const second = allocator.allocate(47 * megabyte);
    // What was left at the end is used, and sizes stay whole megabytes.
    expect(second).toBe(first + megabyte / 2);
    expect(growths).toEqual([48 * megabyte]);
    for (let round = 0; round < 200; round++) {
      allocator.free(second);
      expect(allocator.allocate(47 * megabyte)).toBe(second);
    }
    expect(growths).toHaveLength(1);
    expect(allocator.byteLength).toBe(48 * megabyte);
  });

  test('grows by ever larger pieces, so that many small ones cost little', () => {
    const { allocator, growths } = createAllocator();
    for (let piece = 0; piece < 4000; piece++) allocator.allocate(64 * 1024);
    expect(allocator.byteLength).toBeGreaterThanOrEqual(250 * megabyte);
    expect(allocator.byteLength).toBeLessThan(300 * megabyte);
    expect(growths.length).toBeLessThan(50);
  });

  test('fills the memory up to its limit and then says how much is in use', () => {
    const { allocator, growths } = createAllocator();
    allocator.allocate(3 * gigabyte);
    const last = allocator.allocate(gigabyte - alignment);
    expect(last).toBe(3 * gigabyte + alignment);
    expect(growths.at(-1)).toBe(4 * gigabyte);
    expect(() => allocator.allocate(5 * megabyte)).toThrow(
      new MemoryError(
        "Out of memory: 5 MB more were asked for, 4 GB of the backend's memory are in use, and it can have at most 4 GB. " +
          'Use a smaller batch or fewer samples at a time.',
      ),
    );
    allocator.free(last);
    expect(allocator.allocate(5 * megabyte)).toBe(last);
  });

  test('stays as it was when the memory does not grow', () => {
    const refusal = new RangeError('no');
    const { allocator } = createAllocator({
      grow: () => {
        throw refusal;
      },
    });
    const first = allocator.allocate(1000);
    const error = (() => {
      try {
        return allocator.allocate(2 * megabyte);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(MemoryError);
    expect(error).toMatchObject({
      cause: refusal,
      message: expect.stringContaining('2 MB more were asked for') as string,
    });
    expect(allocator.byteLength).toBe(megabyte);
    expect(allocator.bytesInUse).toBe(1024);
    expect(allocator.allocate(1000)).toBe(first + 1024);
  });

  test('refuses what cannot be', () => {
    const { allocator } = createAllocator();
    const address = allocator.allocate(10);
    allocator.free(address);
    expect(() => allocator.free(address)).toThrow(InternalError);
    expect(() => allocator.allocate(-1)).toThrow(InternalError);
    expect(() => allocator.allocate(1.5)).toThrow(InternalError);
    expect(() => createAllocator({ byteLength: 0 })).toThrow(InternalError);
  });
});
