// What running a program takes besides its code: memory, operands, and how its work is split. Small enough to be kept
// beside code that is stored, so that stored code can run without the kernels that it was printed from.
import { bytesPerElement } from '../base/dtype.js';
import type { KernelProgram } from '../ir/kernel.js';

/** A kernel's floating-point operations and its chunks. */
export interface KernelWork {
  readonly flops: number;
  readonly chunks: number;
}

export interface ProgramFootprint {
  /** Size of the program's own memory. */
  readonly temporaryBytes: number;
  /** Size of the memory that each thread has of its own. */
  readonly localBytes: number;
  /** Bytes that kernels touch of each operand, 0 for those they leave alone. */
  readonly parameters: readonly number[];
  readonly outputs: readonly number[];
  readonly phases: readonly (readonly KernelWork[])[];
}

export function footprintOf(program: KernelProgram): ProgramFootprint {
  const { buffers, parameterCount, outputCount, temporaryBytes, localBytes, phases } = program;
  const parameters = new Array<number>(parameterCount).fill(0);
  const outputs = new Array<number>(outputCount).fill(0);
  for (const { place, length, dtype } of buffers) {
    if (place.kind === 'temporary' || place.kind === 'local') continue;
    const byteLengths = place.kind === 'parameter' ? parameters : outputs;
    byteLengths[place.index] = Math.max(byteLengths[place.index] ?? 0, length * bytesPerElement(dtype));
  }
  return {
    temporaryBytes,
    localBytes,
    parameters,
    outputs,
    phases: phases.map((kernels) => kernels.map(({ flops, chunks }) => ({ flops, chunks }))),
  };
}
