import { expect, test } from 'vitest';
import { ProgramBuilder } from '../../tests/support/program-builder.js';
import { lanes8 } from '../../tests/support/interpreter-backend.js';
import { randomArray } from '../../tests/support/graph-values.js';
import { RandomStream } from '../base/random.js';
import { binary, unary } from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import type { KernelStatement } from '../ir/kernel.js';
import { compileProgram } from './compile.js';
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
});

test('a small result, and one whose memory is read in the same kernel, are not', () => {
  expect(storesOf([4, 16], (x) => ({ outputs: [unary('neg', x)] })).streamed).toBe(0);
  expect(storesOf(large, (x) => ({ state: binary('add', x, x) }))).toMatchObject({ streamed: 0 });
  expect(storesOf(large, (x) => ({ outputs: [softmax(x, -1)] })).streamed).toBe(0);
});
