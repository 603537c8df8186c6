import { describe, expect, test } from 'vitest';
import { randomArray } from '../../tests/support/graph-values.js';
import { differenceOf } from '../../tests/support/tolerance.js';
import { opSamples } from '../../tests/conformance/samples/index.js';
import { prepare, variants } from '../../tests/conformance/sample.js';
import { evaluate } from '../backends/reference/evaluate.js';
import { RandomStream } from '../base/random.js';
import { sizeOf, type Shape } from '../base/shape.js';
import { contract, loopAxis, parameter, reduce } from '../ir/build.js';
import { topologicalOrder, type AxisIndex, type GraphNode, type ReduceKind } from '../ir/graph.js';
import { rootsOf, type Program } from '../ir/program.js';
import { legalize } from './legalize.js';

const input = (index: number, shape: Shape): GraphNode<'parameter'> =>
  parameter(index, shape, 'float32') as GraphNode<'parameter'>;

function legalized(inputs: readonly GraphNode<'parameter'>[], ...outputs: GraphNode[]) {
  const forced = new Set<GraphNode>();
  const program = legalize({ parameters: inputs, outputs, updates: [] }, forced, 4);
  const nodes = topologicalOrder(rootsOf(program));
  return { program, forced, ops: nodes.filter(({ op }) => op !== 'parameter').map(({ op }) => op), nodes };
}

describe('reductions', () => {
  function partsOf(kind: ReduceKind, shape: Shape, axes: readonly number[]): Shape[] {
    const x = input(0, shape);
    const { nodes } = legalized([x], reduce(kind, x, axes));
    return nodes.filter(({ op }) => op === 'reduce').map((node) => node.shape);
  }

  test.each(['sum', 'prod', 'max', 'min'] as const)('a long %s to few results is done in parts', (kind) => {
    expect(partsOf(kind, [8192], [0])).toEqual([
      [16, 1],
      [1, 1],
    ]);
    expect(partsOf(kind, [3, 3000], [1])).toEqual([
      [3, 15, 1],
      [3, 1, 1],
    ]);
    expect(partsOf(kind, [96, 90], [0, 1])).toEqual([
      [16, 1, 1],
      [1, 1, 1],
    ]);
  });

  test('short ones, those of many results and those that do not divide are done in one', () => {
    expect(partsOf('sum', [8191], [0])).toEqual([[1]]);
    expect(partsOf('sum', [1000, 20], [1])).toEqual([[1000, 1]]);
    expect(partsOf('sum', [8209], [0])).toEqual([[1]]);
  });
});

const axes = (...loops: number[]): AxisIndex[] => loops.map(loopAxis);

describe('operands of contractions', () => {
  const convolution = (image: GraphNode, kernel: GraphNode): GraphNode =>
    contract(image, kernel, {
      loops: [6, 4, 3, 2],
      outputRank: 2,
      a: [
        {
          offset: -1,
          terms: [
            { loop: 0, coefficient: 1 },
            { loop: 2, coefficient: 1 },
          ],
        },
        loopAxis(3),
      ],
      b: axes(2, 3, 1),
    });

  test('are padded where indices leave them, once for all readers', () => {
    const [image, first, second] = [input(0, [6, 2]), input(1, [3, 2, 4]), input(2, [3, 2, 4])] as const;
    const { ops, nodes } = legalized([image, first, second], convolution(image, first), convolution(image, second));
    expect(ops).toEqual(['pad', 'contract', 'contract']);
    expect(nodes.find(({ op }) => op === 'pad')!.shape).toEqual([8, 2]);
  });

  const product = (a: GraphNode, b: GraphNode, way: string): GraphNode =>
    contract(a, b, {
      loops: [5, 7, 3],
      outputRank: 2,
      a: way[0] === 'n' ? axes(0, 2) : axes(2, 0),
      b: way[1] === 'n' ? axes(2, 1) : axes(1, 2),
    });

  test('stay as they are where vectors lie contiguous or do not move', () => {
    const [a, b] = [input(0, [5, 3]), input(1, [3, 7])];
    expect(legalized([a, b], product(a, b, 'nn')).ops).toEqual(['contract']);
    const transposed = input(0, [3, 5]);
    expect(legalized([transposed, b], product(transposed, b, 'tn')).ops).toEqual(['contract']);
  });

  test('are copied with the axis of the vectors last where it is not, and the copy is stored', () => {
    const [a, b] = [input(0, [5, 3]), input(1, [7, 3])];
    const { ops, forced, nodes } = legalized([a, b], product(a, b, 'nt'), product(a, b, 'nt'));
    expect(ops).toEqual(['permute', 'contract', 'contract']);
    expect([...forced]).toEqual([nodes.find(({ op }) => op === 'permute')]);
  });
});

describe('afterwards', () => {
  /** Every index of a contraction lies inside its operand. */
  function expectInside({ attributes, inputs }: GraphNode<'contract'>): void {
    const { loops } = attributes;
    [attributes.a, attributes.b].forEach((index, which) =>
      index.forEach(({ offset, terms }, axis) => {
        const reaches = terms.map(({ loop, coefficient }) => coefficient * (loops[loop]! - 1));
        const low = reaches.reduce((sum, reach) => sum + Math.min(0, reach), offset);
        const high = reaches.reduce((sum, reach) => sum + Math.max(0, reach), offset);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThan(inputs[which]!.shape[axis]!);
      }),
    );
  }

  test('indices lie inside, and results are what they were', () => {
    const samples = [...opSamples.contract, ...opSamples.reduce].filter(({ tolerance = {} }) => !tolerance.absolute);
    samples.forEach((sample, i) => {
      const { program, parameters } = prepare(sample, variants[0]!, i);
      if (program.outputs.some(({ shape }) => sizeOf(shape) === 0) || sample.name.includes('nothing')) return;
      const after = legalize(program, new Set(), 4);
      for (const node of topologicalOrder(rootsOf(after))) if (node.op === 'contract') expectInside(node);
      const expected = evaluate(program.outputs, parameters);
      evaluate(after.outputs, parameters).forEach((value, output) =>
        expect(differenceOf(value, expected[output]!, { anyZero: true }), sample.name).toBeUndefined(),
      );
    });
  });

  test('updates of state are legal too', () => {
    const [x, w] = [input(0, [5, 3]), input(1, [3, 3])];
    const value = contract(x, w, { loops: [5, 3, 3], outputRank: 2, a: axes(0, 2), b: axes(1, 2) });
    const before: Program = { parameters: [x, w], outputs: [], updates: [{ parameter: 0, value }] };
    const after = legalize(before, new Set(), 4);
    expect(after.updates[0]!.value).not.toBe(value);
    const random = new RandomStream(1);
    const arrays = [x, w].map(({ shape }) => randomArray(random, 'float32', shape));
    expect(evaluate(rootsOf(after), arrays)).toEqual(evaluate(rootsOf(before), arrays));
  });
});
