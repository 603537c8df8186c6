import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { stack } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Pass, type Batch } from './batches.js';

useBackend();

interface Seen {
  readonly rows: number[];
  readonly valid: number[];
  readonly count: number;
}

/** What each step of a pass is told. */
async function stepsOf(
  options: { samples: number; batchSize: number; ordered?: boolean; exactBatches?: boolean },
  order?: Int32Array,
): Promise<Seen[]> {
  const pass = new Pass({
    ordered: false,
    exactBatches: false,
    ...options,
    step: ({ rows, valid, count }: Batch): Tensor[] => [rows, valid, stack([count])],
  });
  const seen: Seen[] = [];
  pass.start(order);
  for (let step = 0; step < pass.steps; step++) {
    const { ran, result } = await pass.advance(1);
    expect(ran).toBe(1);
    const [rows, valid, count] = await Promise.all(result.map(async (part) => Array.from(await part.data())));
    seen.push({ rows: rows!, valid: valid!, count: count![0]! });
  }
  pass.dispose();
  return seen;
}

describe('a pass', () => {
  test('takes every sample once, and masks the rows beyond the end', async () => {
    expect(await stepsOf({ samples: 7, batchSize: 3 })).toEqual([
      { rows: [0, 1, 2], valid: [1, 1, 1], count: 3 },
      { rows: [3, 4, 5], valid: [1, 1, 1], count: 3 },
      { rows: [6, 6, 6], valid: [1, 0, 0], count: 1 },
    ]);
  });

  test('takes the samples in the order that it is given', async () => {
    const order = Int32Array.of(4, 2, 0, 1, 3);
    expect(await stepsOf({ samples: 5, batchSize: 3, ordered: true }, order)).toEqual([
      { rows: [4, 2, 0], valid: [1, 1, 1], count: 3 },
      { rows: [1, 3, 3], valid: [1, 1, 0], count: 2 },
    ]);
  });

  test('gives the last batch a program of its own where it must be exact', async () => {
    expect(await stepsOf({ samples: 5, batchSize: 3, exactBatches: true })).toEqual([
      { rows: [0, 1, 2], valid: [1, 1, 1], count: 3 },
      { rows: [3, 4], valid: [1, 1], count: 2 },
    ]);
  });

  test('is one batch where there are fewer samples than a batch takes', async () => {
    expect(await stepsOf({ samples: 2, batchSize: 32 })).toEqual([{ rows: [0, 1], valid: [1, 1], count: 2 }]);
  });

  test('runs many steps at once, to its end and not beyond, and begins anew', async () => {
    const pass = new Pass({ samples: 10, batchSize: 4, ordered: false, exactBatches: true, step: ({ rows }) => rows });
    for (let round = 0; round < 2; round++) {
      pass.start();
      const first = await pass.advance(100);
      expect([first.ran, Array.from(await first.result.data())]).toEqual([2, [4, 5, 6, 7]]);
      const last = await pass.advance(100);
      expect([last.ran, Array.from(await last.result.data())]).toEqual([1, [8, 9]]);
      pass.dispose();
    }
  });

  test('knows the size of each batch', () => {
    const pass = new Pass({ samples: 10, batchSize: 4, ordered: false, exactBatches: false, step: ({ rows }) => rows });
    expect([0, 1, 2].map((step) => pass.sizeOf(step))).toEqual([4, 4, 2]);
  });
});
