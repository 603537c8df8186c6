// The table through which kernels find memory: 32-bit addresses of the program's own memory, of the thread's own, of its
// parameters, and of its outputs. Each thread has one. src/ir/table-entry.ts says which entry a buffer has.
import type { KernelProgram } from '../ir/kernel.js';

/** From one thread's table to the next one's: a multiple of 64. */
export function tableByteLength({
  parameterCount,
  outputCount,
}: Pick<KernelProgram, 'parameterCount' | 'outputCount'>): number {
  return 64 * Math.ceil((2 + parameterCount + outputCount) / 16);
}
