import { describe, expect, test } from 'vitest';
import { expectCompiled } from '../../tests/support/expect-compiled.js';
import { randomArray } from '../../tests/support/graph-values.js';
import { ProgramBuilder } from '../../tests/support/program-builder.js';
import { RandomStream } from '../base/random.js';
import type { Shape } from '../base/shape.js';
import {
  binary,
  broadcastTo,
  cast,
  concat,
  constant,
  contract,
  loopAxis,
  pad,
  permute,
  reduce,
  reshape,
  slice,
  unary,
  where,
} from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import type { KernelProgram } from '../ir/kernel.js';

const random = new RandomStream(11);

/** Parameters of these shapes, their new values, and the kernels that three steps of it were right with. */
function steps(
  shapes: readonly Shape[],
  build: (...state: GraphNode[]) => { updates: readonly GraphNode[]; outputs?: readonly GraphNode[] },
): KernelProgram {
  const builder = new ProgramBuilder();
  const state = shapes.map((shape) => builder.add(randomArray(random, 'float32', shape)));
  const { updates, outputs = [] } = build(...state);
  const prepared = builder.finish(
    outputs,
    updates.map((value, i) => [state[i]!, value]),
  );
  return expectCompiled(prepared, { steps: 3, tolerance: { ulps: 32, absolute: 1e-6 } });
}

const kernelCount = ({ phases }: KernelProgram): number => phases.reduce((sum, kernels) => sum + kernels.length, 0);

const product = (a: GraphNode, b: GraphNode): GraphNode =>
  contract(a, b, {
    loops: [a.shape[0]!, b.shape[1]!, a.shape[1]!],
    outputRank: 2,
    a: [loopAxis(0), loopAxis(2)],
    b: [loopAxis(2), loopAxis(1)],
  });

describe('state', () => {
  test('that is replaced element by element is replaced in place, by one kernel', () => {
    const kernels = steps([[3, 5], [5]], (x, y) => ({ updates: [binary('sub', x, binary('mul', x, y))] }));
    expect(kernelCount(kernels)).toBe(1);
    expect(kernels.temporaryBytes).toBe(0);
  });

  test('that stays as it is can be named as updated', () => {
    steps([[7]], (x) => ({ updates: [x], outputs: [x] }));
  });

  test('swaps by one kernel that reads both before it writes', () => {
    const kernels = steps(
      [
        [3, 5],
        [3, 5],
      ],
      (x, y) => ({ updates: [y, x], outputs: [x] }),
    );
    expect(kernelCount(kernels)).toBe(1);
  });

  test('rotates among three', () => {
    steps([[9], [9], [9]], (x, y, z) => ({ updates: [y, z, x] }));
  });

  test('that reads itself elsewhere waits in memory of its own', () => {
    steps([[4, 4]], (x) => ({ updates: [permute(x, [1, 0])] }));
    steps([[10]], (x) => ({ updates: [slice(x, [{ start: 9, size: 10, step: -1 }])] }));
    steps([[10]], (x) => ({
      updates: [concat([slice(x, [{ start: 1, size: 9, step: 1 }]), slice(x, [{ start: 0, size: 1, step: 1 }])], 0)],
    }));
  });

  test('that is padded into itself waits in memory of its own, since padding is filled in first', () => {
    steps([[10]], (x) => ({
      updates: [pad(slice(x, [{ start: 0, size: 8, step: 1 }]), [{ low: 0, high: 2, interior: 0 }], 1)],
    }));
    steps([[2]], (x) => ({
      updates: [pad(slice(x, [{ start: 0, size: 1, step: 1 }]), [{ low: 0, high: 1, interior: 0 }], 1)],
    }));
  });

  test('that is an operand of the product that replaces it waits in memory of its own', () => {
    steps(
      [
        [6, 5],
        [5, 5],
      ],
      (x, w) => ({ updates: [unary('tanh', product(x, w))] }),
    );
  });

  test('that two values exchange through transposes waits in memory of its own', () => {
    steps(
      [
        [3, 5],
        [5, 3],
      ],
      (x, y) => ({ updates: [permute(y, [1, 0]), permute(x, [1, 0])] }),
    );
  });

  test('is replaced after the last kernel that reads the old value', () => {
    steps([[8], []], (x, mean) => ({
      updates: [binary('sub', x, mean), reshape(reduce('sum', binary('mul', x, x), [0]), [])],
      outputs: [reduce('max', x, [0]), binary('add', mean, mean)],
    }));
  });
});

test('operands of products may be views whose axes cut across those they were made of', () => {
  const builder = new ProgramBuilder();
  const [a, b] = [
    builder.add(randomArray(random, 'float32', [5, 3])),
    builder.add(randomArray(random, 'float32', [5, 7])),
  ];
  const crossed = reshape(permute(a, [1, 0]), [5, 3]);
  const built = contract(crossed, b, {
    loops: [3, 7, 5],
    outputRank: 2,
    a: [loopAxis(2), loopAxis(0)],
    b: [loopAxis(2), loopAxis(1)],
  });
  expectCompiled(builder.finish([built]), { tolerance: { absolute: 1e-5 } });
});

test('kernels never wait for each other in a circle', () => {
  const builder = new ProgramBuilder();
  const x = builder.add(randomArray(random, 'float32', [1]));
  // The first kernel could also compute `late`, which waits for `signs`, whose kernel could also compute `both`, which
  // waits for the product and so for the first kernel.
  const early = binary('mod', x, constant(16, [1], 'float32'));
  const multiplied = product(reshape(x, [1, 1]), broadcastTo(reshape(early, [1, 1]), [1, 9]));
  const signs = unary('sign', pad(x, [{ low: 0, high: 1, interior: 0 }], 1));
  const late = where(slice(cast(signs, 'bool'), [{ start: 0, size: 1, step: 1 }]), x, early);
  const both = binary('sub', slice(reshape(multiplied, [9]), [{ start: 0, size: 2, step: 1 }]), signs);
  expectCompiled(builder.finish([both, signs, late]), { tolerance: { ulps: 2 } });
});
