// Every op of the graph, however its inputs lie, gives what the reference gives on every backend.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/base/shape.js';
import { compileTimeout } from '../support/compiled-files.js';
import { onlyNative } from '../support/native.js';
import type { PreparedProgram } from '../support/program-builder.js';
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
  const cases = samples.map((sample, i) => {
    const seed = firstSeed + i;
    const all = variantsOf(op, sample, seed);
    // Compiling C takes its time: one way for the inputs to lie, another from sample to sample.
    const nativeVariant = all[seed % all.length]!;
    return { sample, seed, chosen: onlyNative ? [nativeVariant] : all, nativeVariant, name: sample.name };
  });
  const native = new Map<Sample, PreparedProgram>();
  beforeAll(async () => {
    for (const { sample, seed, nativeVariant } of cases) native.set(sample, prepare(sample, nativeVariant, seed));
    await conformance.compileNative([...native.values()]);
  }, compileTimeout);
  afterAll(() => native.clear());

  test('has a sample', () => {
    expect(samples.length).toBeGreaterThan(0);
  });

  test.each(cases)('$name agrees with the reference', async ({ sample, seed, chosen, nativeVariant }) => {
    for (const variant of chosen) {
      const what = `seed ${seed}, inputs ${variant.name}`;
      const prepared = variant === nativeVariant ? native.get(sample)! : prepare(sample, variant, seed);
      await conformance.check(prepared, what, { tolerance: sample.tolerance, native: variant === nativeVariant });
    }
  });
});
