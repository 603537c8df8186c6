import { expect, test } from 'vitest';
import { randomArray } from '../../tests/support/graph-values.js';
import { interpreterBackend, lanes8, meeting4 } from '../../tests/support/interpreter-backend.js';
import { asOutput, asParameter, at, kernel, load, loop, num, binary, store } from '../../tests/support/kernels.js';
import { ProgramBuilder } from '../../tests/support/program-builder.js';
import { runProgram } from '../../tests/support/run-program.js';
import { differenceOf } from '../../tests/support/tolerance.js';
import { referenceBackend } from '../backends/reference/backend.js';
import { RandomStream } from '../base/random.js';
import type { Affine, KernelBuffer, KernelStatement } from '../ir/kernel.js';
import { softmax } from '../tensor/ops/activation.js';
import { compileProgram } from './compile.js';
import { unitOf } from './schedule.js';
import { shareResults } from './share-results.js';

test.each([meeting4, lanes8])(
  'the exponentials of a softmax wait where its probabilities go, $lanes lanes',
  async (target) => {
    const rows = 600;
    const builder = new ProgramBuilder();
    const x = builder.add(randomArray(new RandomStream(2), 'float32', [rows, 150]));
    const { program, parameters } = builder.finish([softmax(x, -1)]);
    const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters);
    const received = await runProgram(await interpreterBackend(target).create({ threads: 1 }), program, parameters);
    expect(differenceOf(received.outputs[0]!, expected.outputs[0]!, { ofLargest: 1e-5 })).toBeUndefined();
    // What is left are the maximum and the sum of each row.
    expect(compileProgram(program, target).temporaryBytes).toBeLessThan(3 * 4 * rows);
  },
);

const [source, waiting, result] = [0, 1, 2];
const extent = 32;
const here = at(0, ['chunk', extent], ['i', 1]);
const shifted = at(4, ['chunk', extent], ['i', 1]);
const walk = (body: KernelStatement[]): KernelStatement => loop('i', 0, extent, 4, body);
const fill = walk([store(waiting, here, 4, load(source, here))]);
const replace = (from: Affine, to = here): KernelStatement =>
  walk([store(result, to, 4, binary('add', load(waiting, from), num(1)))]);

function isShared(
  body: KernelStatement[],
  resultPlace: KernelBuffer['place'] = asOutput(0),
  elsewhere = false,
): boolean {
  const length = 8 * extent;
  const buffers = [asParameter(0), undefined, resultPlace].map((place) => ({
    dtype: 'float32' as const,
    length,
    place,
  }));
  const units = [unitOf([kernel(body, { chunks: 8 })])];
  if (elsewhere) units.push(unitOf([kernel([walk([store(3, here, 4, load(waiting, here))])], { chunks: 8 })]));
  const [shared] = shareResults(units, [...buffers, { dtype: 'float32', length, place: asOutput(1) }]);
  return !shared!.writes.some(({ buffer }) => buffer === waiting);
}

test('a value waits in the result that takes its place element by element', () => {
  expect(isShared([fill, replace(here)])).toBe(true);
});

test('a value that is read at other places than those written has memory of its own', () => {
  expect(isShared([fill, replace(shifted)])).toBe(false);
  expect(isShared([fill, replace(here), walk([store(3, here, 4, load(waiting, shifted))])])).toBe(false);
  expect(isShared([fill, replace(here), fill])).toBe(false);
});

test('a value that another kernel reads, or whose result replaces what is read, has memory of its own', () => {
  expect(isShared([fill, replace(here)], asOutput(0), true)).toBe(false);
  expect(isShared([fill, replace(here)], asParameter(0))).toBe(false);
});
