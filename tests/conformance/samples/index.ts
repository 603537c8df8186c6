// At least one sample for every op of the graph; leaving an op out does not compile.
import type { Shape } from '../../../src/base/shape.js';
import { broadcastTo, constant, data, gather, iota, random, scatterAdd } from '../../../src/ir/build.js';
import type { GraphNode, OpName } from '../../../src/ir/graph.js';
import type { Sample } from '../sample.js';
import { contractSamples } from './contract.js';
import { anyInt, aroundBound, belowBound, whole } from './draws.js';
import { elementwiseSamples } from './elementwise.js';
import { movementSamples } from './movement.js';
import { reduceSamples } from './reduce.js';

interface Rows {
  readonly table: Shape;
  readonly indices: Shape;
}

const rows: readonly Rows[] = [
  { table: [4], indices: [3] },
  { table: [4, 3], indices: [2, 2] },
  { table: [3, 2], indices: [] },
  { table: [5, 1], indices: [7] },
  { table: [1, 6], indices: [5, 1] },
  { table: [6, 2, 3], indices: [4] },
  { table: [3, 2], indices: [0] },
  { table: [3, 0], indices: [2] },
  { table: [40, 13], indices: [170] },
  { table: [9, 3], indices: [33, 30] },
  { table: [700], indices: [2051] },
];

const named = ({ table, indices }: Rows): string => `[${table.join(', ')}] at [${indices.join(', ')}]`;

const ofGather = rows.flatMap((row): Sample[] =>
  (['float32', 'int32', 'uint8', 'bool'] as const)
    .filter((dtype, i) => i < 1 || row.table.length > 1 || dtype === 'uint8')
    .map((dtype) => ({
      name: `${dtype} ${named(row)}`,
      inputs: [
        { shape: row.table, dtype },
        { shape: row.indices, dtype: 'int32', draw: aroundBound(row.table[0]!) },
      ],
      build: (x, indices) => gather(x, indices),
    })),
);

const ofScatterAdd = rows.flatMap((row): Sample[] =>
  (['float32', 'int32'] as const).map((dtype) => ({
    name: `${dtype} ${named(row)}`,
    inputs: [
      { shape: row.indices, dtype: 'int32', draw: aroundBound(row.table[0]!) },
      { shape: [...row.indices, ...row.table.slice(1)], dtype, draw: dtype === 'int32' ? anyInt : whole },
    ],
    build: (indices, updates) => scatterAdd(indices, updates, row.table[0]!),
    tolerance: { anyZero: true },
  })),
);

const iotas: readonly { shape: Shape; axis: number }[] = [
  { shape: [1], axis: 0 },
  { shape: [7], axis: 0 },
  { shape: [3, 5], axis: 0 },
  { shape: [3, 5], axis: 1 },
  { shape: [2, 3, 4], axis: 1 },
  { shape: [0, 3], axis: 0 },
  { shape: [2051], axis: 0 },
  { shape: [47, 46], axis: 0 },
];

const held = (dtype: 'float32' | 'int32' | 'uint8' | 'bool'): GraphNode =>
  data({
    dtype,
    shape: [2, 3],
    data:
      dtype === 'float32'
        ? Float32Array.of(0, 1, -0, 2.5, NaN, 1e-40)
        : new (dtype === 'int32' ? Int32Array : Uint8Array)([0, 1, 1, 0, 1, 0]),
  });

const leafDTypes = ['float32', 'int32', 'uint8', 'bool'] as const;

export const opSamples: { readonly [Op in OpName]: readonly Sample[] } = {
  ...elementwiseSamples,
  ...reduceSamples,
  ...movementSamples,
  ...contractSamples,
  parameter: leafDTypes.flatMap((dtype): Sample[] =>
    [[], [7], [3, 0], [41, 53]].map((shape) => ({
      name: `${dtype} [${shape.join(', ')}]`,
      inputs: [{ shape, dtype }],
      build: (x) => [x, x],
    })),
  ),
  data: leafDTypes.map((dtype) => ({ name: dtype, inputs: [], build: () => held(dtype) })),
  constant: leafDTypes.flatMap((dtype): Sample[] => [
    { name: `${dtype} scalar`, inputs: [], build: () => constant(1, [], dtype) },
    { name: `${dtype} filled`, inputs: [], build: () => [constant(0, [3, 5], dtype), constant(1, [2051], dtype)] },
    { name: `${dtype} empty`, inputs: [], build: () => constant(1, [0, 2], dtype) },
    {
      name: `${dtype} of values that do not fit it`,
      inputs: [],
      build: () => [-0, NaN, Infinity, -1.5, 300.7, 3e9].map((value) => constant(value, [3], dtype)),
    },
  ]),
  iota: iotas.flatMap(({ shape, axis }): Sample[] =>
    (['int32', 'float32'] as const).map((dtype) => ({
      name: `${dtype} [${shape.join(', ')}] along ${axis}`,
      inputs: [],
      build: () => [iota(shape, axis, dtype), broadcastTo(iota(shape, axis, dtype), [2, ...shape])],
    })),
  ),
  random: ([[], [7], [3, 5], [0, 2], [2, 1027]] as const).map((shape, i) => ({
    name: `[${shape.join(', ')}]`,
    inputs: [{ shape: [], dtype: 'int32', draw: i === 0 ? anyInt : belowBound(1000) }],
    build: (counter) => [random(shape, 42, 7, counter), random(shape, -1, 2 ** 31 - 1, constant(3, [], 'int32'))],
  })),
  gather: ofGather,
  scatterAdd: ofScatterAdd,
};
