import { describe, expect, test } from 'vitest';
import {
  betweenWhole,
  checkGradients,
  distinct,
  nonzero,
  normal,
  positive,
  type Draw,
  type GradientSample,
} from '../../tests/support/gradient-check.js';
import { nodeOf, valuesOf } from '../../tests/support/graph-values.js';
import type { Shape } from '../base/shape.js';
import {
  binary,
  broadcastTo,
  cast,
  concat,
  constant,
  contract,
  data,
  fold,
  gather,
  loopAxis,
  pad,
  permute,
  reduce,
  reshape,
  scatterAdd,
  slice,
  unary,
  where,
  window,
} from '../ir/build.js';
import type { BinaryOp, GraphNode, OpName, PadAxis, ReduceKind, SliceAxis, UnaryOp, WindowAxis } from '../ir/graph.js';
import { gradients } from './gradients.js';

const shapes: readonly Shape[] = [[], [1], [7], [3, 5], [2, 0]];

const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [
    [3, 5],
    [3, 5],
  ],
  [[2, 3], []],
  [[4], [3, 1]],
  [
    [2, 1, 3],
    [5, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
];

const named = (values: unknown): string => JSON.stringify(values);

function ofUnary(op: UnaryOp, draw: Draw = normal): GradientSample[] {
  return shapes.map((shape) => ({ name: named(shape), shapes: [shape], draw, build: ([x]) => unary(op, x!) }));
}

function ofBinary(op: BinaryOp, draw: Draw | readonly Draw[] = normal): GradientSample[] {
  return pairs.map((both) => ({ name: named(both), shapes: both, draw, build: ([a, b]) => binary(op, a!, b!) }));
}

/** One input of each shape. */
function ofShapes<Item extends { readonly shape: Shape }>(
  items: readonly Item[],
  build: (x: GraphNode, item: Item) => GraphNode,
  draw: Draw = normal,
): GradientSample[] {
  return items.map((item) => ({ name: named(item), shapes: [item.shape], draw, build: ([x]) => build(x!, item) }));
}

const reductions = [
  { shape: [7], axes: [0] },
  { shape: [1], axes: [0] },
  { shape: [3, 4], axes: [0] },
  { shape: [3, 4], axes: [1] },
  { shape: [2, 3, 4], axes: [0, 2] },
  { shape: [2, 3, 2], axes: [0, 1, 2] },
  { shape: [2, 1, 3], axes: [1] },
  { shape: [0, 3], axes: [1] },
];

function ofReduce(kind: ReduceKind, draw: Draw = normal, ties: 'even' | 'first' = 'even'): GradientSample[] {
  return ofShapes(reductions, (x, { axes }) => reduce(kind, x, axes, ties), draw).map((sample) => ({
    ...sample,
    name: `${kind} ${ties} ${sample.name}`,
  }));
}

const slices: { shape: Shape; axes: SliceAxis[] }[] = [
  { shape: [7], axes: [{ start: 2, size: 3, step: 1 }] },
  { shape: [7], axes: [{ start: 1, size: 3, step: 2 }] },
  { shape: [7], axes: [{ start: 6, size: 3, step: -2 }] },
  { shape: [3], axes: [{ start: 2, size: 0, step: 1 }] },
  {
    shape: [4, 5],
    axes: [
      { start: 3, size: 4, step: -1 },
      { start: 1, size: 2, step: 3 },
    ],
  },
];

const pads: { shape: Shape; axes: PadAxis[] }[] = [
  { shape: [4], axes: [{ low: 2, high: 1, interior: 0 }] },
  { shape: [4], axes: [{ low: 0, high: 0, interior: 2 }] },
  { shape: [0], axes: [{ low: 2, high: 1, interior: 0 }] },
  {
    shape: [2, 3],
    axes: [
      { low: 1, high: 0, interior: 1 },
      { low: 0, high: 3, interior: 0 },
    ],
  },
];

const windows: { shape: Shape; axes: WindowAxis[] }[] = [
  { shape: [6], axes: [{ axis: 0, size: 3, stride: 1, dilation: 1 }] },
  { shape: [7], axes: [{ axis: 0, size: 2, stride: 3, dilation: 2 }] },
  {
    shape: [2, 5, 4, 3],
    axes: [
      { axis: 1, size: 2, stride: 2, dilation: 1 },
      { axis: 2, size: 2, stride: 1, dilation: 1 },
    ],
  },
  { shape: [0, 4], axes: [{ axis: 1, size: 2, stride: 1, dilation: 1 }] },
];

const rows: { shape: Shape; indices: GraphNode }[] = [
  { shape: [4], indices: nodeOf('int32', [3], [2, 0, 2]) },
  { shape: [4, 3], indices: nodeOf('int32', [2, 2], [1, 1, 3, 0]) },
  { shape: [3, 2], indices: nodeOf('int32', [], [1]) },
  { shape: [3, 2], indices: nodeOf('int32', [4], [-1, 3, 9, 1]) },
  { shape: [3, 2], indices: nodeOf('int32', [0], []) },
];

/** a in b * (k + 0.3) .. b * (k + 0.7) for some whole k: away from where a / b is whole. */
const aroundTwo: Draw = (random, count) => Array.from({ length: count }, () => 1.97 + 0.06 * random.uniform());
const betweenMultiplesOfTwo: Draw = (random, count) =>
  Array.from({ length: count }, () => 2 * (random.below(5) - 2) + 0.6 + 0.8 * random.uniform());

const withZeros: Draw = (random, count) =>
  Array.from({ length: count }, () => (random.below(3) === 0 ? 0 : random.normal()));

/** Why an op has no samples of its own. */
type Reason = string;

const leaf = 'has no inputs';
const makesNoFloats = 'its result is not of a float dtype';

const samples: { readonly [Op in OpName]: readonly GradientSample[] | Reason } = {
  parameter: shapes.map((shape) => ({ name: named(shape), shapes: [shape], build: ([x]) => x! })),
  data: leaf,
  constant: leaf,
  iota: leaf,
  random: 'its input is an integer counter',
  stopGradient: 'hides its derivative by design; see below',

  neg: ofUnary('neg'),
  abs: ofUnary('abs', nonzero),
  exp: ofUnary('exp'),
  log: ofUnary('log', positive),
  sqrt: ofUnary('sqrt', positive),
  roughSqrt: ofUnary('roughSqrt', positive),
  roughReciprocal: ofUnary('roughReciprocal', positive),
  flushSubnormal: ofUnary('flushSubnormal'),
  sin: ofUnary('sin'),
  cos: ofUnary('cos'),
  tanh: ofUnary('tanh'),
  sigmoid: ofUnary('sigmoid'),
  // Flat between their steps.
  sign: ofUnary('sign', nonzero),
  floor: ofUnary('floor', betweenWhole),
  ceil: ofUnary('ceil', betweenWhole),
  round: ofUnary('round', (random, count, input) => betweenWhole(random, count, input).map((x) => x + 0.5)),
  not: makesNoFloats,
  isNaN: makesNoFloats,

  add: ofBinary('add'),
  sub: ofBinary('sub'),
  mul: ofBinary('mul'),
  div: ofBinary('div', [normal, nonzero]),
  floorDiv: ofBinary('floorDiv', [betweenMultiplesOfTwo, aroundTwo]),
  mod: ofBinary('mod', [betweenMultiplesOfTwo, aroundTwo]),
  pow: [
    ...ofBinary('pow', [positive, normal]),
    ...[2, 3, -1, 1, 0].map((exponent): GradientSample => ({
      name: `to the constant ${exponent}`,
      shapes: [[3, 5]],
      draw: nonzero,
      build: ([x]) => binary('pow', x!, constant(exponent, [], 'float64')),
    })),
    {
      name: '0 to a power above 2',
      shapes: [[3]],
      draw: (_, count) => new Array<number>(count).fill(0),
      build: ([x]) => binary('pow', x!, constant(3, [], 'float64')),
    },
  ],
  max: ofBinary('max', distinct),
  min: ofBinary('min', distinct),
  equal: makesNoFloats,
  notEqual: makesNoFloats,
  less: makesNoFloats,
  lessEqual: makesNoFloats,
  greater: makesNoFloats,
  greaterEqual: makesNoFloats,
  and: makesNoFloats,
  or: makesNoFloats,
  where: [
    { shape: [3, 2], other: [3, 2] },
    { shape: [2], other: [3, 1] },
    { shape: [], other: [3, 2] },
  ].map(({ shape, other }) => ({
    name: named([shape, other]),
    shapes: [shape, other],
    build: ([a, b]) => where(nodeOf('bool', [3, 2], [1, 0, 0, 1, 1, 0]), a!, b!),
  })),
  // Through float32: a staircase of small steps, which a large difference does not see.
  cast: shapes.map((shape) => ({
    name: `to float32 and back ${named(shape)}`,
    shapes: [shape],
    step: 0.25,
    tolerance: 1e-5,
    build: ([x]) => cast(cast(x!, 'float32'), 'float64'),
  })),

  reduce: [
    ...ofReduce('sum'),
    ...ofReduce('prod'),
    ...ofReduce('prod', withZeros).map((sample) => ({ ...sample, name: `${sample.name} with zeros` })),
    ...ofReduce('max', distinct),
    ...ofReduce('min', distinct),
    ...ofReduce('max', distinct, 'first'),
    ...ofReduce('min', distinct, 'first'),
  ],
  argMax: makesNoFloats,
  contract: 'has a test file of its own',

  reshape: ofShapes(
    [
      { shape: [2, 3], to: [3, 2] },
      { shape: [], to: [1, 1] },
      { shape: [0, 2], to: [5, 0] },
    ],
    (x, { to }) => reshape(x, to),
  ),
  permute: ofShapes(
    [
      { shape: [2, 3], axes: [1, 0] },
      { shape: [2, 3, 4], axes: [2, 0, 1] },
    ],
    (x, { axes }) => permute(x, axes),
  ),
  broadcast: ofShapes(
    [
      { shape: [], to: [2, 3] },
      { shape: [3, 1], to: [2, 3, 4] },
      { shape: [1], to: [0] },
    ],
    (x, { to }) => broadcastTo(x, to),
  ),
  slice: ofShapes(slices, (x, { axes }) => slice(x, axes)),
  pad: ofShapes(pads, (x, { axes }) => pad(x, axes, 3)),
  concat: [
    {
      name: 'of three',
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      build: (parts) => concat(parts, 1),
    },
    {
      name: 'of a part twice',
      shapes: [
        [2, 3],
        [1, 3],
      ],
      build: ([a, b]) => concat([a!, b!, a!], 0),
    },
    { name: 'with an empty part', shapes: [[0], [3]], build: (parts) => concat(parts, 0) },
  ],
  window: ofShapes(windows, (x, { axes }) => window(x, axes)),
  fold: windows.map(({ shape, axes }) => ({
    name: named({ shape, axes }),
    shapes: [window(constant(0, shape, 'float64'), axes).shape],
    build: ([x]) => fold(x!, axes, shape),
  })),
  gather: rows.map(({ shape, indices }) => ({
    name: named({ shape, indices: valuesOf(indices) }),
    shapes: [shape],
    build: ([x]) => gather(x!, indices),
  })),
  scatterAdd: rows.map(({ shape, indices }) => ({
    name: named({ shape, indices: valuesOf(indices) }),
    shapes: [[...indices.shape, ...shape.slice(1)]],
    build: ([updates]) => scatterAdd(indices, updates!, shape[0]!),
  })),
};

describe('gradients agree with central differences', () => {
  for (const [op, entry] of Object.entries(samples)) {
    if (typeof entry === 'string') continue;
    for (const [position, sample] of entry.entries())
      test(`${op} ${sample.name}`, () => checkGradients(sample, 1000 + position));
  }

  test('of a composition in which values are used many times', () => {
    const sample: GradientSample = {
      name: 'softmax cross entropy of two layers',
      shapes: [
        [4, 3],
        [3, 5],
        [5, 2],
      ],
      build: ([x, first, second]) => {
        const product = (a: GraphNode, b: GraphNode): GraphNode =>
          contract(a, b, {
            loops: [a.shape[0]!, b.shape[1]!, a.shape[1]!],
            outputRank: 2,
            a: [loopAxis(0), loopAxis(2)],
            b: [loopAxis(2), loopAxis(1)],
          });
        const hidden = unary('tanh', product(x!, first!));
        const logits = product(binary('add', hidden, binary('mul', hidden, hidden)), second!);
        const largest = unary('stopGradient', reduce('max', logits, [1]));
        const shifted = binary('sub', logits, largest);
        return binary('sub', shifted, unary('log', reduce('sum', unary('exp', shifted), [1])));
      },
    };
    checkGradients(sample, 7);
  });
});

describe('gradients where differences cannot tell', () => {
  const scalarSum = (x: GraphNode): GraphNode => reshape(reduce('sum', x, [0]), []);
  const gradientAt = (values: number[], build: (x: GraphNode) => GraphNode): number[] => {
    const x = data({ dtype: 'float64', shape: [values.length], data: Float64Array.from(values) });
    return valuesOf(gradients(scalarSum(build(x)), [x])[0]!).map((g) => g + 0);
  };
  const zero = constant(0, [], 'float64');

  test('relu has gradient 0 at 0, and so has abs', () => {
    expect(gradientAt([-1, 0, 2], (x) => binary('max', x, zero))).toEqual([0, 0, 1]);
    expect(gradientAt([-1, 0, 2], (x) => unary('abs', x))).toEqual([-1, 0, 1]);
  });

  test('equal largest elements share the gradient, or the first one takes it', () => {
    for (const kind of ['max', 'min'] as const) {
      const tied = kind === 'max' ? [3, 1, 3, 3] : [-3, 1, -3, -3];
      expect(gradientAt(tied, (x) => reduce(kind, x, [0], 'even'))).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
      expect(gradientAt(tied, (x) => reduce(kind, x, [0], 'first'))).toEqual([1, 0, 0, 0]);
    }
    const square = (x: GraphNode): GraphNode => reduce('max', reshape(x, [2, 2, 2]), [0, 2], 'first');
    expect(gradientAt([1, 5, 2, 2, 5, 5, 7, 7], (x) => reshape(square(x), [2]))).toEqual([0, 1, 0, 0, 0, 0, 1, 0]);
  });

  test('stopGradient lets the value through and no gradient', () => {
    const stopped = (x: GraphNode): GraphNode => binary('mul', x, unary('stopGradient', x));
    expect(gradientAt([2, -3], stopped)).toEqual([2, -3]);
    expect(gradientAt([2, -3], (x) => unary('stopGradient', x))).toEqual([0, 0]);
  });

  test('no gradient passes through integers and comparisons', () => {
    const positiveOnly = (x: GraphNode): GraphNode => cast(binary('greater', x, zero), 'float64');
    expect(gradientAt([2, -3], positiveOnly)).toEqual([0, 0]);
    expect(gradientAt([2, -3], (x) => binary('mul', x, cast(cast(x, 'int32'), 'float64')))).toEqual([2, -3]);
  });

  test('where the other branch is NaN or infinite, the gradient is still that of the branch taken', () => {
    const safe = (x: GraphNode): GraphNode => where(binary('greater', x, zero), unary('log', x), x);
    expect(gradientAt([2, -3], safe)).toEqual([0.5, 1]);
  });

  test('the exponent of 0 has gradient 0', () => {
    const base = nodeOf('float64', [2], [0, 2]);
    expect(gradientAt([3, 1], (x) => binary('pow', base, x))).toEqual([0, 2 * Math.log(2)]);
  });
});

test('gradients take a seed for what is not a scalar, and are 0 where nothing depends', () => {
  const x = nodeOf('float64', [3], [1, 2, 3]);
  const unrelated = nodeOf('float64', [2], [1, 2]);
  const seed = nodeOf('float64', [3], [1, 10, 100]);
  const [toX, toUnrelated] = gradients(binary('mul', x, x), [x, unrelated], seed);
  expect(valuesOf(toX!)).toEqual([2, 40, 600]);
  expect(valuesOf(toUnrelated!)).toEqual([0, 0]);
});
