// Results do not depend on the number of threads: a whole training, from loading to testing, gives the same bits.
import { setBackend } from 'nacre';
import { expect, test } from 'vitest';
import { trainFirst } from '../apps/web/train.js';

interface Outcome {
  readonly threads: number;
  readonly weights: Buffer;
  readonly results: readonly number[];
}

async function train(backend: string, threads: number, seed: number): Promise<Outcome> {
  const results: number[] = [];
  await setBackend({ name: backend, threads });
  const trained = await trainFirst({
    samples: 2000,
    epochs: 1,
    seed,
    threads,
    onStatus: () => undefined,
    onEpoch: (_epoch, loss, accuracy) => results.push(loss, accuracy),
  });
  expect(trained.backend).toBe(backend);
  results.push(trained.testLoss, trained.testAccuracy);
  return { threads: trained.threads, weights: Buffer.from(trained.weights), results };
}

test.each(['wasm', 'native'])(
  'the same seed trains to the same weights on 1, 2, 3 and 4 threads: %s',
  async (backend) => {
    const first = await train(backend, 1, 3);
    for (const threads of [2, 3, 4]) {
      const outcome = await train(backend, threads, 3);
      expect(outcome.threads).toBe(threads);
      expect(outcome.results).toEqual(first.results);
      expect(Buffer.compare(outcome.weights, first.weights)).toBe(0);
    }
    const other = await train(backend, 4, 4);
    expect(Buffer.compare(other.weights, first.weights)).not.toBe(0);
  },
);
