// What is known about the values of a lazy tensor from the arrays it begins with, without computing it.
import { isFloat } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import { sizeOf } from '../base/shape.js';
import { engine } from '../engine/engine.js';
import type { DataSource, GraphNode } from '../ir/graph.js';
import type { Tensor } from './tensor.js';

/** The least and the greatest value. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The arrays that `x` is computed from, each once. */
export async function leafArrays(x: Tensor): Promise<NDArray[]> {
  const sources = new Set<DataSource>();
  visit(x.node, (node) => {
    const source = engine().valueOf(node);
    if (source) sources.add(source);
    return source === undefined;
  });
  return Promise.all([...sources].map(async ({ array }) => array));
}

/**
 * Whether `x` is surely finite wherever the arrays it begins with are: it only moves their elements about, adds,
 * subtracts, multiplies, or divides by constants other than 0 (overflow aside).
 */
export function keepsFinite(x: Tensor): boolean {
  let keeps = true;
  visit(x.node, (node) => {
    if (engine().valueOf(node)) return false;
    keeps &&= keepsFiniteOp(node);
    return keeps;
  });
  return keeps;
}

function keepsFiniteOp(node: GraphNode): boolean {
  switch (node.op) {
    case 'div': {
      const divisor = node.inputs[1]!;
      return divisor.op === 'constant' && divisor.attributes.value !== 0 && Number.isFinite(divisor.attributes.value);
    }
    case 'constant':
      return Number.isFinite(node.attributes.value);
    case 'pad':
      return Number.isFinite(node.attributes.value);
    case 'cast':
    case 'reshape':
    case 'permute':
    case 'broadcast':
    case 'slice':
    case 'concat':
    case 'gather':
    case 'window':
    case 'iota':
    case 'add':
    case 'sub':
    case 'mul':
    case 'neg':
    case 'abs':
    case 'stopGradient':
      return true;
    default:
      return !isFloat(node.dtype);
  }
}

/**
 * The range of the values of `x`, where casts, views and arithmetic with constants are all that lies between `x` and one
 * array; undefined elsewhere. `rangeOfArray` looks through the array.
 */
export async function rangeOf(x: Tensor, rangeOfArray: (array: NDArray) => Range): Promise<Range | undefined> {
  const follow = async (node: GraphNode): Promise<Range | undefined> => {
    const source = engine().valueOf(node);
    if (source) return rangeOfArray(await source.array);
    switch (node.op) {
      case 'cast':
      case 'reshape':
      case 'permute':
      case 'broadcast':
      case 'slice':
      case 'gather':
        return follow(node.inputs[0]!);
      case 'add':
      case 'sub':
      case 'mul':
      case 'div': {
        const [left, right] = node.inputs as readonly [GraphNode, GraphNode];
        if (right.op !== 'constant') return undefined;
        const range = await follow(left);
        const by = right.attributes.value;
        const ends = range && [apply[node.op](range.min, by), apply[node.op](range.max, by)];
        return ends && { min: Math.min(...ends), max: Math.max(...ends) };
      }
      default:
        return undefined;
    }
  };
  return follow(x.node);
}

const apply = {
  add: (a: number, b: number): number => a + b,
  sub: (a: number, b: number): number => a - b,
  mul: (a: number, b: number): number => a * b,
  div: (a: number, b: number): number => a / b,
} as const;

/**
 * The values of `x` where nothing has to be computed for them: it has been computed, or it is an array of which only the
 * dtype or the shape was changed (values are those before a change of dtype), or some rows after each other were taken;
 * undefined elsewhere.
 */
export async function valuesAtHand(x: Tensor): Promise<NDArray | undefined> {
  let node = x.node;
  let start = 0;
  for (;;) {
    const source = engine().valueOf(node);
    if (source) {
      const array = await source.array;
      return { ...array, shape: x.shape, data: array.data.subarray(start, start + sizeOf(x.shape)) };
    }
    const [input] = node.inputs;
    if (node.op === 'slice') {
      const [first, ...others] = node.attributes.axes;
      const rowShape = input!.shape.slice(1);
      const areWholeRows = others.every(({ size, step }, axis) => size === rowShape[axis] && step === 1);
      if (first?.step !== 1 || !areWholeRows) return undefined;
      start += first.start * sizeOf(rowShape);
    } else if (node.op !== 'cast' && node.op !== 'reshape') return undefined;
    node = input!;
  }
}

/** Visits what `root` depends on, each node once; goes on below a node for which `enter` returns true. */
function visit(root: GraphNode, enter: (node: GraphNode) => boolean): void {
  const seen = new Set<GraphNode>();
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (enter(node)) stack.push(...node.inputs);
  }
}
