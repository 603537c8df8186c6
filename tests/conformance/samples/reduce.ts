// Samples of reductions and argMax.
import type { DType } from '../../../src/base/dtype.js';
import { sizeOf, type Shape } from '../../../src/base/shape.js';
import { argMax, reduce } from '../../../src/ir/build.js';
import type { ReduceKind } from '../../../src/ir/graph.js';
import type { Draw } from '../../support/gradient-check.js';
import type { Tolerance } from '../../support/tolerance.js';
import type { Sample } from '../sample.js';
import { anyInt, powersOfTwo, specials, ties, whole } from './draws.js';

interface Reduction {
  readonly shape: Shape;
  readonly axes: readonly number[];
}

const reductions: readonly Reduction[] = [
  { shape: [1], axes: [0] },
  { shape: [7], axes: [0] },
  { shape: [3, 5], axes: [0] },
  { shape: [3, 5], axes: [1] },
  { shape: [3, 5], axes: [0, 1] },
  { shape: [2, 3, 4], axes: [1] },
  { shape: [2, 3, 4], axes: [0, 2] },
  { shape: [3, 1, 6], axes: [1] },
  { shape: [5, 2, 1], axes: [0, 2] },
  { shape: [2, 3, 5, 3], axes: [1, 3] },
  { shape: [0, 3], axes: [1] },
];

/** Nothing to reduce gives the neutral element, where there is one. */
const ofNothing: readonly Reduction[] = [
  { shape: [0], axes: [0] },
  { shape: [3, 0], axes: [1] },
  { shape: [2, 0, 3], axes: [1] },
];

/** Long enough for every way of sharing the work out: rows, columns, vectors, parts of one long sum. */
const long: readonly Reduction[] = [
  { shape: [2053], axes: [0] },
  { shape: [37, 61], axes: [1] },
  { shape: [61, 37], axes: [0] },
  { shape: [600, 8], axes: [0] },
  { shape: [9, 16, 16], axes: [1, 2] },
  { shape: [9, 16, 16], axes: [0, 2] },
  { shape: [8208], axes: [0] },
  { shape: [96, 90], axes: [0] },
  { shape: [90, 96], axes: [0, 1] },
];

const named = ({ shape, axes }: Reduction): string => `[${shape.join(', ')}] over axes ${axes.join(', ')}`;

interface Options {
  readonly dtype?: DType;
  readonly draw?: Draw;
  readonly tolerance?: Tolerance;
  readonly of?: readonly Reduction[];
}

function ofKind(kind: ReduceKind, { dtype = 'float32', draw, tolerance = {}, of = reductions }: Options): Sample[] {
  return of.map((reduction) => ({
    name: `${kind} of ${dtype} ${named(reduction)}`,
    inputs: [{ shape: reduction.shape, dtype, ...(draw ? { draw } : {}) }],
    build: (x) => reduce(kind, x, reduction.axes),
    tolerance,
  }));
}

/**
 * Every lane adds up about a quarter of the elements, and each addition rounds: by up to half a unit in the last place of
 * a sum that is as large as the result, or (where elements cancel) of one as large as they are.
 */
function summed({ shape, axes }: Reduction): Tolerance {
  const count = sizeOf(shape.filter((_, axis) => axes.includes(axis)));
  return { ulps: count / 4, absolute: count * 2 ** -22 };
}

const small = reductions.filter(({ shape }) => sizeOf(shape) <= 24);
const everywhere = [...reductions, ...long];

const ofArgMax = ({ dtype = 'float32', draw, of = everywhere }: Options): Sample[] =>
  of.map((reduction) => ({
    name: `${dtype} ${named(reduction)}`,
    inputs: [{ shape: reduction.shape, dtype, ...(draw ? { draw } : {}) }],
    build: (x) => argMax(x, reduction.axes),
  }));

export const reduceSamples = {
  reduce: [
    ...ofKind('sum', { draw: whole, of: [...everywhere, ...ofNothing] }),
    ...everywhere.flatMap((of) => ofKind('sum', { of: [of], tolerance: summed(of) })),
    ...ofKind('sum', { dtype: 'int32', draw: anyInt, of: [...everywhere, ...ofNothing] }),
    ...ofKind('sum', { dtype: 'uint8', of: small }),
    ...ofKind('sum', { dtype: 'bool', of: small }),
    ...ofKind('prod', { draw: powersOfTwo, of: [...reductions, ...ofNothing] }),
    ...ofKind('prod', { dtype: 'int32', draw: anyInt, of: [...everywhere, ...ofNothing] }),
    ...ofKind('max', { draw: specials, tolerance: { anyZero: true }, of: everywhere }),
    ...ofKind('min', { draw: specials, tolerance: { anyZero: true }, of: everywhere }),
    ...ofKind('max', { of: everywhere }),
    ...ofKind('min', { of: everywhere }),
    ...ofKind('max', { dtype: 'int32', draw: anyInt, of: everywhere }),
    ...ofKind('min', { dtype: 'int32', draw: anyInt, of: everywhere }),
    ...ofKind('max', { dtype: 'uint8', of: small }),
    ...ofKind('min', { dtype: 'bool', of: small }),
  ],
  argMax: [
    ...ofArgMax({}),
    ...ofArgMax({ draw: ties }),
    ...ofArgMax({ draw: specials, of: reductions }),
    ...ofArgMax({ dtype: 'int32', draw: ties }),
    ...ofArgMax({ dtype: 'int32', draw: anyInt, of: reductions }),
    ...ofArgMax({ dtype: 'uint8', of: small }),
    ...ofArgMax({ dtype: 'bool', of: small }),
  ],
} satisfies Record<string, readonly Sample[]>;
