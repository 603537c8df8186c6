// The gradient rule of every op: given the gradient of the result, the gradients of the inputs, as graph nodes.
// null: no gradient flows to that input. Formulas stand beside their rules, y the result, g its gradient.
import { isFloat } from '../base/dtype.js';
import { sizeOf } from '../base/shape.js';
import {
  argMax,
  binary,
  broadcastTo,
  cast,
  constant,
  fold,
  gather,
  iota,
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
import type { GraphNode, NodeOf, OpName } from '../ir/graph.js';
import { contractGradients } from './contract.js';

export type GradientRule<Op extends OpName> = (g: GraphNode, node: NodeOf<Op>) => readonly (GraphNode | null)[];

const add = (a: GraphNode, b: GraphNode): GraphNode => binary('add', a, b);
const sub = (a: GraphNode, b: GraphNode): GraphNode => binary('sub', a, b);
const mul = (a: GraphNode, b: GraphNode): GraphNode => binary('mul', a, b);
const div = (a: GraphNode, b: GraphNode): GraphNode => binary('div', a, b);
const neg = (a: GraphNode): GraphNode => unary('neg', a);
const scalar = (value: number, like: GraphNode): GraphNode => constant(value, [], like.dtype);
const zeros = (like: GraphNode): GraphNode => constant(0, like.shape, like.dtype);
const asNode = (node: NodeOf<OpName>): GraphNode => node as unknown as GraphNode;

const notDifferentiable = (): readonly null[] => [null, null, null];

export const gradientRules: { readonly [Op in OpName]: GradientRule<Op> } = {
  parameter: notDifferentiable,
  data: notDifferentiable,
  constant: notDifferentiable,
  iota: notDifferentiable,
  random: notDifferentiable,
  stopGradient: notDifferentiable,
  not: notDifferentiable,
  isNaN: notDifferentiable,
  sign: notDifferentiable,
  floor: notDifferentiable,
  ceil: notDifferentiable,
  round: notDifferentiable,
  floorDiv: notDifferentiable,
  equal: notDifferentiable,
  notEqual: notDifferentiable,
  less: notDifferentiable,
  lessEqual: notDifferentiable,
  greater: notDifferentiable,
  greaterEqual: notDifferentiable,
  and: notDifferentiable,
  or: notDifferentiable,
  argMax: notDifferentiable,

  neg: (g) => [neg(g)],
  abs: (g, { inputs: [x] }) => [mul(g, unary('sign', x!))],
  exp: (g, y) => [mul(g, asNode(y))],
  log: (g, { inputs: [x] }) => [div(g, x!)],
  // y = sqrt(x): g / (2 y)
  sqrt: (g, y) => [div(g, mul(scalar(2, g), asNode(y)))],
  roughSqrt: (g, y) => [div(g, mul(scalar(2, g), asNode(y)))],
  // y = 1 / x: -g y^2
  roughReciprocal: (g, y) => [neg(mul(g, mul(asNode(y), asNode(y))))],
  flushSubnormal: (g) => [g],
  sin: (g, { inputs: [x] }) => [mul(g, unary('cos', x!))],
  cos: (g, { inputs: [x] }) => [neg(mul(g, unary('sin', x!)))],
  // y = tanh(x): g (1 - y^2)
  tanh: (g, y) => [mul(g, sub(scalar(1, g), mul(asNode(y), asNode(y))))],
  // y = sigmoid(x): g y (1 - y)
  sigmoid: (g, y) => [mul(g, mul(asNode(y), sub(scalar(1, g), asNode(y))))],
  cast: (g, { inputs: [x] }) => [isFloat(x!.dtype) ? cast(g, x!.dtype) : null],

  add: (g) => [g, g],
  sub: (g) => [g, neg(g)],
  mul: (g, { inputs: [a, b] }) => [mul(g, b!), mul(g, a!)],
  // y = a / b: g / b, -g y / b
  div: (g, y) => [div(g, y.inputs[1]!), neg(mul(g, div(asNode(y), y.inputs[1]!)))],
  // y = a - b floor(a / b)
  mod: (g, { inputs: [a, b] }) => [g, neg(mul(g, binary('floorDiv', a!, b!)))],
  // y = a^b: g b a^(b - 1), g y log a; log a is taken as 0 where a is 0, as for 0^b with b > 0
  pow: (g, y) => {
    const [a, b] = y.inputs as [GraphNode, GraphNode];
    const toBase = mul(g, mul(b, binary('pow', a, sub(b, scalar(1, b)))));
    if (b.op === 'constant') return [toBase, null];
    const positive = where(binary('greater', a, zeros(a)), a, scalar(1, a));
    return [toBase, mul(g, mul(asNode(y), unary('log', positive)))];
  },
  // Where a = b, the gradient goes to b: so that relu, max(x, 0), has gradient 0 at 0.
  // Asked of the result, so that only that has to be kept: max(a, b) > b exactly where a > b.
  max: (g, y) => selectGradient(g, binary('greater', asNode(y), y.inputs[1]!)),
  min: (g, y) => selectGradient(g, binary('less', asNode(y), y.inputs[1]!)),
  where: (g, { inputs: [condition] }) => [null, where(condition!, g, zeros(g)), where(condition!, zeros(g), g)],

  reduce: reduceGradient,
  contract: contractGradients,

  reshape: (g, { inputs: [x] }) => [reshape(g, x!.shape)],
  permute: (g, { attributes: { axes } }) => {
    const inverse = new Array<number>(axes.length);
    axes.forEach((axis, position) => (inverse[axis] = position));
    return [permute(g, inverse)];
  },
  broadcast: (g, { inputs: [x], shape }) => {
    const stretched = shape.flatMap((size, axis) => (size !== x!.shape[axis] ? [axis] : []));
    return [reduce('sum', g, stretched)];
  },
  slice: (g, { inputs: [x], attributes: { axes } }) => {
    const forward = axes.some(({ step }) => step < 0)
      ? slice(
          g,
          axes.map(({ size, step }) => (step < 0 ? { start: size - 1, size, step: -1 } : { start: 0, size, step: 1 })),
        )
      : g;
    const padding = axes.map(({ start, size, step }, axis) => {
      const low = step < 0 ? start + (size - 1) * step : start;
      const span = size === 0 ? 0 : (size - 1) * Math.abs(step) + 1;
      return {
        low: size === 0 ? 0 : low,
        high: x!.shape[axis]! - span - (size === 0 ? 0 : low),
        interior: Math.abs(step) - 1,
      };
    });
    return [pad(forward, padding)];
  },
  pad: (g, { inputs: [x], attributes: { axes } }) => [
    sizeOf(x!.shape) === 0
      ? zeros(x!)
      : slice(
          g,
          axes.map(({ low, interior }, axis) => ({ start: low, size: x!.shape[axis]!, step: interior + 1 })),
        ),
  ],
  concat: (g, { inputs, attributes: { axis: along } }) => {
    let start = 0;
    return inputs.map((part) => {
      const size = part.shape[along]!;
      const piece = slice(
        g,
        part.shape.map((full, axis) => (axis === along ? { start, size, step: 1 } : { start: 0, size: full, step: 1 })),
      );
      start += size;
      return piece;
    });
  },
  window: (g, { inputs: [x], attributes: { axes } }) => [fold(g, axes, x!.shape)],
  fold: (g, { attributes: { axes } }) => [window(g, axes)],
  gather: (g, { inputs: [x, indices] }) => [scatterAdd(clampRows(indices!, x!.shape[0]!), g, x!.shape[0]!), null],
  scatterAdd: (g, { inputs: [indices] }) => [null, gather(g, indices!)],
};

function clampRows(indices: GraphNode, rows: number): GraphNode {
  const last = constant(Math.max(0, rows - 1), [], 'int32');
  return binary('min', binary('max', indices, constant(0, [], 'int32')), last);
}

function selectGradient(g: GraphNode, first: GraphNode): readonly GraphNode[] {
  return [where(first, g, zeros(g)), where(first, zeros(g), g)];
}

function reduceGradient(g: GraphNode, y: NodeOf<'reduce'>): readonly (GraphNode | null)[] {
  const x = y.inputs[0]!;
  const { kind, axes, ties } = y.attributes;
  const spread = broadcastTo(g, x.shape);
  switch (kind) {
    case 'sum':
      return [spread];
    case 'prod':
      return [prodGradient(g, x, axes)];
    case 'max':
    case 'min': {
      if (ties === 'first') {
        const best = argMax(kind === 'max' ? x : neg(x), axes);
        return [where(binary('equal', positionOver(x.shape, axes), best), spread, zeros(spread))];
      }
      const isBest = binary('equal', x, asNode(y));
      const count = reduce('sum', cast(isBest, g.dtype), axes);
      return [where(isBest, div(g, count), zeros(spread))];
    }
  }
}

/** The row-major position of each element within the reduced axes. */
function positionOver(shape: readonly number[], axes: readonly number[]): GraphNode {
  let position: GraphNode | undefined;
  for (const axis of axes) {
    const along = iota(shape, axis);
    position = position ? add(mul(position, constant(shape[axis]!, [], 'int32')), along) : along;
  }
  return position!;
}

// The product of all the other elements, without dividing (an element may be 0): [n] -> an n x n table with 1 on the
// diagonal, multiplied along its last axis.
function prodGradient(g: GraphNode, x: GraphNode, axes: readonly number[]): GraphNode {
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const order = [...kept, ...axes];
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  const rows = reshape(permute(x, order), [sizeOf(x.shape) / Math.max(1, count), count]);
  const table = broadcastTo(reshape(rows, [rows.shape[0]!, 1, count]), [rows.shape[0]!, count, count]);
  const diagonal = binary('equal', iota(table.shape, 1), iota(table.shape, 2));
  const others = reduce('prod', where(diagonal, scalar(1, x), table), [2]);
  const permuted = reshape(
    others,
    order.map((axis) => x.shape[axis]!),
  );
  const inverse = new Array<number>(order.length);
  order.forEach((axis, position) => (inverse[axis] = position));
  return mul(broadcastTo(g, x.shape), permute(permuted, inverse));
}
