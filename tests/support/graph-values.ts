// What tests of graphs share: seeded operands, the values of a node, and slow index arithmetic to compare with.
import { allocate, isFloat, type DType } from '../../src/base/dtype.js';
import type { NDArray } from '../../src/base/ndarray.js';
import { type RandomStream } from '../../src/base/random.js';
import { sizeOf, stridesOf, type Shape } from '../../src/base/shape.js';
import { evaluate } from '../../src/backends/reference/evaluate.js';
import { data } from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';

/** An array of the given values, row-major. */
export function arrayOf(dtype: DType, shape: Shape, values: ArrayLike<number>): NDArray {
  if (values.length !== sizeOf(shape))
    throw new Error(`${values.length} values do not fill shape [${shape.join(', ')}]`);
  const array = { dtype, shape, data: allocate(dtype, values.length) };
  array.data.set(values);
  return array;
}

/** The given values as a node. */
export function nodeOf(dtype: DType, shape: Shape, values: ArrayLike<number>): GraphNode {
  return data(arrayOf(dtype, shape, values));
}

/** Normal floats, integers in -9..9, bytes or booleans. */
export function randomArray(random: RandomStream, dtype: DType, shape: Shape): NDArray {
  const draw = (): number => {
    if (isFloat(dtype)) return random.normal();
    if (dtype === 'int32') return random.below(19) - 9;
    return random.below(dtype === 'bool' ? 2 : 256);
  };
  return arrayOf(dtype, shape, Array.from({ length: sizeOf(shape) }, draw));
}

/** The values of a node that depends on no parameter. */
export function valuesOf(node: GraphNode): number[] {
  return [...evaluate([node])[0]!.data];
}

/** All indices into an array of `shape`, in row-major order. */
export function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (indices, size) => indices.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The element at `index`. */
export function elementAt(array: NDArray, index: readonly number[]): number {
  const strides = stridesOf(array.shape);
  return array.data[index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
}
