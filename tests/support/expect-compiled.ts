// Compiles a program, interprets its kernels and expects what the reference computes.
import { expect } from 'vitest';
import { evaluate } from '../../src/backends/reference/evaluate.js';
import type { NDArray } from '../../src/base/ndarray.js';
import { RandomStream } from '../../src/base/random.js';
import { compileProgram } from '../../src/compiler/compile.js';
import { interpret } from '../../src/ir/interpret.js';
import type { KernelProgram, Target } from '../../src/ir/kernel.js';
import { rootsOf, type Program } from '../../src/ir/program.js';
import { meeting4 } from './interpreter-backend.js';
import type { PreparedProgram } from './program-builder.js';
import { differenceOf, type Tolerance } from './tolerance.js';

/** Outputs and parameters after one step of the reference. */
function step({ outputs, updates, ...program }: Program, state: readonly NDArray[]): [NDArray[], NDArray[]] {
  const values = evaluate(rootsOf({ ...program, outputs, updates }), state);
  const next = [...state];
  updates.forEach(({ parameter }, i) => (next[parameter] = values[outputs.length + i]!));
  return [values.slice(0, outputs.length), next];
}

/** Expects the reference's outputs and state after every one of `steps` steps. Gives the kernels back. */
export function expectCompiled(
  { program, parameters }: PreparedProgram,
  options: { readonly steps?: number; readonly tolerance?: Tolerance; readonly target?: Target } = {},
): KernelProgram {
  const { steps = 1, tolerance, target = meeting4 } = options;
  const kernels = compileProgram(program, target);
  const random = new RandomStream(1);
  const memory = parameters.map(({ data }) => data.slice());
  let state: readonly NDArray[] = parameters;
  for (let i = 0; i < steps; i++) {
    const received = interpret(kernels, memory, {
      lanes: target.lanes,
      order: (chunks) => Array.from(random.permutation(chunks.length), (position) => chunks[position]!),
    });
    const [outputs, next] = step(program, state);
    state = next;
    outputs.forEach((expected, output) =>
      expect(
        differenceOf({ ...expected, data: received[output]! }, expected, tolerance),
        `step ${i}, output ${output}`,
      ).toBeUndefined(),
    );
    state.forEach((expected, parameter) =>
      expect(
        differenceOf({ ...expected, data: memory[parameter]! }, expected, tolerance),
        `step ${i}, parameter ${parameter}`,
      ).toBeUndefined(),
    );
  }
  return kernels;
}
