// Every op of the graph, however its inputs lie, gives what the reference gives on every backend.
import { describe, expect, test } from 'vitest';
import { useConformance } from './backends.js';
import { prepare, variants } from './sample.js';
import { opSamples } from './samples/index.js';

const conformance = useConformance();
const seed = 20240;

describe.each(Object.entries(opSamples))('%s', (_op, samples) => {
  test('has a sample', () => {
    expect(samples.length).toBeGreaterThan(0);
  });

  test.each(samples.map((sample, i) => ({ sample, seed: seed + i, name: sample.name })))(
    '$name agrees with the reference',
    async ({ sample, seed: own }) => {
      for (const variant of sample.inputs.length === 0 ? variants.slice(0, 2) : variants)
        await conformance.check(prepare(sample, variant, own), `seed ${own}, inputs ${variant.name}`, sample.tolerance);
    },
  );
});
