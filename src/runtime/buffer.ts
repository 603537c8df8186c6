// The buffers of a pooled backend: pieces of its linear memory.
import { InternalError } from '../base/errors.js';
import type { DeviceBuffer } from './backend.js';

/** Whoever allocates buffers; messages name it. */
export interface BufferOwner {
  readonly name: string;
}

export class LinearBuffer implements DeviceBuffer {
  /** The memory that it is a piece of. */
  readonly owner: BufferOwner;
  readonly address: number;
  readonly byteLength: number;
  /** Jobs that will use it and are not done. */
  jobs = 0;
  freed = false;

  constructor(owner: BufferOwner, address: number, byteLength: number) {
    this.owner = owner;
    this.address = address;
    this.byteLength = byteLength;
  }
}

/**
 * The buffer, made sure of to be usable for `byteLength` bytes. `use` says what for.
 * @throws InternalError if it is another backend's, freed, or too small
 */
export function usableBuffer(buffer: DeviceBuffer, owner: BufferOwner, byteLength: number, use: string): LinearBuffer {
  if (!(buffer instanceof LinearBuffer) || buffer.owner !== owner)
    throw new InternalError(`${owner.name}: ${use}: expected a buffer that this backend allocated.`);
  if (buffer.freed) throw new InternalError(`${owner.name}: ${use}: the buffer was freed before.`);
  if (byteLength > buffer.byteLength)
    throw new InternalError(
      `${owner.name}: ${use}: ${byteLength} bytes are needed, the buffer has ${buffer.byteLength}.`,
    );
  return buffer;
}
