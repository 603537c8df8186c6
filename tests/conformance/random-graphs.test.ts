// Random graphs of many ops, of several outputs and of state, give what the reference gives on every backend. What they
// have found stands as a test of its own beside the pass that was at fault.
import * as fc from 'fast-check';
import { test } from 'vitest';
import { compileTimeout } from '../support/compiled-files.js';
import { onlyNative } from '../support/native.js';
import { graphOf, graphPlans, type GraphKind } from '../support/random-graph.js';
import type { Tolerance } from '../support/tolerance.js';
import { useConformance } from './backends.js';

const conformance = useConformance();

interface Property extends GraphKind {
  readonly name: string;
  readonly runs: number;
  readonly instructions: number;
  readonly tolerance: Tolerance;
}

const exactly: Tolerance = { anyZero: true };

const properties: readonly Property[] = [
  { name: 'of few ops on whole numbers', smooth: false, large: false, runs: 200, instructions: 8, tolerance: exactly },
  {
    name: 'of many ops on whole numbers',
    smooth: false,
    large: false,
    runs: 120,
    instructions: 50,
    tolerance: exactly,
  },
  { name: 'of large values', smooth: false, large: true, runs: 40, instructions: 10, tolerance: exactly },
  {
    name: 'of smooth functions',
    smooth: true,
    large: false,
    runs: 80,
    instructions: 16,
    tolerance: { absolute: 1e-3 },
  },
];

/** Seeds of the order in which graphs are drawn. */
const [seed, nativeSeed] = [20240, 20241];

test.each(onlyNative ? [] : properties)('graphs $name', async ({ runs, instructions, tolerance, ...kind }) => {
  await fc.assert(
    fc.asyncProperty(graphPlans(kind, instructions), async (plan) => {
      await conformance.check(graphOf(plan), 'the graph', { tolerance, steps: 2 });
    }),
    { seed, numRuns: runs, endOnFailure: false },
  );
});

/** Of the graphs above, so many are drawn anew for native code. */
const nativeShare = 0.3;

test.each(properties)(
  'graphs $name, as native code',
  async ({ runs, instructions, tolerance, ...kind }) => {
    const plans = graphPlans(kind, instructions);
    // Drawn beforehand, to be compiled together. What a failure is shortened to is compiled on its own.
    const drawn = fc.sample(plans, { seed: nativeSeed, numRuns: Math.ceil(nativeShare * runs) });
    const prepared = new Map(drawn.map((plan) => [plan, graphOf(plan)]));
    await conformance.compileNative([...prepared.values()]);
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const program = prepared.get(plan) ?? graphOf(plan);
        await conformance.check(program, 'the graph', { tolerance, steps: 2, native: true });
      }),
      { examples: drawn.map((plan) => [plan]), numRuns: drawn.length, endOnFailure: false },
    );
  },
  compileTimeout,
);
