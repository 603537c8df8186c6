import { expect, test } from 'vitest';
import { randomArray } from '../../tests/support/graph-values.js';
import { interpreterBackend, lanes8 } from '../../tests/support/interpreter-backend.js';
import { asOutput, asParameter, asTemporary, at, binary, buffer, define } from '../../tests/support/kernels.js';
import { kernel, kernelProgram, load, loop, num, reg, store } from '../../tests/support/kernels.js';
import { ProgramBuilder } from '../../tests/support/program-builder.js';
import { runProgram } from '../../tests/support/run-program.js';
import { differenceOf } from '../../tests/support/tolerance.js';
import { referenceBackend } from '../backends/reference/backend.js';
import { RandomStream } from '../base/random.js';
import { interpret } from '../ir/interpret.js';
import type { KernelStatement } from '../ir/kernel.js';
import { softmax } from '../tensor/ops/activation.js';
import { compileProgram } from './compile.js';
import { overlapChunks } from './overlap-chunks.js';

test('the quotients of a softmax go with the exponentials of the next row', async () => {
  // The last vector of a row is not a whole one.
  const columns = 151;
  const rows = 256;
  const builder = new ProgramBuilder();
  const x = builder.add(randomArray(new RandomStream(2), 'float32', [rows, columns]));
  const { program, parameters } = builder.finish([softmax(x, -1)]);
  const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters);
  const received = await runProgram(await interpreterBackend(lanes8).create({ threads: 1 }), program, parameters);
  expect(differenceOf(received.outputs[0]!, expected.outputs[0]!, { ofLargest: 1e-5 })).toBeUndefined();
  const { phases, temporaryBytes } = compileProgram(program, lanes8);
  expect(phases.flat().map(({ chunks }) => chunks)).toEqual([rows / 4]);
  expect(temporaryBytes).toBe(0);
});

// Each row of the result is what `waiting` holds of the row, times what `factor` holds.
const [source, waiting, factor, result] = [0, 1, 2, 3];
const [rows, columns] = [512, 32];
const [i, j] = [at(0, ['i', 1]), at(0, ['j', 1])];
const inRow = (variable: string) => at(0, ['chunk', columns], [variable, 1]);
const walk = (variable: string, statement: KernelStatement, end: number = columns): KernelStatement =>
  loop(variable, 0, end, 4, [statement]);
const streamed = (statement: KernelStatement): KernelStatement => ({ ...statement, streamed: true }) as KernelStatement;
const fill = walk('i', store(waiting, i, 4, binary('add', load(source, inRow('i')), num(1))));
const setFactor = store(factor, at(0), 4, load(waiting, at(columns - 4)));
const product = (place = j, scale = reg('scale')): KernelStatement =>
  streamed(store(result, inRow('j'), 4, binary('mul', load(waiting, place), scale)));
const usual = [fill, setFactor, define('scale', load(factor, at(0))), walk('j', product())];

/** How many chunks are left, after comparing what they compute. */
function chunksAfter(body: KernelStatement[], chunks = rows): number {
  const before = kernel(body, { chunks });
  const after = overlapChunks(before);
  const length = rows * columns;
  const values = Float32Array.from({ length }, (_, i) => Math.sin(i));
  const [plain, overlapped] = [before, after].map((one) => {
    const buffers = [
      buffer('source', 'float32', length, asParameter(0)),
      buffer('waiting', 'float32', columns + 4, { kind: 'local', byteOffset: 0 }),
      buffer('factor', 'float32', 4, { kind: 'local', byteOffset: 4 * columns + 64 }),
      buffer('result', 'float32', length, asOutput(0)),
      buffer('unused', 'float32', 4, asTemporary(0)),
    ];
    const program = { ...kernelProgram(buffers, [[one]], 64), localBytes: 4 * columns + 128 };
    return interpret(program, [values], { lanes: 4 })[0]!;
  });
  expect(overlapped).toEqual(plain);
  return after.chunks;
}

test('the end of a row goes with the loop that comes last of those with which it can go', () => {
  expect(chunksAfter(usual)).toBe(rows / 8);
  // Twice as many rows are no more chunks; what is not a multiple stays as it is.
  expect(chunksAfter(usual, 500)).toBe(125);
  expect(chunksAfter(usual, 255)).toBe(255);
  expect(chunksAfter(usual, 248)).toBe(248);
});

test('what is left of a row may be read after the loop that writes the next', () => {
  const left = store(waiting, at(columns), 4, load(source, at(0, ['chunk', columns])));
  const end = streamed(store(result, at(columns - 4, ['chunk', columns]), 4, load(waiting, at(columns))));
  const most = walk('j', product(), columns - 4);
  const short = walk('i', store(waiting, i, 4, load(source, inRow('i'))), columns - 4);
  const scale = [store(factor, at(0), 4, load(waiting, at(columns))), define('scale', load(factor, at(0)))];
  expect(chunksAfter([short, left, ...scale, most, end])).toBe(rows / 8);
  // Here the loop would overwrite it.
  const early = streamed(store(result, at(columns - 4, ['chunk', columns]), 4, load(waiting, at(4))));
  expect(chunksAfter([short, left, ...scale, most, early])).toBe(rows);
});

test('a row ends alone where its end needs what the next one overwrites, or registers', () => {
  const unscaled = walk('j', product(j, num(2)));
  expect(chunksAfter([fill, unscaled])).toBe(rows / 8);
  // Every step reads what the one before would have written, or all of them the same.
  expect(chunksAfter([fill, walk('j', product(at(4, ['j', 1]), num(2)))])).toBe(rows);
  expect(chunksAfter([fill, walk('j', product(at(0), num(2)))])).toBe(rows);
  const kept = [define('scale', load(source, at(0, ['chunk', columns]))), fill];
  expect(chunksAfter([...kept, setFactor, walk('j', product())])).toBe(rows);
  // The factor is there before the loop.
  const direct = store(factor, at(0), 4, load(source, at(0, ['chunk', columns])));
  expect(chunksAfter([direct, fill, define('scale', load(factor, at(0))), walk('j', product())])).toBe(rows);
});

test('what stays in the caches is written when it is there', () => {
  const plain = walk('j', store(result, inRow('j'), 4, load(waiting, j)));
  expect(chunksAfter([fill, plain])).toBe(rows);
});
