import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { opSamples } from '../../tests/conformance/samples/index.js';
import { prepare, variants } from '../../tests/conformance/sample.js';
import type { PreparedProgram } from '../../tests/support/program-builder.js';
import { graphOf, graphPlans } from '../../tests/support/random-graph.js';
import { differenceOf } from '../../tests/support/tolerance.js';
import { evaluate } from '../backends/reference/evaluate.js';
import {
  binary,
  broadcastTo,
  cast,
  constant,
  contract,
  fold,
  loopAxis,
  parameter,
  permute,
  reduce,
  reshape,
  slice,
  unary,
  where,
  window,
} from '../ir/build.js';
import { makeNode, type GraphNode } from '../ir/graph.js';
import { printGraph } from '../ir/print.js';
import { rootsOf, type Program } from '../ir/program.js';
import { simplify } from './simplify.js';

const x = parameter(0, [2, 3], 'float32') as GraphNode<'parameter'>;
const n = parameter(1, [2, 3], 'int32') as GraphNode<'parameter'>;
const b = parameter(2, [2, 3], 'bool') as GraphNode<'parameter'>;
const empty = parameter(3, [2, 0], 'float32') as GraphNode<'parameter'>;
const parameters = [x, n, b, empty];

const like = (value: number, node: GraphNode): GraphNode => constant(value, [], node.dtype);
const simplified = (...outputs: GraphNode[]): readonly GraphNode[] =>
  simplify({ parameters, outputs, updates: [] }).outputs;

/** The value of a constant result. */
function constantOf(node: GraphNode): number {
  const [result] = simplified(node);
  if (result?.op !== 'constant') throw new Error(`Expected a constant, received\n${printGraph([result!])}`);
  expect([result.shape, result.dtype]).toEqual([node.shape, node.dtype]);
  return result.attributes.value;
}

describe('equal computations', () => {
  test('become one', () => {
    const [first, second] = simplified(
      binary('mul', unary('exp', x), like(2, x)),
      binary('mul', unary('exp', x), like(2, x)),
    );
    expect(first).toBe(second);
  });

  test('stay two where an attribute, a dtype or a shape differs', () => {
    const [zero, negativeZero, integer, wider] = simplified(
      constant(0, [3], 'float32'),
      constant(-0, [3], 'float32'),
      constant(0, [3], 'int32'),
      constant(0, [4], 'float32'),
    );
    expect(new Set([zero, negativeZero, integer, wider]).size).toBe(4);
  });
});

describe('what changes nothing goes away', () => {
  test.each<[string, GraphNode, GraphNode]>([
    ['x * 1', binary('mul', x, like(1, x)), x],
    ['1 * x', binary('mul', like(1, x), x), x],
    ['x / 1', binary('div', x, like(1, x)), x],
    ['x - 0', binary('sub', x, like(0, x)), x],
    ['x + -0', binary('add', x, like(-0, x)), x],
    ['-0 + x', binary('add', like(-0, x), x), x],
    ['n + 0', binary('add', n, like(0, n)), n],
    ['-(-x)', unary('neg', unary('neg', x)), x],
    ['not not b', unary('not', unary('not', b)), b],
    ['stopGradient', unary('stopGradient', x), x],
    ['where true', where(constant(1, [2, 3], 'bool'), x, like(7, x)), x],
    ['where false', where(constant(0, [2, 3], 'bool'), like(7, x), x), x],
    ['a reshape to the same shape', makeNode('reshape', [x], {}, [2, 3], 'float32'), x],
    ['reshapes there and back', makeNode('reshape', [reshape(x, [6])], {}, [2, 3], 'float32'), x],
  ])('%s', (_, node, expected) => {
    expect(simplified(node)[0]).toBe(expected);
  });

  test.each<[string, GraphNode]>([
    // 0 + -0 is 0.
    ['x + 0', binary('add', x, like(0, x))],
    ['x - -0', binary('sub', x, like(-0, x))],
    // NaN and infinity times 0 are NaN.
    ['x * 0', binary('mul', x, like(0, x))],
    ['x - x', binary('sub', x, x)],
    ['0 - x', binary('sub', like(0, x), x)],
  ])('%s stays, since it may change something', (_, node) => {
    expect(simplified(node)[0]!.op).toBe(node.op);
  });
});

describe('what is known becomes a constant', () => {
  const one = constant(1, [2, 3], 'float32');
  const third = constant(3, [2, 3], 'float32');

  test.each<[string, GraphNode, number]>([
    ['a sum', binary('add', one, third), 4],
    ['a quotient, rounded to float32', binary('div', one, third), Math.fround(1 / 3)],
    ['a root, rounded to float32', unary('sqrt', third), Math.fround(Math.sqrt(3))],
    ['a chain', unary('abs', binary('sub', binary('mul', third, third), constant(10, [2, 3], 'float32'))), 1],
    ['a view', permute(reshape(third, [3, 2]), [1, 0]), 3],
    ['a broadcast', broadcastTo(constant(3, [1, 3], 'float32'), [2, 3]), 3],
    [
      'a slice',
      slice(third, [
        { start: 0, size: 1, step: 1 },
        { start: 2, size: 2, step: -1 },
      ]),
      3,
    ],
    ['a cast to bytes', makeNode('cast', [constant(300, [2], 'int32')], {}, [2], 'uint8'), 44],
    ['a sum over nothing', reduce('sum', empty, [1]), 0],
    ['a product over nothing', reduce('prod', empty, [1]), 1],
    [
      'a contraction over nothing',
      contract(empty, parameter(3, [2, 0], 'float32'), {
        loops: [2, 2, 0],
        outputRank: 2,
        a: [loopAxis(0), loopAxis(2)],
        b: [loopAxis(1), loopAxis(2)],
      }),
      0,
    ],
  ])('%s', (_, node, value) => {
    expect(constantOf(node)).toBe(value);
  });

  test('integers are left to the kernels, which wrap around', () => {
    expect(simplified(unary('neg', constant(-2147483648, [2], 'int32')))[0]!.op).toBe('neg');
    expect(simplified(binary('add', constant(2147483647, [], 'int32'), constant(1, [], 'int32')))[0]!.op).toBe('add');
  });
});

describe('a mask over windows added back', () => {
  const image = parameter(0, [6], 'float32') as GraphNode<'parameter'>;
  const mask = parameter(1, [6], 'bool') as GraphNode<'parameter'>;
  const masked = (size: number, stride: number): GraphNode => {
    const axes = [{ axis: 0, size, stride, dilation: 1 }];
    const windows = unary('exp', window(image, axes));
    return where(mask, fold(windows, axes, [6]), constant(0, [], 'float32'));
  };
  const opOf = (node: GraphNode): string =>
    simplify({ parameters: [image, mask], outputs: [node], updates: [] }).outputs[0]!.op;

  test('is applied to the windows where they lie side by side', () => {
    expect(opOf(masked(2, 2))).toBe('fold');
    expect(opOf(masked(2, 3))).toBe('fold');
  });

  test('stays where they overlap', () => {
    expect(opOf(masked(3, 2))).toBe('where');
  });
});

describe('results keep their bits', () => {
  const rootValues = (program: Program, parametersOf: PreparedProgram['parameters']) =>
    evaluate(rootsOf(program), parametersOf);

  function expectSameBits({ program, parameters: values }: PreparedProgram, what: string): void {
    const before = rootValues(program, values);
    rootValues(simplify(program), values).forEach((after, i) =>
      expect(differenceOf(after, before[i]!), `${what}, root ${i}`).toBeUndefined(),
    );
  }

  test('of every op', () => {
    for (const [op, samples] of Object.entries(opSamples))
      samples.forEach((sample, i) =>
        expectSameBits(prepare(sample, variants[i % variants.length]!, i), `${op} ${sample.name}`),
      );
  });

  test('of random graphs', () => {
    for (const smooth of [false, true])
      fc.assert(
        fc.property(graphPlans({ smooth, large: false }, 20), (plan) => expectSameBits(graphOf(plan), 'graph')),
        { seed: 1, numRuns: 150 },
      );
  });
});

test('a program that is simple already stays as it is', () => {
  const program: Program = {
    parameters,
    outputs: [unary('exp', x)],
    updates: [{ parameter: 1, value: binary('add', n, cast(b, 'int32')) }],
  };
  const once = simplify(program);
  expect(once.outputs[0]).toBe(program.outputs[0]);
  expect(once.updates[0]!.value).toBe(program.updates[0]!.value);
});
