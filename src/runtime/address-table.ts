// The table through which kernels find memory: 32-bit addresses of the program's own memory, of the thread's own, of its
// parameters, and of its outputs. Each thread has one.
import type { KernelBuffer, KernelProgram } from '../ir/kernel.js';

/** The entry that a buffer's address is reckoned from, and the bytes to add. */
export function placeInTable(
  { place }: Pick<KernelBuffer, 'place'>,
  parameterCount: number,
): { readonly entry: number; readonly byteOffset: number } {
  switch (place.kind) {
    case 'temporary':
      return { entry: 0, byteOffset: place.byteOffset };
    case 'local':
      return { entry: 1, byteOffset: place.byteOffset };
    case 'parameter':
      return { entry: 2 + place.index, byteOffset: 0 };
    case 'output':
      return { entry: 2 + parameterCount + place.index, byteOffset: 0 };
  }
}

/** From one thread's table to the next one's: a multiple of 64. */
export function tableByteLength({
  parameterCount,
  outputCount,
}: Pick<KernelProgram, 'parameterCount' | 'outputCount'>): number {
  return 64 * Math.ceil((4 * (2 + parameterCount + outputCount)) / 64);
}
