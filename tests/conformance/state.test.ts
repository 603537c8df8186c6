// State that is carried from step to step is what the reference carries, on every backend and for any number of threads.
import { beforeAll, describe, test } from 'vitest';
import { RandomStream } from '../../src/base/random.js';
import type { Shape } from '../../src/base/shape.js';
import {
  binary,
  cast,
  concat,
  constant,
  contract,
  expandLast,
  gather,
  loopAxis,
  pad,
  permute,
  random,
  reduce,
  reshape,
  slice,
  unary,
} from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';
import { compileTimeout } from '../support/compiled-files.js';
import { randomArray } from '../support/graph-values.js';
import { ProgramBuilder, type PreparedProgram } from '../support/program-builder.js';
import { useConformance } from './backends.js';

const conformance = useConformance();
const number = (value: number): GraphNode => constant(value, [], 'float32');
const scaled = (factor: number, x: GraphNode): GraphNode => binary('mul', number(factor), x);

interface Case {
  readonly shapes: readonly Shape[];
  readonly step: (...state: GraphNode[]) => { updates: readonly GraphNode[]; outputs?: readonly GraphNode[] };
}

const product = (a: GraphNode, b: GraphNode): GraphNode =>
  contract(a, b, {
    loops: [a.shape[0]!, b.shape[1]!, a.shape[1]!],
    outputRank: 2,
    a: [loopAxis(0), loopAxis(2)],
    b: [loopAxis(2), loopAxis(1)],
  });
const transposed = (x: GraphNode): GraphNode => permute(x, [1, 0]);
const total = (x: GraphNode): GraphNode =>
  reshape(
    reduce(
      'sum',
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );

/** A step of gradient descent by Adam on |x w - y|^2; the last state counts the steps. */
function adam(w: GraphNode, mean: GraphNode, square: GraphNode, x: GraphNode, y: GraphNode, steps: GraphNode) {
  const error = binary('sub', product(x, w), y);
  const gradient = product(transposed(x), error);
  const count = binary('add', steps, number(1));
  const newMean = binary('add', scaled(0.9, mean), scaled(0.1, gradient));
  const newSquare = binary('add', scaled(0.99, square), scaled(0.01, binary('mul', gradient, gradient)));
  const corrected = (value: GraphNode, beta: number): GraphNode =>
    binary('div', value, binary('sub', number(1), binary('pow', number(beta), count)));
  const root = binary('add', unary('sqrt', unary('abs', corrected(newSquare, 0.99))), number(1e-3));
  return {
    updates: [
      binary('sub', w, scaled(0.05, binary('div', corrected(newMean, 0.9), root))),
      newMean,
      newSquare,
      x,
      y,
      count,
    ],
    outputs: [total(binary('mul', error, error))],
  };
}

const cases: Readonly<Record<string, Case>> = {
  'descends along a gradient': {
    shapes: [[61, 47]],
    step: (w) => ({ updates: [binary('sub', w, scaled(0.1, unary('tanh', w)))], outputs: [w] }),
  },
  swaps: {
    shapes: [
      [61, 47],
      [61, 47],
    ],
    step: (x, y) => ({ updates: [y, x], outputs: [x] }),
  },
  'swaps through transposes': {
    shapes: [
      [61, 47],
      [47, 61],
    ],
    step: (x, y) => ({ updates: [transposed(y), transposed(x)] }),
  },
  'rotates among three': { shapes: [[2053], [2053], [2053]], step: (x, y, z) => ({ updates: [y, z, x] }) },
  'is transposed in place': { shapes: [[53, 53]], step: (x) => ({ updates: [transposed(x)] }) },
  'is turned around': {
    shapes: [[2053]],
    step: (x) => ({ updates: [slice(x, [{ start: 2052, size: 2053, step: -1 }])] }),
  },
  'moves on by one': {
    shapes: [[2500]],
    step: (x) => {
      const rest = slice(x, [{ start: 1, size: 2499, step: 1 }]);
      return { updates: [concat([rest, slice(x, [{ start: 0, size: 1, step: 1 }])], 0)] };
    },
  },
  'is padded into itself': {
    shapes: [[50, 45]],
    step: (x) => {
      const middle = slice(x, [
        { start: 0, size: 50, step: 1 },
        { start: 2, size: 42, step: 1 },
      ]);
      const none = { low: 0, high: 0, interior: 0 };
      return { updates: [pad(middle, [none, { low: 0, high: 3, interior: 0 }], 1)] };
    },
  },
  'picks rows of itself': {
    shapes: [[30, 70], [30]],
    step: (x, order) => {
      const numbers = binary('mod', unary('floor', scaled(100, order)), number(30));
      return { updates: [gather(x, cast(numbers, 'int32')), order] };
    },
  },
  'goes through a product': {
    shapes: [
      [33, 40],
      [40, 40],
    ],
    step: (h, w) => ({ updates: [unary('tanh', product(h, w)), w], outputs: [total(h)] }),
  },
  'centres and scales itself': {
    shapes: [[48, 45], []],
    step: (x, largest) => {
      const centred = binary('sub', x, reduce('sum', scaled(1 / 45, x), [1]));
      const size = reshape(reduce('max', unary('abs', centred), [0, 1]), []);
      return { updates: [binary('div', centred, size), binary('max', largest, size)], outputs: [largest] };
    },
  },
  'draws new random numbers each step': {
    shapes: [[40, 60], []],
    step: (x, count) => {
      const next = binary('add', count, number(1));
      return {
        updates: [binary('add', x, random([40, 60], 3, 4, cast(next, 'int32'))), next],
        outputs: [expandLast(next)],
      };
    },
  },
  'is trained by Adam': {
    shapes: [[50, 9], [50, 9], [50, 9], [45, 50], [45, 9], []],
    step: (w, mean, square, x, y, steps) => adam(w, mean, square, x, y, steps),
  },
};

function prepare({ shapes, step }: Case): PreparedProgram {
  const builder = new ProgramBuilder();
  const stream = new RandomStream(5);
  const state = shapes.map((shape) => builder.add(randomArray(stream, 'float32', shape)));
  const { updates, outputs = [] } = step(...state);
  return builder.finish(
    outputs,
    updates.map((value, i) => [state[i]!, value]),
  );
}

describe('state', () => {
  const programs = Object.entries(cases).map(([name, item]) => ({ name, prepared: prepare(item) }));
  beforeAll(() => conformance.compileNative(programs.map(({ prepared }) => prepared)), compileTimeout);

  test.each(programs)('$name', async ({ name, prepared }) => {
    for (const steps of [1, 5])
      await conformance.check(prepared, `${name}, ${steps} steps`, {
        tolerance: { ofLargest: 1e-4 },
        steps,
        native: true,
      });
  });
});
