// The kernels of small programs as text. `npx vitest -u src/compiler/lower` writes the files anew; read the difference.
import { expect, test } from 'vitest';
import { meeting4 } from '../../../tests/support/interpreter-backend.js';
import { ProgramBuilder } from '../../../tests/support/program-builder.js';
import { gradients } from '../../autodiff/gradients.js';
import { allocate, type DType } from '../../base/dtype.js';
import { sizeOf, type Shape } from '../../base/shape.js';
import { argMax, binary, cast, constant, contract, gather, loopAxis, pad, reduce, unary } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';
import type { KernelProgram } from '../../ir/kernel.js';
import { printKernels } from '../../ir/print.js';
import { compileProgram } from '../compile.js';

interface Case {
  readonly inputs: readonly { readonly shape: Shape; readonly dtype?: DType }[];
  /** Outputs, or for each leading input its next value. */
  readonly build: (...inputs: GraphNode[]) => { outputs?: readonly GraphNode[]; updates?: readonly GraphNode[] };
}

function product(a: GraphNode, b: GraphNode): GraphNode {
  return contract(a, b, {
    loops: [a.shape[0]!, b.shape[1]!, a.shape[1]!],
    outputRank: 2,
    a: [loopAxis(0), loopAxis(2)],
    b: [loopAxis(2), loopAxis(1)],
  });
}

const cases: Readonly<Record<string, Case>> = {
  'element by element': {
    inputs: [{ shape: [3, 6] }, { shape: [6] }],
    build: (x, y) => ({ outputs: [binary('max', binary('add', x, y), constant(0, [], 'float32'))] }),
  },
  'rows of bytes': {
    inputs: [
      { shape: [50, 6], dtype: 'uint8' },
      { shape: [3], dtype: 'int32' },
    ],
    build: (bytes, rows) => ({
      outputs: [binary('div', cast(gather(bytes, rows), 'float32'), constant(255, [], 'float32'))],
    }),
  },
  'many elements in chunks': {
    inputs: [{ shape: [4099] }],
    build: (x) => ({ outputs: [unary('sqrt', x)] }),
  },
  'sums of rows': {
    inputs: [{ shape: [3, 10] }],
    build: (x) => ({ outputs: [unary('sqrt', reduce('sum', binary('mul', x, x), [1]))] }),
  },
  'sums of columns': {
    inputs: [{ shape: [3, 10] }],
    build: (x) => ({ outputs: [reduce('sum', x, [0])] }),
  },
  'position of the largest': {
    inputs: [{ shape: [3, 10] }],
    build: (x) => ({ outputs: [argMax(x, [1])] }),
  },
  padding: {
    inputs: [{ shape: [2, 5] }],
    build: (x) => ({
      outputs: [
        pad(x, [
          { low: 1, high: 0, interior: 0 },
          { low: 2, high: 1, interior: 0 },
        ]),
      ],
    }),
  },
  'a product, a bias and relu': {
    inputs: [{ shape: [3, 6] }, { shape: [6, 5] }, { shape: [5] }],
    build: (x, w, bias) => ({
      outputs: [binary('max', binary('add', product(x, w), bias), constant(0, [], 'float32'))],
    }),
  },
  'a product with one column': {
    inputs: [{ shape: [5, 9] }, { shape: [9, 1] }],
    build: (x, w) => ({ outputs: [product(x, w)] }),
  },
  'a strided convolution of a row, to its input': {
    inputs: [{ shape: [11, 3] }, { shape: [3, 3, 6] }, { shape: [5, 6] }],
    build: (x, kernel, upstream) => {
      const y = contract(x, kernel, {
        loops: [5, 6, 3, 3],
        outputRank: 2,
        a: [
          {
            offset: 0,
            terms: [
              { loop: 0, coefficient: 2 },
              { loop: 2, coefficient: 1 },
            ],
          },
          loopAxis(3),
        ],
        b: [loopAxis(2), loopAxis(3), loopAxis(1)],
      });
      return { outputs: gradients(y, [x], upstream) };
    },
  },
  'momentum in place': {
    inputs: [{ shape: [7] }, { shape: [7] }, { shape: [7] }],
    build: (w, momentum, gradient) => {
      const next = binary('sub', binary('mul', momentum, constant(0.9, [], 'float32')), gradient);
      return { updates: [binary('add', w, next), next] };
    },
  },
};

/** Without the numbers of graph nodes, which depend on what was built before. */
function withoutNumbers(program: KernelProgram): KernelProgram {
  return {
    ...program,
    buffers: program.buffers.map((buffer) =>
      buffer.place.kind === 'temporary' ? { ...buffer, name: buffer.name.replace(/\d+$/, '') } : buffer,
    ),
    phases: program.phases.map((kernels) =>
      kernels.map((kernel) => ({ ...kernel, name: kernel.name.replace(/_\d+(?=_rest\d*$|$)/, '') })),
    ),
  };
}

test.each(Object.entries(cases))('%s', async (name, { inputs, build }) => {
  const builder = new ProgramBuilder();
  const nodes = inputs.map(({ shape, dtype = 'float32' }) =>
    builder.add({ dtype, shape, data: allocate(dtype, sizeOf(shape)) }),
  );
  const { outputs = [], updates = [] } = build(...nodes);
  const { program } = builder.finish(
    outputs,
    updates.map((value, i) => [nodes[i]!, value]),
  );
  const text = printKernels(withoutNumbers(compileProgram(program, meeting4)));
  await expect(text).toMatchFileSnapshot(`../../../tests/golden/kernels/${name.replaceAll(/,? /g, '-')}.txt`);
});
