// Simplifies: equal computations become one, what is known becomes a constant, what changes nothing goes away.
// Every rule keeps results bit for bit, except that NaN payloads may differ.
import { sameShape, sizeOf } from '../base/shape.js';
import { constant, fold, reshape, roundTo, where, window } from '../ir/build.js';
import { attributesKey } from '../ir/key.js';
import { isBinary, isUnary, type BinaryOp, type GraphNode, type UnaryOp } from '../ir/graph.js';
import type { Program } from '../ir/program.js';
import { isView } from './index-maps.js';
import { rewrite } from './rewrite.js';

export function simplify(program: Program): Program {
  const known = new Map<string, GraphNode>();
  const unique = (node: GraphNode): GraphNode => {
    const key = keyOf(node);
    const other = known.get(key);
    if (other) return other;
    known.set(key, node);
    return node;
  };
  return rewrite(program, (node) => {
    let current = node;
    for (let next = step(current); next !== current; next = step(current)) current = next;
    return unique(current);
  });
}

function keyOf(node: GraphNode): string {
  if (node.op === 'parameter') return `parameter ${node.id}`;
  const inputs = node.inputs.map((input) => input.id).join();
  return `${node.op} ${node.dtype} ${node.shape.join()} ${inputs} ${attributesKey(node)}`;
}

function isConstant(node: GraphNode | undefined, value?: number): node is GraphNode<'constant'> {
  return node?.op === 'constant' && (value === undefined || Object.is(node.attributes.value, value));
}

/** One simplification of a node, or the node itself. */
function step(node: GraphNode): GraphNode {
  if (isView(node) && isConstant(node.inputs[0]))
    return constant(node.inputs[0].attributes.value, node.shape, node.dtype);
  if (isUnary(node)) return simplifyUnary(node);
  if (isBinary(node)) return simplifyBinary(node);
  switch (node.op) {
    case 'cast':
      return isConstant(node.inputs[0]) ? constant(node.inputs[0].attributes.value, node.shape, node.dtype) : node;
    case 'where':
      return simplifyWhere(node);
    case 'reshape': {
      const [x] = node.inputs as [GraphNode];
      return x.op === 'reshape' || sameShape(x.shape, node.shape) ? reshape(x, node.shape) : node;
    }
    case 'reduce': {
      const [x] = node.inputs;
      // max and min over nothing are refused when built.
      if (sizeOf(x!.shape) === 0) return constant(node.attributes.kind === 'prod' ? 1 : 0, node.shape, node.dtype);
      return node;
    }
    case 'contract': {
      const isEmpty = node.attributes.loops.includes(0) || node.inputs.some((input) => sizeOf(input.shape) === 0);
      return isEmpty ? constant(0, node.shape, node.dtype) : node;
    }
    default:
      return node;
  }
}

const foldable: { readonly [Op in UnaryOp]?: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  sqrt: Math.sqrt,
};

function simplifyUnary(node: GraphNode<UnaryOp>): GraphNode {
  const [x] = node.inputs;
  const rule = foldable[node.op];
  // Integers wrap around where numbers do not.
  if (rule && node.dtype === 'float32' && isConstant(x))
    return constant(rule(x.attributes.value), node.shape, node.dtype);
  if (node.op === 'neg' && x!.op === 'neg') return x.inputs[0]!;
  if (node.op === 'not' && x!.op === 'not') return x.inputs[0]!;
  if (node.op === 'stopGradient') return x!;
  return node;
}

const arithmetic: { readonly [Op in BinaryOp]?: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

function simplifyBinary(node: GraphNode<BinaryOp>): GraphNode {
  const [a, b] = node.inputs as [GraphNode, GraphNode];
  const rule = arithmetic[node.op];
  // Sums and products of float32 numbers, computed in double and rounded once, are those of float32 arithmetic.
  if (rule && node.dtype === 'float32' && isConstant(a) && isConstant(b))
    return constant(roundTo('float32', rule(a.attributes.value, b.attributes.value)), node.shape, node.dtype);
  switch (node.op) {
    case 'mul':
      if (isConstant(b, 1)) return a;
      if (isConstant(a, 1)) return b;
      return node;
    case 'div':
      return isConstant(b, 1) ? a : node;
    case 'sub':
      return isConstant(b, 0) ? a : node;
    case 'add':
      // -0 is the neutral element for floats; integers have one zero.
      if (isConstant(b, node.dtype === 'float32' ? -0 : 0)) return a;
      if (isConstant(a, node.dtype === 'float32' ? -0 : 0)) return b;
      return node;
    default:
      return node;
  }
}

function simplifyWhere(node: GraphNode<'where'>): GraphNode {
  const [condition, a, b] = node.inputs as [GraphNode, GraphNode, GraphNode];
  if (isConstant(condition)) return condition.attributes.value !== 0 ? a : b;
  // A mask over windows laid side by side is applied to the windows, so that both take one pass over memory.
  if (
    a.op === 'fold' &&
    isConstant(b, 0) &&
    a.attributes.axes.every(({ size, stride, dilation }) => dilation === 1 && size <= stride)
  ) {
    const [windows] = a.inputs as [GraphNode];
    const { axes } = a.attributes;
    return fold(where(window(condition, axes), windows, constant(0, [], b.dtype)), axes, a.shape);
  }
  return node;
}
