// Samples of the ops that work element by element.
import type { DType } from '../../../src/base/dtype.js';
import type { Shape } from '../../../src/base/shape.js';
import { binary, broadcastTo, cast, constant, unary, where } from '../../../src/ir/build.js';
import type { BinaryOp, ComparisonOp, GraphNode, UnaryOp } from '../../../src/ir/graph.js';
import { positive, type Draw } from '../../support/gradient-check.js';
import type { Tolerance } from '../../support/tolerance.js';
import type { Sample } from '../sample.js';
import { anyInt, edges, exactDivisors, intEdges, quarters, specials, uniform, whole } from './draws.js';

const shapes: readonly Shape[] = [[], [1], [7], [3, 5], [2, 0], [4, 1, 9]];
/** Long enough to be split among threads, with something left over. */
const long: Shape = [3, 701];

const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [
    [3, 5],
    [3, 5],
  ],
  [[2, 6], []],
  [[5], [3, 1]],
  [
    [2, 1, 4],
    [5, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [[2053], [1]],
];

const text = (shapesOf: readonly Shape[]): string => shapesOf.map((shape) => `[${shape.join(', ')}]`).join(' and ');

interface Options {
  readonly dtype?: DType;
  readonly draw?: Draw;
  readonly second?: Draw;
  readonly tolerance?: Tolerance;
  readonly shapes?: readonly Shape[];
}

function ofUnary(op: UnaryOp, options: Options = {}): Sample[] {
  const { dtype = 'float32', draw = specials, tolerance = {} } = options;
  return (options.shapes ?? [...shapes, long]).map((shape) => ({
    name: `${dtype} ${text([shape])}`,
    inputs: [{ shape, dtype, draw }],
    build: (x) => unary(op, x),
    tolerance,
  }));
}

function ofBinary(op: BinaryOp, options: Options = {}): Sample[] {
  const { dtype = 'float32', draw = specials, second = draw, tolerance = {} } = options;
  return pairs.map(([a, b]) => ({
    name: `${dtype} ${text([a, b])}`,
    inputs: [
      { shape: a, dtype, draw },
      { shape: b, dtype, draw: second },
    ],
    build: (x, y) => binary(op, x, y),
    tolerance,
  }));
}

const few: readonly Shape[] = [[], [7], [3, 5]];

/** Operands of different dtypes, and of those that have no arithmetic of their own. */
function ofMixed(op: BinaryOp, dtypes: readonly DType[] = ['uint8', 'bool', 'int32', 'float32']): Sample[] {
  return dtypes.flatMap((a) =>
    dtypes
      .filter((b) => a !== b || a === 'uint8' || a === 'bool')
      .map((b) => ({
        name: `${a} and ${b}`,
        inputs: [
          { shape: [3, 5], dtype: a, ...(a === 'float32' ? { draw: quarters } : {}) },
          { shape: [5], dtype: b, ...(b === 'float32' ? { draw: quarters } : {}) },
        ],
        build: (x, y) => binary(op, x, y),
      })),
  );
}

/** The other operand is a constant, on either side. */
function ofConstants(op: BinaryOp, values: readonly number[], options: Options = {}): Sample[] {
  const { dtype = 'float32', draw = specials, tolerance = {} } = options;
  return values.flatMap((value): Sample[] => [
    {
      name: `${dtype} x and constant ${Object.is(value, -0) ? '-0' : value}`,
      inputs: [{ shape: [3, 5], dtype, draw }],
      build: (x) => binary(op, x, constant(value, [], dtype)),
      tolerance,
    },
    {
      name: `constant ${Object.is(value, -0) ? '-0' : value} and ${dtype} x`,
      inputs: [{ shape: [3, 5], dtype, draw }],
      build: (x) => binary(op, constant(value, [], dtype), x),
      tolerance,
    },
    {
      name: `two ${dtype} constants, ${Object.is(value, -0) ? '-0' : value} the second`,
      inputs: [],
      build: () => binary(op, constant(value - 3, [2], dtype), constant(value, [2], dtype)),
      tolerance,
    },
  ]);
}

const arithmetic = (op: BinaryOp): Sample[] => [
  ...ofBinary(op),
  ...ofBinary(op, { dtype: 'int32', draw: intEdges }),
  ...ofMixed(op),
  ...ofConstants(op, [0, -0, 1, -1, 2.5, NaN, Infinity]),
  ...ofConstants(op, [0, 1, -1, 2147483647], { dtype: 'int32', draw: intEdges }),
];

const extreme = (op: 'max' | 'min'): Sample[] =>
  // Which of two zeros wins is left open.
  arithmetic(op).map((sample) => ({ ...sample, tolerance: { anyZero: true } }));

const comparison = (op: ComparisonOp): Sample[] => [
  ...ofBinary(op),
  ...ofBinary(op, { dtype: 'int32', draw: intEdges }),
  ...ofMixed(op),
  ...ofConstants(op, [0, 1, NaN]),
];

const constantFolds = (op: UnaryOp, values: readonly number[], dtype: DType = 'float32'): Sample => ({
  name: `${dtype} constants`,
  inputs: [],
  build: () => values.map((value) => unary(op, constant(value, [3], dtype))),
});

const signedInts = (op: UnaryOp): Sample[] => [
  ...ofUnary(op, { dtype: 'int32', draw: intEdges }),
  ...ofUnary(op, {
    dtype: 'uint8',
    draw: (random, count) => Array.from({ length: count }, () => random.below(256)),
    shapes: few,
  }),
  constantFolds(op, [0, 5, -2147483648, 2147483647], 'int32'),
];

/** Float quotients away from where rounding reaches a whole number: see the op's definition. A 0 may have either sign. */
const quotients: readonly Sample[] = ofBinary('floorDiv', {
  draw: quarters,
  second: exactDivisors,
  tolerance: { anyZero: true },
});

export const elementwiseSamples = {
  neg: [...ofUnary('neg'), ...signedInts('neg'), constantFolds('neg', [0, -0, 2.5, NaN])],
  abs: [...ofUnary('abs'), ...signedInts('abs'), constantFolds('abs', [0, -0, -2.5, NaN])],
  sign: [...ofUnary('sign', { tolerance: { anyZero: true } }), ...signedInts('sign')],
  floor: [...ofUnary('floor'), constantFolds('floor', [-0, 2.5, -2.5, NaN, Infinity])],
  ceil: [...ofUnary('ceil'), constantFolds('ceil', [-0, -0.5, 2.5, NaN, Infinity])],
  round: [...ofUnary('round'), ...ofUnary('round', { draw: quarters, shapes: few })],
  exp: [
    ...ofUnary('exp', { draw: uniform(-100, 90), tolerance: { ulps: 1.5 } }),
    ...ofUnary('exp', { dtype: 'int32', shapes: few, tolerance: { ulps: 1.5 } }),
  ],
  log: [
    ...ofUnary('log', { draw: positive, tolerance: { ulps: 2.5 } }),
    ...ofUnary('log', { shapes: few, tolerance: { ulps: 2.5 } }),
    ...ofUnary('log', { dtype: 'uint8', shapes: few, tolerance: { ulps: 2.5 } }),
  ],
  sqrt: [...ofUnary('sqrt'), constantFolds('sqrt', [2, -0, -1, Infinity])],
  roughSqrt: ofUnary('roughSqrt', { draw: positive, tolerance: { ulps: 4 } }),
  roughReciprocal: ofUnary('roughReciprocal', { draw: positive, tolerance: { ulps: 4 } }),
  flushSubnormal: [
    ...ofUnary('flushSubnormal'),
    constantFolds('flushSubnormal', [2 ** -126, -(2 ** -127), 2 ** -149, -(2 ** -126), Infinity, NaN]),
  ],
  sin: ofUnary('sin', { draw: uniform(-30, 30), tolerance: { absolute: 2 ** -22 } }),
  cos: ofUnary('cos', { draw: uniform(-30, 30), tolerance: { absolute: 2 ** -22 } }),
  tanh: ofUnary('tanh', { draw: uniform(-12, 12), tolerance: { ulps: 2.5 } }),
  sigmoid: ofUnary('sigmoid', { draw: uniform(-30, 30), tolerance: { ulps: 3.5 } }),
  not: ofUnary('not', { dtype: 'bool', draw: (random, count) => Array.from({ length: count }, () => random.below(2)) }),
  isNaN: ofUnary('isNaN'),
  stopGradient: [
    ...ofUnary('stopGradient', { shapes: few }),
    ...ofUnary('stopGradient', { dtype: 'int32', draw: anyInt, shapes: few }),
  ],

  add: arithmetic('add'),
  sub: arithmetic('sub'),
  mul: arithmetic('mul'),
  div: [...ofBinary('div'), ...ofMixed('div'), ...ofConstants('div', [0, -0, 1, -1, 3, NaN])],
  floorDiv: [
    ...quotients,
    ...ofBinary('floorDiv', { dtype: 'int32', draw: intEdges }),
    ...ofMixed('floorDiv', ['uint8', 'bool', 'int32']),
    ...ofConstants('floorDiv', [2, -4, 0.5], { draw: quarters, tolerance: { anyZero: true } }),
    ...ofConstants('floorDiv', [3, -3, 0, -1], { dtype: 'int32', draw: intEdges }),
  ],
  mod: [
    ...quotients.map((sample) => ({
      ...sample,
      build: (a: GraphNode, b: GraphNode) => binary('mod', a, b),
      tolerance: { anyZero: true },
    })),
    ...ofBinary('mod', { dtype: 'int32', draw: intEdges }),
    ...ofMixed('mod', ['uint8', 'bool', 'int32']),
    ...ofConstants('mod', [2, -4, 0.5], { draw: quarters, tolerance: { anyZero: true } }),
    ...ofConstants('mod', [3, -3, 0, -1], { dtype: 'int32', draw: intEdges }),
  ],
  pow: [
    ...ofBinary('pow', { draw: positive, second: uniform(-3, 3), tolerance: { ulps: 32 } }),
    ...ofBinary('pow', { draw: quarters, second: whole, tolerance: { ulps: 64 } }),
    ...ofConstants('pow', [2, 3, 1, -1, 0, 0.5], { draw: positive, tolerance: { ulps: 32 } }),
    ...ofConstants('pow', [2, 3, 1, -1, 0], { draw: specials, tolerance: { ulps: 32, anyZero: true } }),
  ],
  max: extreme('max'),
  min: extreme('min'),
  equal: comparison('equal'),
  notEqual: comparison('notEqual'),
  less: comparison('less'),
  lessEqual: comparison('lessEqual'),
  greater: comparison('greater'),
  greaterEqual: comparison('greaterEqual'),
  and: ofBinary('and', {
    dtype: 'bool',
    draw: (random, count) => Array.from({ length: count }, () => random.below(2)),
  }),
  or: ofBinary('or', { dtype: 'bool', draw: (random, count) => Array.from({ length: count }, () => random.below(2)) }),

  where: (['float32', 'int32', 'uint8', 'bool'] as const).flatMap((dtype): Sample[] => [
    ...shapes.map(
      (shape) =>
        ({
          name: `${dtype} ${text([shape])}`,
          inputs: [
            { shape, dtype: 'bool' as const },
            { shape, dtype },
            { shape, dtype },
          ],
          build: (condition, a, b) => where(condition, a, b),
        }) satisfies Sample,
    ),
    {
      name: `${dtype} that broadcast`,
      inputs: [
        { shape: [4, 1], dtype: 'bool' },
        { shape: [3], dtype },
        { shape: [], dtype },
      ],
      build: (condition, a, b) => where(condition, a, b),
    },
    {
      name: `${dtype} and conditions that are known`,
      inputs: [
        { shape: [6], dtype },
        { shape: [6], dtype },
      ],
      build: (a, b) => [where(constant(1, [6], 'bool'), a, b), where(constant(0, [6], 'bool'), a, b)],
    },
  ]),

  cast: (['float32', 'int32', 'uint8', 'bool'] as const).flatMap((from) =>
    (['float32', 'int32', 'uint8', 'bool'] as const).flatMap((to) =>
      [...few, long].map((shape): Sample => ({
        name: `${from} ${text([shape])} to ${to}`,
        inputs: [
          {
            shape,
            dtype: from,
            ...(from === 'float32' ? { draw: edges } : from === 'int32' ? { draw: intEdges } : {}),
          },
        ],
        build: (x) => broadcastTo(cast(x, to), [2, ...shape]),
      })),
    ),
  ),
} as const;
