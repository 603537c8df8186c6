// Element-wise graph ops as kernel operations.
import { isBinary, isUnary, type BinaryOp, type GraphNode, type UnaryOp } from '../ir/graph.js';
import type { KernelBinary, KernelExpr } from '../ir/kernel.js';
import * as math from './math.js';
import { binaryExpr, floatNumber, intNumber, selectExpr, unaryExpr, type ExprBuilder } from './math.js';

/** The value of an element-wise node from those of its inputs; undefined for other ops. */
export function emitElementwise(
  node: GraphNode,
  operands: readonly KernelExpr[],
  build: ExprBuilder,
): KernelExpr | undefined {
  if (isUnary(node)) return unaryRules[node.op](operands[0]!, build);
  if (isBinary(node)) return binaryRules[node.op](operands[0]!, operands[1]!, build);
  if (node.op === 'where') return selectExpr(operands[0]!, operands[1]!, operands[2]!);
  if (node.op === 'cast') return emitCast(node, operands[0]!);
  return undefined;
}

/** Numbers by dtype: see build.cast for what a cast means. */
function emitCast(node: GraphNode, value: KernelExpr): KernelExpr {
  const from = value.type.lane;
  const asInt = (): KernelExpr =>
    from === 'f32' ? unaryExpr('toInt', value) : from === 'mask' ? unaryExpr('maskToInt', value) : value;
  switch (node.dtype) {
    case 'bool':
      if (from === 'mask') return value;
      return binaryExpr('notEqual', value, from === 'f32' ? floatNumber(0, value.type) : intNumber(0, value.type));
    case 'int32':
      return asInt();
    case 'uint8': {
      const int = asInt();
      return binaryExpr('and', int, intNumber(255, int.type));
    }
    default:
      return from === 'f32' ? value : unaryExpr('toFloat', asInt());
  }
}

type UnaryRule = (x: KernelExpr, build: ExprBuilder) => KernelExpr;
type BinaryRule = (a: KernelExpr, b: KernelExpr, build: ExprBuilder) => KernelExpr;

function numberLike(value: number, like: KernelExpr): KernelExpr {
  return like.type.lane === 'f32' ? floatNumber(value, like.type) : intNumber(value, like.type);
}

const unaryRules: { readonly [Op in UnaryOp]: UnaryRule } = {
  neg: (x) => (x.type.lane === 'f32' ? unaryExpr('neg', x) : binaryExpr('sub', intNumber(0, x.type), x)),
  abs: (x) =>
    x.type.lane === 'f32' ? unaryExpr('abs', x) : binaryExpr('max', x, binaryExpr('sub', intNumber(0, x.type), x)),
  sign: (x) => {
    const zero = numberLike(0, x);
    const negative = selectExpr(binaryExpr('less', x, zero), numberLike(-1, x), x.type.lane === 'f32' ? x : zero);
    return selectExpr(binaryExpr('greater', x, zero), numberLike(1, x), negative);
  },
  floor: (x) => unaryExpr('floor', x),
  ceil: (x) => unaryExpr('ceil', x),
  round: (x) => unaryExpr('nearest', x),
  exp: math.exp,
  log: math.log,
  sqrt: (x) => unaryExpr('sqrt', x),
  roughSqrt: (x) => unaryExpr('roughSqrt', x),
  roughReciprocal: (x) => unaryExpr('roughReciprocal', x),
  flushSubnormal: (x) => unaryExpr('flushSubnormal', x),
  sin: (x, build) => math.sine(x, build, 0),
  cos: (x, build) => math.sine(x, build, 1),
  tanh: math.tanh,
  sigmoid: math.sigmoid,
  not: (x) => unaryExpr('not', x),
  isNaN: (x) => binaryExpr('notEqual', x, x),
  stopGradient: (x) => x,
};

const plain =
  (op: KernelBinary): BinaryRule =>
  (a, b) =>
    binaryExpr(op, a, b);

/** max with a number that is not NaN needs no care for NaN in it: pmax(x, number) keeps a NaN of x. */
const extreme =
  (op: 'max' | 'min'): BinaryRule =>
  (a, b) => {
    if (a.type.lane !== 'f32') return binaryExpr(op, a, b);
    const quick = op === 'max' ? 'pmax' : 'pmin';
    if (b.kind === 'number' && !Number.isNaN(b.value)) return binaryExpr(quick, a, b);
    if (a.kind === 'number' && !Number.isNaN(a.value)) return binaryExpr(quick, b, a);
    return binaryExpr(op, a, b);
  };

const binaryRules: { readonly [Op in BinaryOp]: BinaryRule } = {
  add: plain('add'),
  sub: plain('sub'),
  mul: plain('mul'),
  div: plain('div'),
  floorDiv: (a, b, build) => {
    if (a.type.lane === 'f32') return unaryExpr('floor', binaryExpr('div', a, b));
    const quotient = build.keep(binaryExpr('intDiv', a, b));
    const remainder = build.keep(binaryExpr('sub', a, binaryExpr('mul', quotient, b)));
    const lower = build.keep(binaryExpr('sub', quotient, intNumber(1, a.type)));
    const floored = selectExpr(signsDiffer(remainder, b), lower, quotient);
    return selectExpr(binaryExpr('equal', b, intNumber(0, b.type)), intNumber(0, b.type), floored);
  },
  mod: (a, b, build) => {
    if (a.type.lane === 'f32') {
      const quotient = build.keep(unaryExpr('floor', binaryExpr('div', a, b)));
      return binaryExpr('sub', a, binaryExpr('mul', quotient, b));
    }
    const quotient = build.keep(binaryExpr('intDiv', a, b));
    const remainder = build.keep(binaryExpr('sub', a, binaryExpr('mul', quotient, b)));
    const shiftedUp = build.keep(binaryExpr('add', remainder, b));
    const result = selectExpr(signsDiffer(remainder, b), shiftedUp, remainder);
    return selectExpr(binaryExpr('equal', b, intNumber(0, b.type)), intNumber(0, b.type), result);
  },
  pow: (a, b, build) => {
    if (b.kind === 'number') {
      if (b.value === 2) return binaryExpr('mul', a, a);
      if (b.value === 1) return a;
      if (b.value === 3) return binaryExpr('mul', build.keep(binaryExpr('mul', a, a)), a);
      if (b.value === -1) return binaryExpr('div', floatNumber(1, a.type), a);
    }
    return math.pow(a, b, build);
  },
  max: extreme('max'),
  min: extreme('min'),
  equal: plain('equal'),
  notEqual: plain('notEqual'),
  less: plain('less'),
  lessEqual: plain('lessEqual'),
  greater: plain('greater'),
  greaterEqual: plain('greaterEqual'),
  and: plain('and'),
  or: plain('or'),
};

/** remainder is not 0 and its sign is not that of the divisor */
function signsDiffer(remainder: KernelExpr, divisor: KernelExpr): KernelExpr {
  const zero = intNumber(0, divisor.type);
  return binaryExpr(
    'and',
    binaryExpr('notEqual', remainder, zero),
    binaryExpr('less', binaryExpr('xor', remainder, divisor), zero),
  );
}
