// Sizes of real networks, where products are walked in blocks and work is shared out: WebAssembly and native code with one
// to three threads against the reference, and bit for bit among the numbers of threads. The interpreter is too slow for
// them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referenceBackend } from '../../src/backends/reference/backend.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { RandomStream } from '../../src/base/random.js';
import { sizeOf, type Shape } from '../../src/base/shape.js';
import { gradients } from '../../src/autodiff/gradients.js';
import { binary, reduce } from '../../src/ir/build.js';
import type { GraphNode } from '../../src/ir/graph.js';
import { nodePlatform } from '../../src/platform/node.js';
import type { Backend, BackendFactory, KernelBackend } from '../../src/runtime/backend.js';
import { softmax } from '../../src/tensor/ops/activation.js';
import { conv2d, maxPool2d } from '../../src/tensor/ops/convolution.js';
import { matMul } from '../../src/tensor/ops/linear.js';
import { CompiledFiles, compileTimeout } from '../support/compiled-files.js';
import { randomArray } from '../support/graph-values.js';
import { onlyNative, testNative } from '../support/native.js';
import { ProgramBuilder, type PreparedProgram } from '../support/program-builder.js';
import { kernelsOf, runProgram } from '../support/run-program.js';
import { differenceOf } from '../support/tolerance.js';

let reference: Backend;
const files = new CompiledFiles();
const factories: Readonly<Record<string, BackendFactory>> = {
  wasm: wasmBackend(nodePlatform),
  native: testNative({ compiled: (program) => files.find(program) }),
};
const machines: { readonly [name: string]: Backend[] } = onlyNative ? { native: [] } : { wasm: [], native: [] };
beforeAll(async () => {
  reference = await referenceBackend.create({ threads: 1 });
  for (const [name, backends] of Object.entries(machines)) {
    backends.push(...(await Promise.all([1, 2, 3].map((threads) => factories[name]!.create({ threads })))));
    expect(backends.map((backend) => `${backend.name} ${backend.threads}`)).toEqual(
      [1, 2, 3].map((threads) => `${name} ${threads}`),
    );
  }
  const { target } = machines.native![0] as KernelBackend;
  await files.compile(
    Object.values(prepared).map(({ program }) => kernelsOf(program, target)),
    target.lanes,
  );
}, compileTimeout);
afterAll(async () => {
  await Promise.all([reference, ...Object.values(machines).flat()].map((backend) => backend.close()));
  await files.remove();
});

interface Case {
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: GraphNode[]) => GraphNode;
  /** How far a result may be off, of the largest; 1e-5 unless given. */
  readonly tolerance?: number;
}

const cases: Readonly<Record<string, Case>> = {
  'a product of square matrices': {
    shapes: [
      [200, 200],
      [200, 200],
    ],
    build: (a, b) => matMul(a, b),
  },
  'the first layer of a digit classifier': {
    shapes: [
      [32, 784],
      [784, 128],
    ],
    build: (x, w) => binary('max', matMul(x, w), reduce('sum', matMul(x, w), [1])),
  },
  'a first convolution and its pooling': {
    shapes: [
      [4, 28, 28, 1],
      [3, 3, 1, 32],
    ],
    build: (x, kernel) => maxPool2d(conv2d(x, kernel, {}), {}),
  },
  'a second convolution': {
    shapes: [
      [4, 13, 13, 32],
      [3, 3, 32, 64],
    ],
    build: (x, kernel) => conv2d(x, kernel, {}),
  },
  'a kernel summed over many places': {
    shapes: [
      [12, 20, 20, 8],
      [3, 3, 8, 8],
    ],
    build: (x, kernel) => conv2d(x, kernel, { padding: 'same' }),
  },
  'a kernel summed over more data than a cache holds': {
    shapes: [
      [8, 400, 400, 1],
      [3, 3, 1, 2],
    ],
    build: (x, kernel) => conv2d(x, kernel, {}),
    // Sums of 160,000 products in float32.
    tolerance: 1e-4,
  },
  'a product whose operands are copied to panels': {
    shapes: [
      [140, 1100],
      [1100, 72],
    ],
    build: (a, b) => matMul(a, b),
  },
  'probabilities of many classes': { shapes: [[37, 1001]], build: (x) => softmax(x, -1) },
};

/** The value and its gradients. */
function prepare({ shapes, build }: Case): PreparedProgram {
  const builder = new ProgramBuilder();
  const stream = new RandomStream(3);
  const inputs = shapes.map((shape) => builder.add(randomArray(stream, 'float32', shape)));
  const value = build(...inputs);
  const weights = builder.add(randomArray(stream, 'float32', value.shape));
  return builder.finish([value, ...gradients(value, inputs, weights)]);
}

const prepared = Object.fromEntries(Object.entries(cases).map(([name, item]) => [name, prepare(item)]));

describe.each(Object.keys(machines))('%s, of real networks', (machine) => {
  test.each(Object.entries(prepared))('%s', async (name, { program, parameters }) => {
    const { tolerance = 1e-5 } = cases[name]!;
    const expected = await runProgram(reference, program, parameters);
    const received = await Promise.all(machines[machine]!.map((backend) => runProgram(backend, program, parameters)));
    received.forEach(({ outputs }, i) =>
      outputs.forEach((output, position) => {
        const what = `output ${position} of ${sizeOf(output.shape)} elements, ${i + 1} threads`;
        expect(differenceOf(output, expected.outputs[position]!, { ofLargest: tolerance }), what).toBeUndefined();
        expect(differenceOf(output, received[0]!.outputs[position]!), `bits of ${what}`).toBeUndefined();
      }),
    );
  });
});
