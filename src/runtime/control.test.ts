import { expect, test } from 'vitest';
import { controlByteLength, controlOffsets, counterOffset, epochsBeforeWrap, finishedEpoch } from './control.js';

test('epochs begin again where a step does, before they reach the mark of the end', () => {
  for (const phases of [1, 2, 3, 5, 7, 64, 1000, 65_537]) {
    const epochs = epochsBeforeWrap(phases);
    expect(epochs % phases).toBe(0);
    // The last epoch is epochs - 1.
    expect(epochs - 1).toBeLessThan(finishedEpoch >>> 0);
    expect(epochs + phases - 1).toBeGreaterThanOrEqual(finishedEpoch >>> 0);
  }
});

test('each thread has a cache line for its counter, apart from what all threads share', () => {
  const offsets = Object.values(controlOffsets);
  expect(new Set(offsets).size).toBe(offsets.length);
  for (const offset of offsets) {
    expect(offset % 4).toBe(0);
    expect(offset + 4).toBeLessThanOrEqual(counterOffset(0));
  }
  for (const thread of [0, 1, 15]) {
    expect(counterOffset(thread) % 64).toBe(0);
    expect(counterOffset(thread + 1) - counterOffset(thread)).toBe(64);
    expect(controlByteLength(thread + 1)).toBe(counterOffset(thread) + 64);
  }
});
