// The graph language: a small closed set of ops over immutable nodes. Everything a layer, loss, metric or optimizer
// computes is built of these; gradients, simplification and code generation each give every op one rule.
import type { DType } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import type { Shape } from '../base/shape.js';

export const unaryOps = [
  'neg',
  'abs',
  'sign',
  'floor',
  'ceil',
  'round',
  'exp',
  'log',
  'sqrt',
  // sqrt(x) and 1 / x to within 4 units in the last place, of positive numbers that are neither subnormal nor the largest:
  // for optimizers, where processors have faster ways to them than to the nearest float.
  'roughSqrt',
  'roughReciprocal',
  // 0 in place of a subnormal float32 (less than 2^-126 from 0) or of -0: for what decays and never quite ends, since
  // processors take many times as long over subnormal numbers.
  'flushSubnormal',
  'sin',
  'cos',
  'tanh',
  'sigmoid',
  'not',
  'isNaN',
  'stopGradient',
] as const;
export type UnaryOp = (typeof unaryOps)[number];

/**
 * Both inputs and the result have one dtype. `div` is for floats, `floorDiv` and `mod` follow Python's sign rule.
 * Of floats, the reference takes them from the exact remainder, as NumPy does; compiled code takes floor(a / b) and
 * a - floor(a / b) b, which differ where a / b rounds up to a whole number (1 and 0.1) and where b is infinite.
 */
export const arithmeticOps = ['add', 'sub', 'mul', 'div', 'floorDiv', 'mod', 'pow', 'max', 'min'] as const;
export type ArithmeticOp = (typeof arithmeticOps)[number];

/** Both inputs have one dtype, the result is bool. */
export const comparisonOps = ['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const;
export type ComparisonOp = (typeof comparisonOps)[number];

/** Both inputs and the result are bool. */
export const logicalOps = ['and', 'or'] as const;
export type LogicalOp = (typeof logicalOps)[number];

export type BinaryOp = ArithmeticOp | ComparisonOp | LogicalOp;
export const binaryOps: readonly BinaryOp[] = [...arithmeticOps, ...comparisonOps, ...logicalOps];

export type ReduceKind = 'sum' | 'prod' | 'max' | 'min';

/** The position along one axis of an operand as an affine function of loops: offset + sum of coefficient x loop. */
export interface AxisIndex {
  readonly terms: readonly { readonly loop: number; readonly coefficient: number }[];
  readonly offset: number;
}

/** One axis over which windows slide: window `size`, `stride` between windows, `dilation` between a window's elements. */
export interface WindowAxis {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Padding of one axis: `low` and `high` elements at the ends, `interior` between neighbours. */
export interface PadAxis {
  readonly low: number;
  readonly high: number;
  readonly interior: number;
}

export interface SliceAxis {
  readonly start: number;
  readonly size: number;
  /** Not 0; negative walks backwards. */
  readonly step: number;
}

/** Where a tensor's values are: at hand, or on their way from a backend. */
export interface DataSource {
  readonly array: NDArray | Promise<NDArray>;
}

type NoAttributes = Readonly<Record<string, never>>;
type UnaryAttributes = { readonly [Op in UnaryOp | BinaryOp]: NoAttributes };

/** What each op carries beside its inputs. Shapes in the comments: inputs -> result. */
export interface OpAttributes extends UnaryAttributes {
  /** An operand of a program, numbered. */
  parameter: { readonly index: number };
  /** Values a tensor holds, or will hold. */
  data: { readonly source: DataSource };
  /** Every element is `value`. */
  constant: { readonly value: number };
  /** The position along `axis` (int32 or float). */
  iota: { readonly axis: number };
  /**
   * seed, counter int32 [] -> uniform float32 in [0, 1); element i is Threefry-2x32 of key (seed, stream), counter
   * (i, counter).
   */
  random: { readonly stream: number };
  cast: NoAttributes;
  /** condition bool, a, b, all of one shape -> a where the condition holds, else b. */
  where: NoAttributes;
  /** [.., n, ..] -> the same with size 1 at every reduced axis. max and min propagate NaN. */
  reduce: { readonly kind: ReduceKind; readonly axes: readonly number[]; readonly ties: 'even' | 'first' };
  /** [.., n, ..] -> int32 with size 1 at the axes: the first position of the largest, counted row-major over the axes. */
  argMax: { readonly axes: readonly number[] };
  /**
   * C[o] = sum over r of A[a(o, r)] * B[b(o, r)]. The first `outputRank` loops index C, the others are summed over.
   * An operand reads as 0 outside its shape (this is zero padding).
   */
  contract: {
    readonly loops: readonly number[];
    readonly outputRank: number;
    readonly a: readonly AxisIndex[];
    readonly b: readonly AxisIndex[];
  };
  reshape: NoAttributes;
  /** Result axis i is input axis `axes[i]`. */
  permute: { readonly axes: readonly number[] };
  /** Sizes of 1 -> any size; the rank stays. */
  broadcast: NoAttributes;
  slice: { readonly axes: readonly SliceAxis[] };
  pad: { readonly axes: readonly PadAxis[]; readonly value: number };
  concat: { readonly axis: number };
  /** Sliding windows: each windowed axis becomes the number of windows; the window axes follow the last windowed axis. */
  window: { readonly axes: readonly WindowAxis[] };
  /** The transpose of `window`: adds every window back into place; the result has `shape`. */
  fold: { readonly axes: readonly WindowAxis[] };
  /** x [N, ...rest], indices int32 [...i] -> [...i, ...rest]; an index outside 0..N-1 is clamped. */
  gather: NoAttributes;
  /** indices int32 [...i], updates [...i, ...rest] -> [N, ...rest]: adds each update to its row, clamped as in gather. */
  scatterAdd: NoAttributes;
}

export type OpName = keyof OpAttributes;

export interface NodeOf<Op extends OpName> {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly GraphNode[];
  readonly attributes: OpAttributes[Op];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One value of a graph. Immutable; its `id` is larger than those of its inputs. */
export type GraphNode<Op extends OpName = OpName> = { [Name in Op]: NodeOf<Name> }[Op];

let nextId = 1;

/** Makes a node as told; the builders in build.ts check and infer, and are what other code calls. */
export function makeNode<Op extends OpName>(
  op: Op,
  inputs: readonly GraphNode[],
  attributes: OpAttributes[Op],
  shape: Shape,
  dtype: DType,
): GraphNode {
  return { id: nextId++, op, inputs, attributes, shape, dtype } as unknown as GraphNode;
}

const unarySet: ReadonlySet<string> = new Set(unaryOps);
const binarySet: ReadonlySet<string> = new Set(binaryOps);
const comparisonSet: ReadonlySet<string> = new Set(comparisonOps);

export function isUnary(node: GraphNode): node is GraphNode<UnaryOp> {
  return unarySet.has(node.op);
}

export function isBinary(node: GraphNode): node is GraphNode<BinaryOp> {
  return binarySet.has(node.op);
}

export function isComparison(op: string): op is ComparisonOp {
  return comparisonSet.has(op);
}

/** True for ops whose element at an index depends on their inputs' elements at that index alone. */
export function isElementwise(node: GraphNode): boolean {
  return isUnary(node) || isBinary(node) || node.op === 'where' || node.op === 'cast';
}

/** The nodes that `outputs` depend on, themselves included, every node after its inputs. */
export function topologicalOrder(outputs: readonly GraphNode[]): GraphNode[] {
  const seen = new Set<GraphNode>();
  const stack = [...outputs];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs) stack.push(input);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
