import { expect, test } from 'vitest';
import { ProgramBuilder } from '../../tests/support/program-builder.js';
import { lanes8 } from '../../tests/support/interpreter-backend.js';
import { randomArray } from '../../tests/support/graph-values.js';
import { at, kernel, load, loop, store } from '../../tests/support/kernels.js';
import { RandomStream } from '../base/random.js';
import { binary, unary } from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import type { Kernel, KernelBuffer, KernelStatement } from '../ir/kernel.js';
import { compileProgram } from './compile.js';
import { streamStores } from './stream-stores.js';
import { softmax } from '../tensor/ops/activation.js';

/** How many stores are streamed, and how many are not. */
function storesOf(
  shape: readonly number[],
  build: (x: GraphNode) => { outputs?: GraphNode[]; state?: GraphNode },
): { streamed: number; plain: number } {
  const builder = new ProgramBuilder();
  const x = builder.add(randomArray(new RandomStream(1), 'float32', shape));
  const { outputs = [], state } = build(x);
  const { program } = builder.finish(outputs, state ? [[x, state]] : []);
  const counts = { streamed: 0, plain: 0 };
  const visit = (statement: KernelStatement): void => {
    if (statement.kind === 'loop') statement.body.forEach(visit);
    else if (statement.kind === 'store') counts[statement.streamed ? 'streamed' : 'plain']++;
  };
  for (const { body } of compileProgram(program, lanes8).phases.flat()) body.forEach(visit);
  return counts;
}

const large = [600, 150];

test('a result larger than the caches is written past them', () => {
  expect(storesOf(large, (x) => ({ outputs: [unary('neg', x)] }))).toMatchObject({ plain: 0 });
  // What it waits in on the way there is not.
  expect(storesOf(large, (x) => ({ outputs: [softmax(x, -1)] })).streamed).toBeGreaterThan(0);
});

test('a small result, and one whose memory is read in the same kernel, are not', () => {
  expect(storesOf([4, 16], (x) => ({ outputs: [unary('neg', x)] })).streamed).toBe(0);
  expect(storesOf(large, (x) => ({ state: binary('add', x, x) }))).toMatchObject({ streamed: 0 });
});

const length = 1024;

/** Copies one buffer to another. */
function copy(from: number, to: number): Kernel {
  const here = at(0, ['i', 1]);
  return kernel([loop('i', 0, length, 8, [store(to, here, 8, load(from, here, 8))])]);
}

/** Which of `phases`, a kernel each, write past the caches, of which three buffers fit. */
function streamedPhases(phases: readonly Kernel[], places: readonly KernelBuffer['place'][]): boolean[] {
  const target = { ...lanes8, level2CacheBytes: 512 };
  const buffers = places.map((place) => ({ dtype: 'float32' as const, length, place }));
  const streamed = streamStores(
    phases.map((one) => [one]),
    buffers,
    target,
    4 * 4 * length,
  );
  return streamed.map(([one]) => JSON.stringify(one).includes('streamed'));
}

const parameters = Array.from({ length: 6 }, (_, index): KernelBuffer['place'] => ({ kind: 'parameter', index }));
const output = (index: number): KernelBuffer['place'] => ({ kind: 'output', index });

test('a state that is read again only after the caches were filled with other things is written past them', () => {
  const phases = [copy(0, 1), copy(2, 3), copy(1, 4)];
  // Of the first three phases, 0 to 3 were touched when 1 is read; what nobody reads waits for the next run.
  expect(streamedPhases([copy(0, 1), copy(1, 2)], parameters)).toEqual([false, false]);
  expect(streamedPhases(phases, parameters)).toEqual([true, true, true]);
  expect(streamedPhases([copy(0, 1), copy(1, 3), copy(2, 4)], parameters)).toEqual([false, true, true]);
});

test('what the caller is given at the end of the program is still in a cache then', () => {
  const places = [...parameters.slice(0, 3), output(0), output(1)];
  expect(streamedPhases([copy(0, 3), copy(1, 2), copy(2, 4)], places)).toEqual([true, false, false]);
});
