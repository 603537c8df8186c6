// The backend's buffers: pieces of its linear memory.
import { InternalError } from '../../base/errors.js';
import type { DeviceBuffer } from '../../runtime/backend.js';

export class WasmBuffer implements DeviceBuffer {
  /** The memory that it is a piece of. */
  readonly owner: object;
  readonly address: number;
  readonly byteLength: number;
  /** Jobs that will use it and are not done. */
  jobs = 0;
  freed = false;

  constructor(owner: object, address: number, byteLength: number) {
    this.owner = owner;
    this.address = address;
    this.byteLength = byteLength;
  }
}

/**
 * The buffer, made sure of to be usable for `byteLength` bytes. `use` says what for.
 * @throws InternalError if it is another backend's, freed, or too small
 */
export function usableBuffer(buffer: DeviceBuffer, owner: object, byteLength: number, use: string): WasmBuffer {
  if (!(buffer instanceof WasmBuffer) || buffer.owner !== owner)
    throw new InternalError(`wasm: ${use}: expected a buffer that this backend allocated.`);
  if (buffer.freed) throw new InternalError(`wasm: ${use}: the buffer was freed before.`);
  if (byteLength > buffer.byteLength)
    throw new InternalError(`wasm: ${use}: ${byteLength} bytes are needed, the buffer has ${buffer.byteLength}.`);
  return buffer;
}
