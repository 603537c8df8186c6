import { describe, expect, test } from 'vitest';
import { expectCompiled } from '../../tests/support/expect-compiled.js';
import { randomArray } from '../../tests/support/graph-values.js';
import { ProgramBuilder, type PreparedProgram } from '../../tests/support/program-builder.js';
import type { DType } from '../base/dtype.js';
import { RandomStream } from '../base/random.js';
import type { Shape } from '../base/shape.js';
import {
  argMax,
  binary,
  cast,
  concat,
  constant,
  contract,
  gather,
  loopAxis,
  permute,
  reduce,
  reshape,
  unary,
} from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import { fuse, type Group } from './fuse.js';
import { legalize } from './legalize.js';
import { simplify } from './simplify.js';

const random = new RandomStream(17);

interface Built {
  readonly outputs?: readonly GraphNode[];
  readonly updates?: readonly (readonly [state: GraphNode, value: GraphNode])[];
}

/** A program over parameters of these shapes. */
function program(
  inputs: readonly (Shape | { readonly shape: Shape; readonly dtype: DType })[],
  build: (...inputs: GraphNode[]) => Built,
): PreparedProgram {
  const builder = new ProgramBuilder();
  const nodes = inputs.map((spec) => {
    const { shape, dtype } = 'shape' in spec ? spec : { shape: spec, dtype: 'float32' as const };
    return builder.add(randomArray(random, dtype, shape));
  });
  const { outputs = [], updates = [] } = build(...nodes);
  return builder.finish(outputs, updates);
}

/** Each group as its members' ops, and the stored ones after an arrow. */
function groupsOf({ program: before }: PreparedProgram): string[] {
  const forced = new Set<GraphNode>();
  const ops = (nodes: readonly GraphNode[]): string => nodes.map(({ op }) => op).join(' ');
  return fuse(legalize(simplify(before), forced, 4), forced).map(
    ({ members, roots }: Group) => `${ops(members)} -> ${ops(roots)}`,
  );
}

const product = (a: GraphNode, b: GraphNode): GraphNode =>
  contract(a, b, {
    loops: [a.shape[0]!, b.shape[1]!, a.shape[1]!],
    outputRank: 2,
    a: [loopAxis(0), loopAxis(2)],
    b: [loopAxis(2), loopAxis(1)],
  });
/** The transpose of `a` times `b`. */
const gradientProduct = (a: GraphNode, b: GraphNode): GraphNode =>
  contract(a, b, {
    loops: [a.shape[1]!, b.shape[1]!, a.shape[0]!],
    outputRank: 2,
    a: [loopAxis(2), loopAxis(0)],
    b: [loopAxis(2), loopAxis(1)],
  });
const number = (value: number): GraphNode => constant(value, [], 'float32');
const scaled = (factor: number, x: GraphNode): GraphNode => binary('mul', number(factor), x);

describe('one kernel', () => {
  test('is a dense layer with its bias and relu', () => {
    const dense = program([[5, 6], [6, 9], [9]], (x, w, bias) => ({
      outputs: [binary('max', binary('add', product(x, w), bias), number(0))],
    }));
    expect(groupsOf(dense)).toEqual(['contract add max -> max']);
    const { buffers, temporaryBytes } = expectCompiled(dense, { tolerance: { absolute: 1e-5 } });
    expect(temporaryBytes).toBe(0);
    expect(buffers).toHaveLength(4);
  });

  test('is the product that gives a gradient, and the update by Adam of what it is the gradient of', () => {
    const adam = program(
      [[7, 6], [7, 9], [6, 9], [6, 9], { shape: [6, 9], dtype: 'float32' }],
      (x, error, w, mean, square) => {
        const gradient = gradientProduct(x, error);
        const newMean = binary('add', scaled(0.9, mean), scaled(0.1, gradient));
        const newSquare = binary('add', scaled(0.999, square), scaled(0.001, binary('mul', gradient, gradient)));
        const root = unary('sqrt', unary('abs', newSquare));
        const step = scaled(0.01, binary('div', newMean, binary('add', root, number(1e-7))));
        return {
          updates: [
            [w, binary('sub', w, step)],
            [mean, newMean],
            [square, newSquare],
          ],
        };
      },
    );
    const groups = groupsOf(adam);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatch(/^contract .* -> add add sub$/);
    expect(expectCompiled(adam, { steps: 2, tolerance: { ulps: 64, absolute: 1e-5 } }).temporaryBytes).toBe(0);
  });

  test('picks rows of bytes, casts and scales them, and reads them as bytes', () => {
    const batch = program(
      [
        { shape: [40, 12], dtype: 'uint8' },
        { shape: [8], dtype: 'int32' },
      ],
      (bytes, rows) => ({ outputs: [binary('div', cast(gather(bytes, rows), 'float32'), number(255))] }),
    );
    expect(groupsOf(batch)).toEqual(['div -> div']);
    const { phases, buffers } = expectCompiled(batch);
    expect(phases.map((kernels) => kernels.length)).toEqual([1]);
    expect(buffers.map(({ dtype, place }) => `${dtype} ${place.kind}`)).toEqual([
      'uint8 parameter',
      'int32 parameter',
      'float32 output',
    ]);
  });

  test('computes several element-wise results of one shape', () => {
    const pair = program([[5], [5]], (x, y) => ({ outputs: [unary('exp', x), binary('add', x, y)] }));
    expect(groupsOf(pair)).toEqual(['exp add -> exp add']);
    expectCompiled(pair, { tolerance: { ulps: 2 } });
  });

  test('reduces what is computed on the way and goes on with the result', () => {
    const norm = program([[5, 6]], (x) => ({
      outputs: [unary('sqrt', reduce('sum', binary('mul', x, x), [1])), argMax(unary('neg', x), [1])],
    }));
    expect(groupsOf(norm)).toEqual(['reduce sqrt -> sqrt', 'argMax -> argMax']);
    expectCompiled(norm, { tolerance: { ulps: 8 } });
  });
});

describe('what is stored', () => {
  test('is what two kernels read and is dear to compute', () => {
    const softmax = program([[5, 6]], (x) => {
      const e = unary('exp', x);
      return { outputs: [binary('div', e, reduce('sum', e, [1]))] };
    });
    expect(groupsOf(softmax)).toEqual(['exp -> exp', 'reduce -> reduce', 'div -> div']);
    expectCompiled(softmax, { tolerance: { ulps: 8 } });
  });

  test('is not what two kernels read and is cheap to compute again', () => {
    const centered = program([[5, 6]], (x) => {
      const shifted = binary('add', x, number(1));
      return { outputs: [binary('sub', shifted, reduce('max', shifted, [1]))] };
    });
    expect(groupsOf(centered)).toEqual(['reduce -> reduce', 'sub -> sub']);
    expectCompiled(centered);
  });

  test('is what would be computed once for every element that it is spread over', () => {
    const spread = program(
      [
        [1, 5],
        [7, 5],
      ],
      (x, y) => ({ outputs: [binary('mul', unary('exp', x), y)] }),
    );
    expect(groupsOf(spread)).toEqual(['exp -> exp', 'mul -> mul']);
    expectCompiled(spread, { tolerance: { ulps: 2 } });
  });

  test('is what a product reads, unless it lies there as it is', () => {
    const layers = program(
      [
        [5, 6],
        [6, 9],
        [9, 3],
      ],
      (x, w, v) => ({ outputs: [product(unary('tanh', product(unary('neg', x), w)), v)] }),
    );
    expect(groupsOf(layers)).toEqual(['neg -> neg', 'contract tanh -> tanh', 'contract -> contract']);
    expectCompiled(layers, { tolerance: { absolute: 1e-4 } });
  });

  test('is what is asked for, a member of a group that goes on with it included', () => {
    const both = program([[4, 6]], (x) => {
      const sum = reduce('sum', x, [1]);
      return { outputs: [sum, unary('exp', sum)] };
    });
    expect(groupsOf(both)).toEqual(['reduce exp -> reduce exp']);
    expectCompiled(both, { tolerance: { ulps: 16 } });
  });

  test('is nothing of a view', () => {
    const views = program([[4, 6]], (x) => ({
      outputs: [binary('add', permute(reshape(x, [6, 4]), [1, 0]), number(2))],
    }));
    expect(groupsOf(views)).toEqual(['add -> add']);
    expect(expectCompiled(views).temporaryBytes).toBe(0);
  });
});

describe('kernels stay apart', () => {
  test('where shapes differ', () => {
    const shapes = program([[5], [6]], (x, y) => ({ outputs: [unary('neg', x), unary('neg', y)] }));
    expect(groupsOf(shapes)).toEqual(['neg -> neg', 'neg -> neg']);
  });

  test('where one waits for the other through a third', () => {
    const waiting = program([[5]], (x) => {
      const e = unary('exp', x);
      return { outputs: [e, binary('mul', x, reduce('sum', e, [0]))] };
    });
    expect(groupsOf(waiting)).toEqual(['exp -> exp', 'reduce -> reduce', 'mul -> mul']);
    expectCompiled(waiting, { tolerance: { ulps: 8 } });
  });

  test('where a node is to stand alone', () => {
    const { program: copied } = program([[5]], (x) => ({ outputs: [unary('exp', x), unary('neg', unary('exp', x))] }));
    const simple = simplify(copied);
    const negated = simple.outputs[1]!;
    expect(fuse(simple, new Set())).toHaveLength(1);
    const groups = fuse(simple, new Set(), new Set([negated]));
    expect(groups.map(({ members }) => members)).toEqual([[simple.outputs[0]], [negated]]);
  });

  test('and come in an order in which each finds what it reads', () => {
    const joined = program([[3, 4]], (x) => {
      const e = unary('exp', x);
      return { outputs: [concat([binary('div', e, reduce('sum', e, [1])), unary('sqrt', e)], 1)] };
    });
    const groups = fuse(simplify(joined.program), new Set());
    const ready = new Set<GraphNode>();
    let readings = 0;
    for (const { members } of groups) {
      for (const needed of members.flatMap(({ inputs }) => inputs)) {
        if (members.includes(needed) || !groups.some((group) => group.members.includes(needed))) continue;
        readings++;
        expect(ready.has(needed), needed.op).toBe(true);
      }
      for (const member of members) ready.add(member);
    }
    expect(readings).toBeGreaterThan(0);
    expectCompiled(joined, { tolerance: { ulps: 16 } });
  });
});
