// Which ways a contraction is walked, told from the kernels themselves.
import { describe, expect, test } from 'vitest';
import { targetOf } from '../../backends/native/target.js';
import { contract, loopAxis, parameter } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';
import type { KernelStatement, Target } from '../../ir/kernel.js';
import { compileProgram } from '../compile.js';

const native = targetOf('avx512');

function kernelsOf(output: GraphNode, inputs: readonly GraphNode[], target: Target): KernelStatement[] {
  const parameters = inputs as GraphNode<'parameter'>[];
  const { phases } = compileProgram({ parameters, outputs: [output], updates: [] }, target);
  const inside = (statement: KernelStatement): KernelStatement[] =>
    statement.kind === 'loop' ? [statement, ...statement.body.flatMap(inside)] : [statement];
  return phases.flat().flatMap(({ body }) => body.flatMap(inside));
}

function productOf(rows: number, sum: number, columns: number, target = native): KernelStatement[] {
  const [a, b] = [parameter(0, [rows, sum], 'float32'), parameter(1, [sum, columns], 'float32')];
  const spec = { loops: [rows, columns, sum], outputRank: 2, a: [0, 2].map(loopAxis), b: [2, 1].map(loopAxis) };
  return kernelsOf(contract(a, b, spec), [a, b], target);
}

/** How many chunks the product's kernel has. */
function chunksOf(rows: number, sum: number, columns: number): number {
  const [a, b] = [parameter(0, [rows, sum], 'float32'), parameter(1, [sum, columns], 'float32')];
  const spec = { loops: [rows, columns, sum], outputRank: 2, a: [0, 2].map(loopAxis), b: [2, 1].map(loopAxis) };
  const program = { parameters: [a, b] as GraphNode<'parameter'>[], outputs: [contract(a, b, spec)], updates: [] };
  return compileProgram(program, native).phases.at(-1)![0]!.chunks;
}

describe('a large result is shared out', () => {
  test('by rows where sums are short, since it is memory that they wait for', () => {
    // As many columns make more chunks than rows do.
    expect(chunksOf(784, 32, 2048)).toBe(chunksOf(784, 32, 4096));
    expect(chunksOf(784, 32, 2048)).toBeLessThan(chunksOf(2 * 784, 32, 2048));
  });

  test('by rows though there are panels, as long as these stay in a cache of a core', () => {
    // Of 4096 columns, 32 rows are half as much as it holds.
    expect(chunksOf(2 * 4096, 32, 4096)).toBe(2 * chunksOf(4096, 32, 4096));
    expect(chunksOf(2 * 4096, 96, 4096)).toBe(chunksOf(4096, 96, 4096));
  });

  test('by columns where sums are long and there are more of those', () => {
    expect(chunksOf(784, 512, 4096)).toBeGreaterThan(chunksOf(784, 512, 2048));
  });
});

const prefetches = (statements: readonly KernelStatement[]): number =>
  statements.filter(({ kind }) => kind === 'prefetch').length;

describe('the rows of the next tile are asked for', () => {
  test('where they come from memory', () => {
    expect(prefetches(productOf(50_000, 64, 32))).toBeGreaterThan(0);
  });

  test('not where they fit a cache, or a tile has more of them than one holds', () => {
    expect(prefetches(productOf(500, 64, 32))).toBe(0);
    expect(prefetches(productOf(5000, 1000, 32))).toBe(0);
  });

  test('not on a target that cannot', () => {
    expect(prefetches(productOf(50_000, 64, 32, { ...native, prefetches: false }))).toBe(0);
  });
});

describe('the next row of an image over which a window slides, channel by channel,', () => {
  const depthwise = (size: number, target = native): KernelStatement[] => {
    const [a, b] = [parameter(0, [8, size, size, 64], 'float32'), parameter(1, [3, 3, 64], 'float32')];
    const along = (loop: number, window: number) => ({
      offset: -1,
      terms: [loop, window].map((one) => ({ loop: one, coefficient: 1 })),
    });
    const spec = {
      loops: [8, size, size, 64, 3, 3],
      outputRank: 4,
      a: [loopAxis(0), along(1, 4), along(2, 5), loopAxis(3)],
      b: [4, 5, 3].map(loopAxis),
    };
    return kernelsOf(contract(a, b, spec), [a, b], target);
  };

  test('is asked for where it comes from memory: the elements under a tile two rows further down', () => {
    const statements = depthwise(56);
    const asked = statements.filter((statement) => statement.kind === 'prefetch');
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked.map(({ buffer }) => buffer))).toEqual(new Set([0]));
    // What a tile writes and what it asks for have the same places, but for the rows between.
    const written = new Set(statements.flatMap((one) => (one.kind === 'store' ? [one.at.offset] : [])));
    expect(asked.every(({ at }) => written.has(at.offset - 2 * 56 * 64))).toBe(true);
  });

  test('is not asked for where the image stays in caches, or on a target that cannot', () => {
    expect(prefetches(depthwise(14))).toBe(0);
    expect(prefetches(depthwise(56, { ...native, prefetches: false }))).toBe(0);
  });
});

test('a product of vectors with vectors is walked in wide, low tiles that leave registers for what is loaded', () => {
  const [a, b] = [parameter(0, [58, 64], 'float32'), parameter(1, [3, 64], 'float32')];
  const along = [
    {
      offset: 0,
      terms: [
        { loop: 0, coefficient: 1 },
        { loop: 2, coefficient: 1 },
      ],
    },
    loopAxis(1),
  ];
  const image = contract(a, b, { loops: [56, 64, 3], outputRank: 2, a: along, b: [loopAxis(2), loopAxis(1)] });
  const stores = kernelsOf(image, [a, b], native).filter(({ kind }) => kind === 'store');
  // 14 tiles of 4 rows by all 64 columns.
  expect(stores).toHaveLength(4 * 4);
});

describe('a product for every sample, whose operands lie across the sum', () => {
  /** The gradient of a 1x1 convolution to its kernel, sample by sample. */
  const gradient = (positions: number, target = native): KernelStatement[] => {
    const [a, b] = [parameter(0, [8, positions, 256], 'float32'), parameter(1, [8, positions, 64], 'float32')];
    const spec = {
      loops: [8, 64, 256, positions],
      outputRank: 3,
      a: [0, 3, 2].map(loopAxis),
      b: [0, 3, 1].map(loopAxis),
    };
    return kernelsOf(contract(a, b, spec), [a, b], target);
  };
  const longest = (statements: readonly KernelStatement[]): number =>
    Math.max(...statements.map((loop) => (loop.kind === 'loop' && loop.step === 1 ? loop.end : 0)));

  test('is walked in blocks that stay in the first-level cache, each of which is asked for in the one before', () => {
    const walked = gradient(3136);
    expect(longest(walked)).toBe(112);
    expect(prefetches(walked)).toBe(2);
  });

  test('is walked as one where it is short', () => {
    expect(longest(gradient(160))).toBe(160);
    expect(prefetches(gradient(160))).toBe(0);
  });
});
