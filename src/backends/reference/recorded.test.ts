// The reference backend against values recorded from NumPy (tools/golden/ops.py), through the builders of the graph.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { arrayOf } from '../../../tests/support/graph-values.js';
import type { DType } from '../../base/dtype.js';
import { normalizeAxes, normalizeAxis, type Shape } from '../../base/shape.js';
import {
  argMax,
  binary,
  broadcastTo,
  cast,
  concat,
  constant,
  contract,
  data,
  gather,
  iota,
  loopAxis,
  pad,
  permute,
  reduce,
  reshape,
  slice,
  unary,
  where,
} from '../../ir/build.js';
import type { AxisIndex, BinaryOp, GraphNode, ReduceKind, UnaryOp } from '../../ir/graph.js';
import { evaluate } from './evaluate.js';

type RecordedNumber = number | 'NaN' | 'Infinity' | '-Infinity';

interface RecordedArray {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: readonly RecordedNumber[];
}

/** What the recorded ops carry; each has some of these. */
interface Attributes {
  readonly axis: number | null;
  readonly axes: number | readonly number[] | null;
  readonly keepdims: boolean;
  readonly shape: Shape;
  readonly widths: readonly (readonly [number, number])[];
  readonly value: RecordedNumber;
  readonly starts: readonly number[];
  readonly stops: readonly number[];
  readonly steps: readonly number[];
  readonly classes: number;
  readonly dtype: DType;
  readonly offset: number;
}

interface Case {
  readonly name: string;
  readonly op: string;
  readonly attributes: Attributes;
  readonly inputs: readonly RecordedArray[];
  readonly output: RecordedArray;
}

const recorded = JSON.parse(readFileSync(new URL('../../../tests/golden/ops.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

type Build = (inputs: readonly GraphNode[], attributes: Attributes) => GraphNode;

const one = (op: UnaryOp): Build => {
  return ([x]) => unary(op, x!);
};
const two = (op: BinaryOp): Build => {
  return ([a, b]) => binary(op, a!, b!);
};
const scalar = (value: number, like: GraphNode): GraphNode => constant(value, [], like.dtype);

const axesOf = ({ shape }: GraphNode, axes: Attributes['axes']): number[] =>
  normalizeAxes(axes ?? undefined, shape.length, 'test');

function dropAxes(x: GraphNode, axes: readonly number[], keepdims: boolean): GraphNode {
  return keepdims
    ? x
    : reshape(
        x,
        x.shape.filter((_, axis) => !axes.includes(axis)),
      );
}

const reduction = (kind: ReduceKind): Build => {
  return ([x], attributes) => {
    const axes = axesOf(x!, attributes.axes);
    return dropAxes(reduce(kind, x!, axes), axes, attributes.keepdims);
  };
};

const argument = (sign: (x: GraphNode) => GraphNode): Build => {
  return ([x], { axis, keepdims }) => {
    const axes = axesOf(x!, axis);
    return dropAxes(argMax(sign(x!), axes), axes, keepdims);
  };
};

/** Over [..., M, K] and [..., K, N], each of rank 1 or more. */
const matmul: Build = ([first, second]) => {
  const a = first!.shape.length === 1 ? reshape(first!, [1, ...first!.shape]) : first!;
  const b = second!.shape.length === 1 ? reshape(second!, [...second!.shape, 1]) : second!;
  const aBatch = a.shape.slice(0, -2);
  const bBatch = b.shape.slice(0, -2);
  const rank = Math.max(aBatch.length, bBatch.length);
  const loopOf = (batch: Shape, axis: number): number => rank - batch.length + axis;
  const batchSizes = Array.from({ length: rank }, (_, loop) => {
    const sizes = [aBatch, bBatch].map((batch) => batch[loop - rank + batch.length] ?? 1);
    return Math.max(...sizes);
  });
  const batchIndex = (batch: Shape): AxisIndex[] =>
    batch.map((size, axis) => (size === 1 ? { terms: [], offset: 0 } : loopAxis(loopOf(batch, axis))));
  const [M, N, K] = [a.shape.at(-2)!, b.shape.at(-1)!, a.shape.at(-1)!];
  const product = contract(a, b, {
    loops: [...batchSizes, M, N, K],
    outputRank: rank + 2,
    a: [...batchIndex(aBatch), loopAxis(rank), loopAxis(rank + 2)],
    b: [...batchIndex(bBatch), loopAxis(rank + 2), loopAxis(rank + 1)],
  });
  const shape = [...batchSizes];
  if (first!.shape.length > 1) shape.push(M);
  if (second!.shape.length > 1) shape.push(N);
  return reshape(product, shape);
};

const permuteTo = (x: GraphNode, axes: Attributes['axes']): GraphNode =>
  permute(x, Array.isArray(axes) ? (axes as number[]) : x.shape.map((_, axis) => x.shape.length - 1 - axis));

/** A recorded shape with its -1 worked out. */
function wholeShape(x: GraphNode, shape: Shape): number[] {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const count = x.shape.reduce((product, size) => product * size, 1);
  return shape.map((size) => (size === -1 ? count / known : size));
}

const builds: Readonly<Record<string, Build>> = {
  add: two('add'),
  subtract: two('sub'),
  multiply: two('mul'),
  divide: two('div'),
  true_divide: two('div'),
  floor_divide: two('floorDiv'),
  remainder: two('mod'),
  maximum: two('max'),
  minimum: two('min'),
  power: two('pow'),
  equal: two('equal'),
  not_equal: two('notEqual'),
  less: two('less'),
  less_equal: two('lessEqual'),
  greater: two('greater'),
  greater_equal: two('greaterEqual'),
  logical_and: two('and'),
  logical_or: two('or'),
  logical_xor: two('notEqual'),
  logical_not: one('not'),
  negative: one('neg'),
  absolute: one('abs'),
  sign: one('sign'),
  exp: one('exp'),
  log: one('log'),
  sqrt: one('sqrt'),
  sin: one('sin'),
  cos: one('cos'),
  tanh: one('tanh'),
  sigmoid: one('sigmoid'),
  floor: one('floor'),
  ceil: one('ceil'),
  rint: one('round'),
  isnan: one('isNaN'),
  isinf: ([x]) => binary('equal', unary('abs', x!), scalar(Infinity, x!)),
  isfinite: ([x]) => binary('less', unary('abs', x!), scalar(Infinity, x!)),
  square: ([x]) => binary('mul', x!, x!),
  reciprocal: ([x]) => binary('div', scalar(1, x!), x!),
  relu: ([x]) => binary('max', x!, scalar(0, x!)),
  where: ([condition, a, b]) => where(condition!, a!, b!),

  sum: reduction('sum'),
  prod: reduction('prod'),
  max: reduction('max'),
  min: reduction('min'),
  mean: ([x], attributes) => {
    const axes = axesOf(x!, attributes.axes);
    // Divided as a double, as the recorded values were: rounding to float32 comes last.
    const sum = reduce('sum', cast(x!, 'float64'), axes);
    const count = axes.reduce((product, axis) => product * x!.shape[axis]!, 1);
    return dropAxes(cast(binary('div', sum, scalar(count, sum)), 'float32'), axes, attributes.keepdims);
  },
  argmax: argument((x) => x),
  argmin: argument((x) => unary('neg', x)),

  matmul,

  transpose: ([x], { axes }) => permuteTo(x!, axes),
  reshape: ([x], { shape }) => reshape(x!, wholeShape(x!, shape)),
  transpose_reshape: ([x], { axes, shape }) => reshape(permuteTo(x!, axes), shape),
  flip: ([x], { axes }) =>
    slice(
      x!,
      x!.shape.map((size, axis) =>
        axesOf(x!, axes).includes(axis) ? { start: size - 1, size, step: -1 } : { start: 0, size, step: 1 },
      ),
    ),
  broadcast_to: ([x], { shape }) => broadcastTo(x!, shape),
  pad: ([x], { widths, value }) =>
    pad(
      x!,
      widths.map(([low, high]) => ({ low, high, interior: 0 })),
      Number(value),
    ),
  slice: ([x], { starts, stops, steps }) =>
    slice(
      x!,
      starts.map((start, axis) => ({
        start,
        size: Math.ceil((stops[axis]! - start) / steps[axis]!),
        step: steps[axis]!,
      })),
    ),
  concatenate: (parts, { axis }) => concat(parts, normalizeAxis(axis!, parts[0]!.shape.length, 'test')),
  stack: (parts, { axis }) => {
    const along = normalizeAxis(axis!, parts[0]!.shape.length + 1, 'test');
    return concat(
      parts.map((part) => reshape(part, part.shape.toSpliced(along, 0, 1))),
      along,
    );
  },
  take: ([x, indices], { axis }) => {
    const along = normalizeAxis(axis!, x!.shape.length, 'test');
    const axes = x!.shape.map((_, position) => position);
    const front = [along, ...axes.filter((position) => position !== along)];
    const picked = gather(permute(x!, front), indices!);
    // [...indices, ...rest] -> the indices' axes where the picked axis was.
    const indexAxes = indices!.shape.map((_, position) => position);
    const rest = axes.slice(1).map((_, position) => indexAxes.length + position);
    return permute(picked, [...rest.slice(0, along), ...indexAxes, ...rest.slice(along)]);
  },
  one_hot: ([labels], { classes, dtype }) => {
    const column = reshape(labels!, [...labels!.shape, 1]);
    const shape = [...labels!.shape, classes];
    return cast(binary('equal', column, iota(shape, labels!.shape.length)), dtype);
  },
  cast: ([x], { dtype }) => cast(x!, dtype),
};

/** Ops that the graph language does not have: src/tensor/ops composes them, and its tests compare them. */
const composed: ReadonlySet<string> = new Set([
  'fmod',
  'truncated_divide',
  'expm1',
  'log1p',
  'softplus',
  'rsqrt',
  'trunc',
  'erf',
  'any',
  'all',
  'repeat',
  'tile',
  'tril',
  'cumsum',
]);

/** Integers that this op of the graph language computes in float32. */
const floatsOnly = ({ op, inputs }: Case): boolean => op === 'power' && inputs[0]!.dtype === 'int32';

/** Functions whose last bit in double precision may differ between libraries. */
const inexact: ReadonlySet<string> = new Set(['exp', 'log', 'sin', 'cos', 'tanh', 'sigmoid', 'power']);

/** The number of float32 values from one number to another. */
function unitsApart(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const [x, y] = [...new Int32Array(Float32Array.of(a, b).buffer)].map((bits) =>
    bits < 0 ? -(bits & 0x7fffffff) : bits,
  );
  return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(x! - y!) : Infinity;
}

describe('values recorded from NumPy', () => {
  const known = recorded.cases.filter((item) => !composed.has(item.op) && !floatsOnly(item));

  test('are there for every op of the table', () => {
    const names = new Set(recorded.cases.map(({ op }) => op));
    expect(Object.keys(builds).filter((op) => !names.has(op))).toEqual([]);
    expect([...composed].filter((op) => !names.has(op) || op in builds)).toEqual([]);
  });

  test.each(known)('$name', ({ op, attributes, inputs, output }) => {
    const nodes = inputs.map(({ dtype, shape, data: values }) => data(arrayOf(dtype, shape, values.map(Number))));
    const build = builds[op];
    expect(build, `a way to build ${op}`).toBeDefined();
    // Where NumPy stays in bytes, and matmul in integers, the graph computes in int32 or float32.
    const result = evaluate([cast(build!(nodes, attributes), output.dtype)])[0]!;
    expect(result.shape).toEqual(output.shape);
    const apart = output.data.map((expected, i) => unitsApart(result.data[i]!, Number(expected)));
    const worst = Math.max(0, ...apart);
    const at = apart.indexOf(worst);
    const limit = inexact.has(op) ? 1 : 0;
    expect(worst, `element ${at}: expected ${output.data[at]}, received ${result.data[at]}`).toBeLessThanOrEqual(limit);
  });
});
