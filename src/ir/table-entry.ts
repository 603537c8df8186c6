// Where printed kernels find a buffer: by an entry of the table of addresses that src/runtime/address-table.ts describes.
import type { KernelBuffer } from './kernel.js';

/** The entry that a buffer's address is reckoned from, and the bytes to add. */
export function tableEntry(
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
