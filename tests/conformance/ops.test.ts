// Every op of the graph, however its inputs lie, gives what the reference gives on every backend.
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/base/shape.js';
import { useConformance } from './backends.js';
import { prepare, variants, type Sample, type Variant } from './sample.js';
import { contractSamples } from './samples/contract.js';
import { opSamples } from './samples/index.js';
import { movementSamples } from './samples/movement.js';

const conformance = useConformance();
const firstSeed = 20240;

/** Ops that say where to read or write; their samples are run with every way for the inputs to lie. */
const movingOps: ReadonlySet<string> = new Set([
  ...Object.keys(movementSamples),
  ...Object.keys(contractSamples),
  'gather',
  'scatterAdd',
]);

/** The other ops take a third of the ways in turn from sample to sample, as do samples of many elements. */
function variantsOf(op: string, { inputs }: Sample, seed: number): readonly Variant[] {
  if (inputs.length === 0) return variants.slice(0, 2);
  const elements = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (elements < 1000 && movingOps.has(op)) return variants;
  return variants.filter((_, position) => (position + seed) % 3 === 0);
}

describe.each(Object.entries(opSamples))('%s', (op, samples) => {
  test('has a sample', () => {
    expect(samples.length).toBeGreaterThan(0);
  });

  test.each(samples.map((sample, i) => ({ sample, seed: firstSeed + i, name: sample.name })))(
    '$name agrees with the reference',
    async ({ sample, seed }) => {
      for (const variant of variantsOf(op, sample, seed))
        await conformance.check(
          prepare(sample, variant, seed),
          `seed ${seed}, inputs ${variant.name}`,
          sample.tolerance,
        );
    },
  );
});
