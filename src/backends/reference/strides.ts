// Walks over strided axes: what reductions, movement and windows share.

/** Axes of equal sizes in one or more arrays, each array with a stride (in elements) for every axis. */
export interface StridedAxes {
  readonly sizes: readonly number[];
  /** One list for each array. */
  readonly strides: readonly (readonly number[])[];
}

/** The same walk over fewer axes: drops axes of size 1 and joins neighbours that every array walks evenly. */
export function collapse({ sizes, strides }: StridedAxes): { sizes: number[]; strides: number[][] } {
  const kept: number[] = [];
  const keptStrides = strides.map((): number[] => []);
  sizes.forEach((size, axis) => {
    if (size === 1) return;
    const joins = kept.length > 0 && strides.every((list, array) => keptStrides[array]!.at(-1) === size * list[axis]!);
    if (joins) kept[kept.length - 1]! *= size;
    else kept.push(size);
    strides.forEach((list, array) => {
      if (joins) keptStrides[array]!.pop();
      keptStrides[array]!.push(list[axis]!);
    });
  });
  return { sizes: kept, strides: keptStrides };
}

/** Positions of the elements along axes, in row-major order. */
export function positions(sizes: readonly number[], strides: readonly number[]): Int32Array {
  let result: Int32Array = new Int32Array(1);
  sizes.forEach((size, axis) => {
    const stride = strides[axis]!;
    const longer = new Int32Array(result.length * size);
    for (let i = 0, at = 0; i < result.length; i++)
      for (let k = 0; k < size; k++) longer[at++] = result[i]! + k * stride;
    result = longer;
  });
  return result;
}

/** All but the last axis as a list of starting positions for each array, the last one as a row to step along. */
export interface Rows {
  /** For each array the position of every row. */
  readonly starts: readonly Int32Array[];
  readonly length: number;
  /** For each array the step along a row. */
  readonly steps: readonly number[];
}

/** Splits collapsed axes into rows. */
export function rowsOf(axes: StridedAxes): Rows {
  const { sizes, strides } = collapse(axes);
  const outer = sizes.slice(0, -1);
  return {
    starts: strides.map((list) => positions(outer, list.slice(0, -1))),
    length: sizes.at(-1) ?? 1,
    steps: strides.map((list) => list.at(-1) ?? 0),
  };
}
