import { expect, test } from 'vitest';
import { lanes4, lanes8 } from '../../../tests/support/interpreter-backend.js';
import { contract, loopAxis, parameter, unary } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';
import type { Kernel, Target } from '../../ir/kernel.js';
import { compileProgram } from '../compile.js';

const input = (index: number, shape: readonly number[]): GraphNode<'parameter'> =>
  parameter(index, shape, 'float32') as GraphNode<'parameter'>;

function kernelsOf(output: GraphNode, parameters: readonly GraphNode<'parameter'>[], target: Target): Kernel[] {
  return compileProgram({ parameters, outputs: [output], updates: [] }, target).phases.flat();
}

const flopsOf = (kernels: readonly Kernel[]): number => kernels.reduce((sum, { flops }) => sum + flops, 0);

// Sizes whose edges become kernels of their own on one target or the other.
test.each([
  { m: 37, k: 65, n: 43 },
  { m: 7, k: 500, n: 130 },
  { m: 100, k: 100, n: 100 },
])('a product of $m x $k by $k x $n counts each multiplication and addition once', ({ m, k, n }) => {
  const [a, b] = [input(0, [m, k]), input(1, [k, n])];
  const axes = { a: [loopAxis(0), loopAxis(2)], b: [loopAxis(2), loopAxis(1)] };
  const product = contract(a, b, { loops: [m, n, k], outputRank: 2, ...axes });
  for (const target of [lanes4, lanes8]) expect(flopsOf(kernelsOf(product, [a, b], target))).toBe(2 * m * k * n);
});

test('a product in several kernels shares its work out between them', () => {
  const [a, b] = [input(0, [37, 65]), input(1, [65, 43])];
  const axes = { a: [loopAxis(0), loopAxis(2)], b: [loopAxis(2), loopAxis(1)] };
  const kernels = kernelsOf(contract(a, b, { loops: [37, 43, 65], outputRank: 2, ...axes }), [a, b], lanes4);
  expect(kernels.length).toBeGreaterThan(1);
  for (const { flops } of kernels) {
    expect(flops).toBeGreaterThan(0);
    expect(flops).toBeLessThan(2 * 37 * 65 * 43);
  }
});

test('what is left of element-wise work beside its blocks counts for itself', () => {
  const x = input(0, [4099]);
  const kernels = kernelsOf(unary('sqrt', x), [x], lanes4);
  expect(kernels).toHaveLength(2);
  expect(flopsOf(kernels)).toBe(4099);
});
