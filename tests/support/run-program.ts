// Runs a program of the graph on any backend, from the arrays that its parameters begin with.
import { bytesPerElement } from '../../src/base/dtype.js';
import type { NDArray } from '../../src/base/ndarray.js';
import { sizeOf } from '../../src/base/shape.js';
import { compileProgram } from '../../src/compiler/compile.js';
import type { GraphNode } from '../../src/ir/graph.js';
import type { KernelProgram, Target } from '../../src/ir/kernel.js';
import { verifyProgram, type Program } from '../../src/ir/program.js';
import type { Backend, DeviceBuffer } from '../../src/runtime/backend.js';

/** What is there after the last step. */
export interface ProgramResults {
  readonly outputs: readonly NDArray[];
  /** State that was updated has its new values. */
  readonly parameters: readonly NDArray[];
}

const compiled = new WeakMap<Program, Map<string, KernelProgram>>();

/** The kernels of a program; backends of one target run the same ones. */
export function kernelsOf(program: Program, target: Target): KernelProgram {
  const known = compiled.get(program) ?? new Map<string, KernelProgram>();
  compiled.set(program, known);
  const key = JSON.stringify(target);
  const kernels = known.get(key) ?? compileProgram(program, target);
  known.set(key, kernels);
  return kernels;
}

/** A kernel backend runs what is compiled for its own target, unless another one with as many lanes is given. */
export async function runProgram(
  backend: Backend,
  program: Program,
  parameters: readonly NDArray[],
  steps = 1,
  target?: Target,
): Promise<ProgramResults> {
  verifyProgram(program);
  const executable = await (backend.kind === 'graph'
    ? backend.load(program)
    : backend.load(kernelsOf(program, target ?? backend.target)));
  const place = ({ data }: NDArray): DeviceBuffer => {
    const buffer = backend.allocate(data.byteLength);
    backend.write(buffer, data);
    return buffer;
  };
  const operands = {
    parameters: parameters.map(place),
    outputs: program.outputs.map(({ dtype, shape }) => backend.allocate(sizeOf(shape) * bytesPerElement(dtype))),
  };
  const read = async (buffer: DeviceBuffer, { dtype, shape }: GraphNode): Promise<NDArray> => ({
    dtype,
    shape,
    data: await backend.read(buffer, dtype, sizeOf(shape)),
  });
  try {
    await executable.run(operands, steps);
    return {
      outputs: await Promise.all(program.outputs.map((node, i) => read(operands.outputs[i]!, node))),
      parameters: await Promise.all(program.parameters.map((node, i) => read(operands.parameters[i]!, node))),
    };
  } finally {
    for (const buffer of [...operands.parameters, ...operands.outputs]) backend.free(buffer);
    executable.dispose();
  }
}
