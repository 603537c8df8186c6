import { expect, test } from 'vitest';
import { randomArray } from '../../tests/support/graph-values.js';
import { interpreterBackend, lanes8, meeting4 } from '../../tests/support/interpreter-backend.js';
import { asOutput, asParameter, at, kernel, load, loop, num, binary, store } from '../../tests/support/kernels.js';
import { ProgramBuilder } from '../../tests/support/program-builder.js';
import { runProgram } from '../../tests/support/run-program.js';
import { differenceOf } from '../../tests/support/tolerance.js';
import { referenceBackend } from '../backends/reference/backend.js';
import { RandomStream } from '../base/random.js';
import type { KernelStatement } from '../ir/kernel.js';
import { conv2d, maxPool2d } from '../tensor/ops/convolution.js';
import { compileProgram } from './compile.js';
import { localBuffers, planLocalMemory, type BufferDraft } from './local-buffers.js';
import { unitOf, type Unit } from './schedule.js';

test.each([meeting4, lanes8])(
  'what lies between convolutions and their pooling is one sample long, $lanes lanes',
  async (target) => {
    const samples = 16;
    const random = new RandomStream(3);
    const builder = new ProgramBuilder();
    const x = builder.add(randomArray(random, 'float32', [samples, 14, 14, 4]));
    const first = builder.add(randomArray(random, 'float32', [3, 3, 4, 16]));
    const second = builder.add(randomArray(random, 'float32', [3, 3, 16, 16]));
    const pooled = maxPool2d(conv2d(x, first, {}), { poolSize: 2 });
    const { program, parameters } = builder.finish([maxPool2d(conv2d(pooled, second, {}), { poolSize: 2 })]);
    const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters);
    const received = await runProgram(await interpreterBackend(target).create({ threads: 1 }), program, parameters);
    expect(differenceOf(received.outputs[0]!, expected.outputs[0]!, { ofLargest: 1e-5 })).toBeUndefined();
    const { temporaryBytes, localBytes } = compileProgram(program, target);
    expect(temporaryBytes).toBe(0);
    // The first convolution's values are read no more when the second's are written.
    expect(localBytes).toBe(4 * 16 * (12 * 12 + 6 * 6));
  },
);

const [source, waiting, result] = [0, 1, 2];
const [chunks, extent] = [8, 32];
const here = at(0, ['chunk', extent], ['i', 1]);
const before = at(-4, ['chunk', extent], ['i', 1]);
const walk = (body: KernelStatement[]): KernelStatement => loop('i', 0, extent, 4, body);
const fill = walk([store(waiting, here, 4, load(source, here))]);
const use = (from: typeof here): KernelStatement =>
  walk([store(result, here, 4, binary('add', load(waiting, from), num(1)))]);

function localsOf(units: readonly Unit[], target = meeting4, place?: BufferDraft['place']): (string | number)[] {
  const draft = (name: string, of: BufferDraft['place']): BufferDraft => ({
    name,
    dtype: 'float32',
    length: chunks * extent,
    place: of,
  });
  const drafts = [draft('source', asParameter(0)), draft('waiting', place), draft('result', asOutput(0))];
  const { buffers } = localBuffers(units, drafts, target);
  return buffers.flatMap(({ name, length, local }) => (local ? [name, length] : []));
}

const whole = (body: KernelStatement[], count = chunks): Unit => unitOf([kernel(body, { chunks: count })]);

test('a value of one chunk is local, and as long as a chunk needs', () => {
  const unit = whole([fill, use(here)]);
  expect(localsOf([unit])).toEqual(['waiting', extent]);
  // Even its second kilobyte would not stay in the cache.
  expect(localsOf([unit], { ...meeting4, level2CacheBytes: 4 * extent - 1 })).toEqual([]);
});

test("what others need, or another chunk, is no thread's own", () => {
  expect(localsOf([whole([fill]), whole([use(here)])])).toEqual([]);
  expect(localsOf([whole([fill, use(before)])])).toEqual([]);
  expect(localsOf([whole([fill, use(here)])], meeting4, asOutput(1))).toEqual([]);
  expect(localsOf([whole([fill, use(here)], 1)])).toEqual([]);
});

test("kernels share a thread's own memory, and so do buffers of a kernel that no statement needs at once", () => {
  const buffers = [100, 10, 100, 8].map((length, i): BufferDraft => {
    return { name: `b${i}`, dtype: 'float32', length, place: undefined, ...(i < 3 && { local: true }) };
  });
  const copy = (from: number, to: number): KernelStatement =>
    loop('i', 0, 8, 4, [store(to, at(0, ['i', 1]), 4, load(from, at(0, ['i', 1])))]);
  const [first, second] = [kernel([copy(3, 0), copy(0, 1), copy(1, 2)]), kernel([copy(3, 1), copy(1, 3)])];
  const together = planLocalMemory([first], buffers);
  expect(together.offsetOf.get(0)).toBe(together.offsetOf.get(2));
  expect(together.totalBytes).toBe(448 + 64);
  expect(planLocalMemory([second], buffers)).toEqual({ offsetOf: new Map([[1, 0]]), totalBytes: 64 });
});
