import { expect, test } from 'vitest';
import { lanes4, lanes8 } from '../../../tests/support/interpreter-backend.js';
import { randomArray } from '../../../tests/support/graph-values.js';
import { ProgramBuilder } from '../../../tests/support/program-builder.js';
import { gradients } from '../../autodiff/gradients.js';
import { RandomStream } from '../../base/random.js';
import type { KernelStatement, Target } from '../../ir/kernel.js';
import type { GraphNode } from '../../ir/graph.js';
import { conv2d } from '../../tensor/ops/convolution.js';
import { compileProgram } from '../compile.js';

/** Of the loops that a depthwise convolution multiplies in: by those that hold what they read, products for each read. */
function productsByRead(target: Target, strides: number): number[] {
  const random = new RandomStream(5);
  const builder = new ProgramBuilder();
  const x = builder.add(randomArray(random, 'float32', [8, 9, 13, 16]));
  const weights = builder.add(randomArray(random, 'float32', [3, 3, 1, 16]));
  return productsByReadIn(builder, conv2d(x, weights, { strides, padding: 'valid', groups: 16 }), target);
}

/** The same of the gradient of a convolution to an image of one channel. */
function productsOfGradient(target: Target, size: number): number[] {
  const random = new RandomStream(5);
  const builder = new ProgramBuilder();
  const x = builder.add(randomArray(random, 'float32', [8, 20, 20, 1]));
  const weights = builder.add(randomArray(random, 'float32', [size, size, 1, 16]));
  const y = conv2d(x, weights, { padding: 'same' });
  const upstream = builder.add(randomArray(random, 'float32', y.shape));
  return productsByReadIn(builder, gradients(y, [x], upstream)[0]!, target);
}

function productsByReadIn(builder: ProgramBuilder, output: GraphNode, target: Target): number[] {
  const { program } = builder.finish([output]);
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

test('and so do those of a window whose vectors lie along a sum', () => {
  const found = productsOfGradient(lanes8, 5);
  expect(found.length).toBeGreaterThan(0);
  // Tiles of 10 rows: 50 products of 14 vectors of the image and 5 of the kernel.
  for (const products of found) expect(products).toBe(50 / 19);
  expect(productsOfGradient(lanes8, 9)).toEqual([]);
  expect(productsOfGradient(lanes4, 5)).toEqual([]);
});

test('windows that skip rows, and processors with few registers, take steps one by one', () => {
  expect(productsByRead(lanes8, 2)).toEqual([]);
  expect(productsByRead(lanes4, 1)).toEqual([]);
});
