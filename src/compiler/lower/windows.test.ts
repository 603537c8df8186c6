import { expect, test } from 'vitest';
import { lanes4, lanes8 } from '../../../tests/support/interpreter-backend.js';
import { randomArray } from '../../../tests/support/graph-values.js';
import { ProgramBuilder } from '../../../tests/support/program-builder.js';
import { RandomStream } from '../../base/random.js';
import type { KernelStatement, Target } from '../../ir/kernel.js';
import { conv2d } from '../../tensor/ops/convolution.js';
import { compileProgram } from '../compile.js';

/** Of the loops that a depthwise convolution multiplies in: by those that hold what they read, products for each read. */
function productsByRead(target: Target, strides: number): number[] {
  const random = new RandomStream(5);
  const builder = new ProgramBuilder();
  const x = builder.add(randomArray(random, 'float32', [8, 9, 13, 16]));
  const weights = builder.add(randomArray(random, 'float32', [3, 3, 1, 16]));
  const { program } = builder.finish([conv2d(x, weights, { strides, padding: 'valid', groups: 16 })]);
  const found: number[] = [];
  const visit = (body: readonly KernelStatement[]): void => {
    const reads = body.filter((statement) => statement.kind === 'let' && statement.held).length;
    const products = body.filter(({ kind }) => kind === 'set').length;
    if (reads > 0) found.push(products / reads);
    for (const statement of body) if (statement.kind === 'loop') visit(statement.body);
  };
  for (const { body } of compileProgram(program, target).phases.flat()) visit(body);
  return found;
}

test('steps of a window read what neighbouring rows share once', () => {
  const found = productsByRead(lanes8, 1);
  expect(found.length).toBeGreaterThan(0);
  // Tiles of 3 or 4 rows: each step by itself would make 3 products of 4 reads, or 4 of 5.
  for (const products of found) expect(products).toBeGreaterThan(1);
});

test('windows that skip rows, and processors with few registers, take steps one by one', () => {
  expect(productsByRead(lanes8, 2)).toEqual([]);
  expect(productsByRead(lanes4, 1)).toEqual([]);
});
