// Element-wise ops: a scalar function each, and the loops that apply it to flat arrays. The builders have broadcast and
// converted all operands, so that there is no index arithmetic here.
import { isFloat, type DType } from '../../base/dtype.js';
import { InternalError } from '../../base/errors.js';
import { roundHalfToEven } from '../../base/rounding.js';
import { sameShape } from '../../base/shape.js';
import { describe, saturateToInt32 } from '../../ir/build.js';
import type { ArithmeticOp, BinaryOp, ComparisonOp, GraphNode, LogicalOp, UnaryOp } from '../../ir/graph.js';
import { unaryOps, arithmeticOps, comparisonOps, logicalOps } from '../../ir/graph.js';
import type { Compute, Rule, RulesFor } from './rule.js';

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

const unaryFunctions: { readonly [Op in UnaryOp]: Unary } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN),
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  roughSqrt: Math.sqrt,
  roughReciprocal: (x) => 1 / x,
  flushSubnormal: (x) => (Math.abs(x) < 2 ** -126 ? 0 : x),
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  not: (x) => (x === 0 ? 1 : 0),
  isNaN: (x) => (Number.isNaN(x) ? 1 : 0),
  stopGradient: (x) => x,
};

/** What is left of a / b after `floorDivide`: has the sign of b. */
function modulo(a: number, b: number): number {
  const remainder = a % b;
  if (remainder === 0) return b < 0 ? -0 : 0;
  return remainder < 0 === b < 0 || Number.isNaN(remainder) ? remainder : remainder + b;
}

/**
 * The largest whole number not above a / b. By way of the exact remainder: the quotient itself may have been rounded up
 * to a whole number (1 / 0.1 is 10, yet 0.1 fits only 9 times).
 */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const remainder = a % b;
  const quotient = (a - remainder) / b;
  const whole = Math.round(quotient);
  return remainder !== 0 && remainder < 0 !== b < 0 ? whole - 1 : whole;
}

/** IEEE 754's pow: unlike Math.pow, 1 to any power is 1, and so is -1 to an infinite one. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return Math.pow(base, exponent);
}

/** What the op computes of floats and, where it takes them, of int32. */
const arithmeticFunctions: { readonly [Op in ArithmeticOp]: { readonly float: Binary; readonly int?: Binary } } = {
  // Sums of int32 are exact in a double; storing takes them modulo 2^32.
  add: { float: (a, b) => a + b, int: (a, b) => a + b },
  sub: { float: (a, b) => a - b, int: (a, b) => a - b },
  mul: { float: (a, b) => a * b, int: Math.imul },
  div: { float: (a, b) => a / b },
  floorDiv: { float: floorDivide, int: (a, b) => (b === 0 ? 0 : Math.floor(a / b)) },
  mod: { float: modulo, int: (a, b) => (b === 0 ? 0 : modulo(a, b)) },
  pow: { float: power },
  // Math.max and Math.min give NaN when either operand is NaN.
  max: { float: Math.max, int: Math.max },
  min: { float: Math.min, int: Math.min },
};

const comparisonFunctions: { readonly [Op in ComparisonOp]: Binary } = {
  equal: (a, b) => (a === b ? 1 : 0),
  notEqual: (a, b) => (a !== b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  greater: (a, b) => (a > b ? 1 : 0),
  greaterEqual: (a, b) => (a >= b ? 1 : 0),
};

const logicalFunctions: { readonly [Op in LogicalOp]: Binary } = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
};

/** What a stored element becomes as an element of `dtype`; undefined where storing it is enough. */
function conversion(from: DType, to: DType): Unary | undefined {
  switch (to) {
    case 'float32':
    case 'float64':
      return undefined;
    case 'int32':
      return isFloat(from) ? saturateToInt32 : undefined;
    case 'uint8':
      return isFloat(from) ? (x) => saturateToInt32(x) & 255 : undefined;
    case 'bool':
      return from === 'bool' ? undefined : (x) => (x !== 0 ? 1 : 0);
  }
}

/** @throws InternalError if the inputs are not of the node's shape: the loops below rely on it. */
function checkShapes(node: GraphNode): void {
  for (const input of node.inputs) {
    if (!sameShape(input.shape, node.shape))
      throw new InternalError(
        `${node.op}: expected inputs of the shape of ${describe(node)}, received ${describe(input)}.`,
      );
  }
}

const copy: Compute = ([source], output) => output.set(source!);

function mapOne(apply: Unary): Compute {
  return ([x], output) => {
    for (let i = 0; i < output.length; i++) output[i] = apply(x![i]!);
  };
}

function mapTwo(apply: Binary): Compute {
  return ([a, b], output) => {
    for (let i = 0; i < output.length; i++) output[i] = apply(a![i]!, b![i]!);
  };
}

function unaryRule(op: UnaryOp): Rule<UnaryOp> {
  return (node) => {
    checkShapes(node);
    return op === 'stopGradient' ? copy : mapOne(unaryFunctions[op]);
  };
}

function arithmeticRule(op: ArithmeticOp): Rule<ArithmeticOp> {
  return (node) => {
    checkShapes(node);
    const { float, int } = arithmeticFunctions[op];
    const apply = isFloat(node.dtype) ? float : node.dtype === 'int32' ? int : undefined;
    if (!apply) throw new InternalError(`${op}: does not take ${node.dtype}; the builders convert its operands.`);
    return mapTwo(apply);
  };
}

function plainRule(apply: Binary): Rule<BinaryOp> {
  return (node) => {
    checkShapes(node);
    return mapTwo(apply);
  };
}

function tableOf<Op extends string, Value>(
  ops: readonly Op[],
  valueOf: (op: Op) => Value,
): { readonly [Name in Op]: Value } {
  return Object.fromEntries(ops.map((op) => [op, valueOf(op)])) as { readonly [Name in Op]: Value };
}

export const elementwiseRules: RulesFor<UnaryOp | BinaryOp | 'where' | 'cast'> = {
  ...tableOf(unaryOps, unaryRule),
  ...tableOf(arithmeticOps, arithmeticRule),
  ...tableOf(comparisonOps, (op) => plainRule(comparisonFunctions[op])),
  ...tableOf(logicalOps, (op) => plainRule(logicalFunctions[op])),
  where: (node) => {
    checkShapes(node);
    return ([condition, a, b], output) => {
      for (let i = 0; i < output.length; i++) output[i] = condition![i] !== 0 ? a![i]! : b![i]!;
    };
  },
  cast: (node) => {
    checkShapes(node);
    const convert = conversion(node.inputs[0]!.dtype, node.dtype);
    return convert ? mapOne(convert) : copy;
  },
};
