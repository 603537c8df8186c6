// Work on the rows of arrays that are written past the caches, as native code does it where they are large: the end of a
// row runs with the next one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryPasses } from '../../src/compiler/memory-passes.js';
import { referenceBackend } from '../../src/backends/reference/backend.js';
import { RandomStream } from '../../src/base/random.js';
import { binary, reduce } from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';
import type { Backend } from '../../src/runtime/backend.js';
import { softmax } from '../../src/tensor/ops/activation.js';
import { randomArray } from '../support/graph-values.js';
import { testNative } from '../support/native.js';
import { ProgramBuilder } from '../support/program-builder.js';
import { kernelsOf, runProgram } from '../support/run-program.js';
import { differenceOf } from '../support/tolerance.js';

const rows = 512;

const computations: { readonly [name: string]: (x: GraphNode) => GraphNode } = {
  softmax: (x) => softmax(x, -1),
  'the distance from the largest': (x) => binary('sub', x, reduce('max', x, [1])),
};

let reference: Backend;
let native: Backend[] = [];
beforeAll(async () => {
  reference = await referenceBackend.create({ threads: 1 });
  // Results of a few kilobytes count as large.
  const factory = testNative({ finish: memoryPasses(4096), everyThread: true });
  native = await Promise.all([1, 2].map((threads) => factory.create({ threads })));
});
afterAll(async () => {
  for (const backend of [reference, ...native]) await backend.close();
});

test.each(Object.keys(computations).flatMap((name) => [131, 151].map((columns) => [name, columns] as const)))(
  '%s over rows of %i columns is what it is for the reference, for any number of threads',
  async (name, columns) => {
    const builder = new ProgramBuilder();
    const x = builder.add(randomArray(new RandomStream(4), 'float32', [rows, columns]));
    const { program, parameters } = builder.finish([computations[name]!(x)]);
    const [expected] = (await runProgram(reference, program, parameters)).outputs;
    const results = [];
    for (const backend of native) results.push((await runProgram(backend, program, parameters)).outputs[0]!);
    for (const result of results) expect(differenceOf(result, expected!, { ofLargest: 1e-6 })).toBeUndefined();
    expect(results[1]!.data).toEqual(results[0]!.data);
    // Eight rows make one chunk: they overlap, where the loops of a row have the same steps.
    const chunks = native.flatMap((one) =>
      one.kind === 'kernel'
        ? kernelsOf(program, one.target)
            .phases.flat()
            .map((kernel) => kernel.chunks)
        : [],
    );
    if (name === 'softmax') expect(chunks).toEqual([rows / 8, rows / 8]);
  },
);
