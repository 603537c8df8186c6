// The constants of an ONNX graph: its arrays, what nodes make of them by moving elements, and sizes that nodes take from
// a value's shape, where -1 stands for the batch's.
import { allocate, type DType } from '../../../base/dtype.js';
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf } from '../../../base/shape.js';
import type { OnnxGraph, OnnxNode } from '../../../formats/onnx/model.js';
import { permuted } from './layouts.js';

/** Lists of sizes are short. */
const longestList = 64;

/** Limits what a small file can ask for: the numbers that are made of its arrays. */
export class Budget {
  #left: number;
  readonly #place: string;

  constructor(graph: OnnxGraph, place: string) {
    const own = [...graph.initializers.values()].reduce((sum, { array }) => sum + array.data.length, 0);
    const inNodes = graph.nodes.flatMap(({ attributes }) => [...attributes.values()]);
    const further = inNodes.reduce(
      (sum, { type, value }) => sum + (type === 'tensor' ? value.array.data.length : 0),
      0,
    );
    this.#left = 8 * (own + further) + 2 ** 22;
    this.#place = place;
  }

  /** @throws DataError once more has been taken than a model of this size needs */
  take(count: number): void {
    this.#left -= count;
    if (!(this.#left >= 0))
      throw new DataError(`${this.#place}: its nodes make many times as many numbers of its weights as it has.`);
  }
}

/** Sizes and the like as an array. */
export function wholeNumbers(values: readonly number[]): NDArray {
  return { dtype: 'int32', shape: [values.length], data: Int32Array.from(values) };
}

/** Attributes of a node with what they are when left out. */
export const attributesOf = (
  node: OnnxNode,
): {
  number: (name: string, otherwise: number) => number;
  numbers: (name: string) => readonly number[] | undefined;
  text: (name: string, otherwise: string) => string;
} => ({
  number: (name, otherwise) => {
    const value = node.attributes.get(name)?.value;
    return typeof value === 'number' ? value : otherwise;
  },
  numbers: (name) => {
    const attribute = node.attributes.get(name);
    return attribute?.type === 'ints' || attribute?.type === 'floats' ? attribute.value : undefined;
  },
  text: (name, otherwise) => {
    const value = node.attributes.get(name)?.value;
    return typeof value === 'string' ? value : otherwise;
  },
});

type Fold = (node: OnnxNode, inputs: readonly NDArray[], budget: Budget) => NDArray | undefined;

const castTypes: Readonly<Record<number, DType>> = {
  1: 'float32',
  10: 'float32',
  11: 'float64',
  6: 'int32',
  7: 'int32',
};

/** The sizes of an input, or, before opset 13, of an attribute. */
function axesOf(node: OnnxNode, inputs: readonly NDArray[]): readonly number[] | undefined {
  return inputs[1] ? [...inputs[1].data] : attributesOf(node).numbers('axes');
}

const folds: Readonly<Record<string, Fold>> = {
  Constant: ({ attributes }) => {
    const value = attributes.get('value');
    if (value?.type === 'tensor') return value.value.array;
    const [name, attribute] = [...attributes][0] ?? [];
    const dtype = name?.startsWith('value_int') ? 'int32' : 'float32';
    const isNumbers = attribute?.type === 'ints' || attribute?.type === 'floats';
    const list = isNumbers ? attribute.value : typeof attribute?.value === 'number' ? [attribute.value] : undefined;
    if (!list) return undefined;
    const data = allocate(dtype, list.length);
    data.set(list);
    return { dtype, shape: isNumbers ? [list.length] : [], data };
  },
  Identity: (_node, [array]) => array,
  Cast: (node, [array], budget) => {
    const dtype = castTypes[attributesOf(node).number('to', 0)];
    if (!dtype || !array) return undefined;
    budget.take(array.data.length);
    const data = allocate(dtype, array.data.length);
    data.set(array.data);
    return { dtype, shape: array.shape, data };
  },
  Reshape: (_node, [array, sizes]) => {
    if (!array || !sizes) return undefined;
    const target = [...sizes.data].map((size, axis) => (size === 0 ? (array.shape[axis] ?? 0) : size));
    const fixed = sizeOf(target.filter((size) => size !== -1));
    const shape = target.map((size) => (size === -1 ? array.data.length / fixed : size));
    return sizeOf(shape) === array.data.length && shape.length <= 32 ? { ...array, shape } : undefined;
  },
  Transpose: (node, [array], budget) => {
    if (!array) return undefined;
    const order = attributesOf(node).numbers('perm') ?? array.shape.map((_, axis) => array.shape.length - 1 - axis);
    if (!isOrder(order, array.shape.length)) return undefined;
    budget.take(array.data.length);
    return permuted(array, order);
  },
  Unsqueeze: (node, [array, ...rest]) => {
    const axes = axesOf(node, [array!, ...rest]);
    if (!array || !axes) return undefined;
    const shape = unsqueezed(array.shape, axes);
    return shape && { ...array, shape };
  },
  Squeeze: (node, [array, ...rest]) => {
    if (!array) return undefined;
    const shape = squeezed(array.shape, axesOf(node, [array, ...rest]));
    return shape && { ...array, shape: shape as number[] };
  },
  Concat: (_node, inputs) => {
    const isList = inputs.every(({ dtype, shape }) => dtype === 'int32' && shape.length === 1);
    const values = isList ? inputs.flatMap(({ data }) => [...data.subarray(0, longestList)]) : [];
    return values.length > 0 && values.length <= longestList ? wholeNumbers(values) : undefined;
  },
  Gather: (_node, [array, indices]) => {
    if (array?.shape.length !== 1 || !indices || indices.data.length > longestList) return undefined;
    const found = [...indices.data].map((index) => array.data[index < 0 ? index + array.data.length : index]);
    if (found.includes(undefined)) return undefined;
    const data = allocate(array.dtype, found.length);
    data.set(found as number[]);
    return { dtype: array.dtype, shape: indices.shape, data };
  },
  ConstantOfShape: ({ attributes }, [sizes]) => {
    const shape = [...(sizes?.data ?? [])];
    const count = sizeOf(shape);
    if (!sizes || !(count >= 0 && count <= longestList) || shape.some((size) => size < 0)) return undefined;
    const value = attributes.get('value');
    const array = value?.type === 'tensor' ? value.value.array : undefined;
    const data = allocate(array?.dtype ?? 'float32', count).fill(array?.data[0] ?? 0);
    return { dtype: array?.dtype ?? 'float32', shape, data };
  },
  Slice: (_node, [array, starts, ends, axes, steps]) => {
    if (!array || starts?.data.length !== 1 || ends?.data.length !== 1) return undefined;
    const rank = array.shape.length;
    const given = axes?.data[0] ?? 0;
    const [axis, step] = [given < 0 ? given + rank : given, steps?.data[0] ?? 1];
    const size = array.shape[axis];
    if (array.data.length > longestList || size === undefined || step === 0) return undefined;
    const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
    const bound = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, lowest), highest);
    const [start, end] = [bound(starts.data[0]!), bound(ends.data[0]!)];
    const taken: number[] = [];
    for (let index = start; step > 0 ? index < end : index > end; index += step) taken.push(index);
    const inner = sizeOf(array.shape.slice(axis + 1));
    const shape = array.shape.map((own, each) => (each === axis ? taken.length : own));
    const data = allocate(array.dtype, sizeOf(shape));
    for (let at = 0; at < data.length; at++) {
      const outer = Math.floor(at / (inner * taken.length));
      data[at] = array.data[(outer * size + taken[Math.floor(at / inner) % taken.length]!) * inner + (at % inner)]!;
    }
    return { dtype: array.dtype, shape, data };
  },
  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: arithmetic((a, b) => a / b),
};

/** Operators that count with sizes: not to be used on a list in which -1 stands for the batch's. */
export const countingOperators: readonly string[] = ['Add', 'Sub', 'Mul', 'Div'];

/** On short lists, or a list and a number. Among whole numbers a quotient is rounded towards 0. */
function arithmetic(compute: (a: number, b: number) => number): Fold {
  return (_node, [a, b]) => {
    if (!a || !b || Math.max(a.data.length, b.data.length) > longestList) return undefined;
    const [longer, shorter] = a.data.length >= b.data.length ? [a, b] : [b, a];
    if (shorter.data.length !== 1 && shorter.shape.join() !== longer.shape.join()) return undefined;
    const data = allocate(a.dtype, longer.data.length);
    const at = (values: NDArray, index: number): number => values.data[values.data.length === 1 ? 0 : index]!;
    const isWhole = a.dtype === 'int32';
    for (let i = 0; i < data.length; i++) {
      const value = compute(at(a, i), at(b, i));
      data[i] = isWhole ? Math.trunc(value) : value;
    }
    return { dtype: a.dtype, shape: longer.shape, data };
  };
}

/** Whether an operator makes constants of constants. */
export const makesConstants = (op: string): boolean => op === 'Shape' || Object.hasOwn(folds, op);

/** What a node makes of constants alone; undefined for what is not covered. */
export function foldConstant(node: OnnxNode, inputs: readonly NDArray[], budget: Budget): NDArray | undefined {
  return Object.hasOwn(folds, node.op) ? folds[node.op]!(node, inputs, budget) : undefined;
}

/** Whether a list names each axis once. */
export function isOrder(order: readonly number[], rank: number): boolean {
  return order.length === rank && order.every((axis) => axis >= 0 && axis < rank) && new Set(order).size === rank;
}

/** A shape with axes of size 1 added so that they are at these places; undefined for places that do not exist. */
export function unsqueezed<Size>(shape: readonly Size[], axes: readonly number[]): (Size | 1)[] | undefined {
  const rank = shape.length + axes.length;
  const places = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (rank > 32 || places.size !== axes.length || [...places].some((axis) => !(axis >= 0 && axis < rank)))
    return undefined;
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : rest.shift()!));
}

/** A shape without these axes, or without all of size 1; undefined unless they are of size 1. */
export function squeezed(
  shape: readonly (number | null)[],
  axes: readonly number[] | undefined,
): (number | null)[] | undefined {
  const places = new Set(
    axes?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ??
      shape.flatMap((size, axis) => (size === 1 ? [axis] : [])),
  );
  if ([...places].some((axis) => shape[axis] !== 1)) return undefined;
  return shape.filter((_, axis) => !places.has(axis));
}
