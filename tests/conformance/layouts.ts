// Ways in which an input may lie in memory or be computed on the way: every op has to read through all of them.
import { allocate, type DType } from '../../src/base/dtype.js';
import type { NDArray } from '../../src/base/ndarray.js';
import { sizeOf, stridesOf, type Shape } from '../../src/base/shape.js';
import { broadcastTo, gather, permute, reshape, slice, where } from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';
import { indicesOf } from '../support/graph-values.js';

export interface Layout {
  readonly name: string;
  /** A node of `shape` with values from `draw`; `add` makes a parameter that begins with an array. */
  lay(draw: (shape: Shape) => NDArray, shape: Shape, add: (array: NDArray) => GraphNode): GraphNode;
}

/** An array of `shape` that holds at every index what `valueAt` says. */
function filled(dtype: DType, shape: Shape, valueAt: (index: readonly number[]) => number): NDArray {
  const data = allocate(dtype, sizeOf(shape));
  indicesOf(shape).forEach((index, position) => (data[position] = valueAt(index)));
  return { dtype, shape, data };
}

function reader({ shape, data }: NDArray): (index: readonly number[]) => number {
  const strides = stridesOf(shape);
  return (index) => data[index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
}

/** What must not be read; in floats it would spread. */
function junkOf(dtype: DType): number {
  return dtype === 'float32' ? NaN : dtype === 'int32' ? 123456789 : 1;
}

const axesOf = (shape: Shape): number[] => shape.map((_, axis) => axis);

/** The smallest divisor above 1; 1 for 0 and 1. */
function divisorOf(count: number): number {
  for (let divisor = 2; divisor <= count; divisor++) if (count % divisor === 0) return divisor;
  return 1;
}

export const layouts: readonly Layout[] = [
  { name: 'plain', lay: (draw, shape, add) => add(draw(shape)) },
  {
    name: 'transposed',
    lay(draw, shape, add) {
      const values = draw(shape);
      const axes = axesOf(shape).reverse();
      const valueAt = reader(values);
      const stored = filled(values.dtype, [...shape].reverse(), (index) => valueAt([...index].reverse()));
      return permute(add(stored), axes);
    },
  },
  {
    name: 'every second element',
    lay(draw, shape, add) {
      const values = draw(shape);
      const valueAt = reader(values);
      const stored = filled(
        values.dtype,
        shape.map((size) => 2 * size + 1),
        (index) => (index.every((i) => i % 2 === 1) ? valueAt(index.map((i) => (i - 1) / 2)) : junkOf(values.dtype)),
      );
      return slice(
        add(stored),
        shape.map((size) => ({ start: 1, size, step: 2 })),
      );
    },
  },
  {
    name: 'computed',
    lay(draw, shape, add) {
      const values = draw(shape);
      const always = add({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
      return where(always, add(values), add({ ...values, data: values.data.map(() => junkOf(values.dtype)) }));
    },
  },
  {
    name: 'backwards',
    lay(draw, shape, add) {
      const values = draw(shape);
      return slice(
        add({ ...values, data: values.data.slice().reverse() }),
        shape.map((size) => ({ start: size - 1, size, step: -1 })),
      );
    },
  },
  {
    name: 'one column',
    lay: (draw, shape, add) =>
      broadcastTo(add(draw(shape.map((size, axis) => (axis === shape.length - 1 ? 1 : size)))), shape),
  },
  {
    name: 'folded',
    lay(draw, shape, add) {
      const values = draw(shape);
      const count = sizeOf(shape);
      const rows = divisorOf(count);
      const columns = count / rows;
      const stored = filled(values.dtype, [columns, rows], ([column, row]) => values.data[row! * columns + column!]!);
      return reshape(permute(add(stored), [1, 0]), shape);
    },
  },
  {
    name: 'one row',
    lay: (draw, shape, add) =>
      broadcastTo(add(draw(shape.map((size, axis) => (axis === shape.length - 1 ? size : 1)))), shape),
  },
  {
    name: 'gathered',
    lay(draw, shape, add) {
      const values = draw(shape);
      const [rows = 0] = shape;
      if (rows === 0) return add(values);
      const valueAt = reader(values);
      // The rows lie last to first.
      const stored = filled(values.dtype, shape, ([row, ...rest]) => valueAt([rows - 1 - row!, ...rest]));
      const order = Int32Array.from({ length: rows }, (_, row) => rows - 1 - row);
      return gather(add(stored), add({ dtype: 'int32', shape: [rows], data: order }));
    },
  },
];
