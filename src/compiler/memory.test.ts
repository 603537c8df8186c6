import { describe, expect, test } from 'vitest';
import { RandomStream } from '../base/random.js';
import { planMemory, type Lifetime } from './memory.js';

const alive = (first: number, last: number, byteLength = 640): Lifetime => ({ byteLength, first, last });

describe('the memory of temporaries', () => {
  test('buffers that live at different times share their bytes', () => {
    const plan = planMemory([alive(0, 1), alive(2, 3), alive(4, 9)]);
    expect(plan).toEqual({ offsets: [0, 0, 0], totalBytes: 640, floorBytes: 640 });
  });

  test('a buffer that is read while another is written does not share its bytes', () => {
    const { offsets, totalBytes } = planMemory([alive(0, 1), alive(1, 2)]);
    expect(new Set(offsets).size).toBe(2);
    expect(totalBytes).toBe(1280);
  });

  test('a gap between two live buffers is used', () => {
    const plan = planMemory([alive(0, 9, 6400), alive(0, 3, 640), alive(0, 9, 320), alive(4, 9, 640)]);
    expect(plan.offsets[3]).toBe(plan.offsets[1]);
    expect(plan.totalBytes).toBe(plan.floorBytes);
  });

  test('offsets are multiples of 64 bytes, lengths are rounded up to them', () => {
    const plan = planMemory([alive(0, 0, 1), alive(0, 0, 65), alive(0, 0, 0)]);
    for (const offset of plan.offsets) expect(offset % 64).toBe(0);
    expect(plan.totalBytes).toBe(192);
    expect(plan.floorBytes).toBe(192);
  });

  test('nothing takes nothing', () => {
    expect(planMemory([])).toEqual({ offsets: [], totalBytes: 0, floorBytes: 0 });
  });

  test('no two buffers that are alive together overlap, and the floor is never undercut', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new RandomStream(seed);
      const lifetimes = Array.from({ length: 1 + random.below(40) }, (): Lifetime => {
        const first = random.below(12);
        return { byteLength: random.below(5000), first, last: first + random.below(6) };
      });
      const { offsets, totalBytes, floorBytes } = planMemory(lifetimes);
      lifetimes.forEach((a, i) => {
        expect(offsets[i]! + a.byteLength, `seed ${seed}`).toBeLessThanOrEqual(totalBytes);
        lifetimes.slice(0, i).forEach((b, k) => {
          const together = a.first <= b.last && b.first <= a.last;
          const apart = offsets[i]! + a.byteLength <= offsets[k]! || offsets[k]! + b.byteLength <= offsets[i]!;
          expect(!together || apart, `seed ${seed}: ${k} and ${i} overlap`).toBe(true);
        });
      });
      for (let phase = 0; phase < 18; phase++) {
        const needed = lifetimes
          .filter(({ first, last }) => first <= phase && phase <= last)
          .reduce((sum, { byteLength }) => sum + byteLength, 0);
        expect(floorBytes, `seed ${seed}`).toBeGreaterThanOrEqual(needed);
      }
      expect(totalBytes, `seed ${seed}`).toBeGreaterThanOrEqual(floorBytes);
      // Largest first comes near the floor; it would not if bytes were not shared.
      expect(totalBytes, `seed ${seed}`).toBeLessThanOrEqual(1.6 * floorBytes);
    }
  });
});
