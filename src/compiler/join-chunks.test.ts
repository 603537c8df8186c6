import { expect, test } from 'vitest';
import { interpreterBackend, meeting4 } from '../../tests/support/interpreter-backend.js';
import { randomArray } from '../../tests/support/graph-values.js';
import { ProgramBuilder, type PreparedProgram } from '../../tests/support/program-builder.js';
import { runProgram } from '../../tests/support/run-program.js';
import { differenceOf } from '../../tests/support/tolerance.js';
import { referenceBackend } from '../backends/reference/backend.js';
import { RandomStream } from '../base/random.js';
import { binary, reduce, unary } from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import { softmax } from '../tensor/ops/activation.js';
import { conv2d, maxPool2d } from '../tensor/ops/convolution.js';
import { compileProgram } from './compile.js';

function prepare(shapes: readonly (readonly number[])[], build: (...x: GraphNode[]) => GraphNode[]): PreparedProgram {
  const stream = new RandomStream(2);
  const builder = new ProgramBuilder();
  const inputs = shapes.map((shape) => builder.add(randomArray(stream, 'float32', shape)));
  return builder.finish(build(...inputs));
}

/** The kernels of each phase; the interpreter fails where a chunk reads what another wrote. */
async function phasesOf(prepared: PreparedProgram): Promise<string[][]> {
  const { program, parameters } = prepared;
  const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters);
  const received = await runProgram(await interpreterBackend(meeting4).create({ threads: 1 }), program, parameters);
  received.outputs.forEach((output, i) =>
    expect(differenceOf(output, expected.outputs[i]!, { ofLargest: 1e-5 })).toBeUndefined(),
  );
  return compileProgram(program, meeting4).phases.map((kernels) => kernels.map(({ name }) => name));
}

test('a softmax over rows is one kernel, row by row', async () => {
  const phases = await phasesOf(prepare([[600, 150]], (x) => [softmax(x, -1)]));
  expect(phases).toHaveLength(1);
  expect(phases[0]).toHaveLength(1);
  expect(phases[0]![0]!.split('+').map((name) => name.replace(/_.*/, ''))).toEqual(['max', 'exp', 'sum', 'mul']);
});

test('convolutions of one sample after another follow each other sample by sample', async () => {
  const phases = await phasesOf(
    prepare(
      [
        [8, 9, 9, 4],
        [3, 3, 4, 8],
        [3, 3, 8, 8],
      ],
      (x, first, second) => [conv2d(conv2d(x, first, {}), second, {})],
    ),
  );
  expect(phases.flat().filter((name) => name.includes('+'))).toHaveLength(1);
});

test.each([
  [16, 1],
  [8, 4],
])(
  '%i samples: pooling has more chunks, and joins what is around it where enough are left',
  async (samples, kernels) => {
    const phases = await phasesOf(
      prepare(
        [
          [samples, 14, 14, 4],
          [3, 3, 4, 16],
          [3, 3, 16, 16],
        ],
        (x, first, second) => {
          const pooled = maxPool2d(conv2d(x, first, {}), { poolSize: 2 });
          return [maxPool2d(conv2d(pooled, second, {}), { poolSize: 2 })];
        },
      ),
    );
    expect(phases.flat()).toHaveLength(kernels);
  },
);

test('sums over rows of what was computed row by row wait for all of it', async () => {
  const phases = await phasesOf(
    prepare([[64, 300]], (x) => {
      const e = unary('exp', x);
      return [e, reduce('sum', e, [0]), binary('mul', e, reduce('max', e, [1]))];
    }),
  );
  expect(phases.length).toBeGreaterThan(1);
  const [first] = phases;
  expect(first!.some((name) => name.startsWith('sum_1x'))).toBe(false);
});
