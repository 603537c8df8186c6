// The linear memory of a pooled backend as the main thread reaches it: shared with the workers, or inside the only worker.
import { StateError } from '../base/errors.js';
import type { ThreadPool } from './pool.js';

export const pageBytes = 65536;
const initialPages = 16;
const mostPages = 65536;
/** Less than this is not worth starting with. */
const fewestPages = 1024;

/** Bytes that programs work on. Its parts are handed out by an Allocator; views of it are made anew for every use. */
export interface BackendMemory {
  /** For modules that run on this thread too; undefined where it is out of reach. */
  readonly shared: WebAssembly.Memory | undefined;
  readonly initialByteLength: number;
  readonly maximumByteLength: number;
  /** @throws if there is no more, where that is known at once */
  grow(byteLength: number): void;
  /** Copies `bytes` before anything that is asked of the workers later. */
  write(address: number, bytes: Uint8Array): void;
  /** A copy, made after everything that was asked of the workers before. */
  read(address: number, byteLength: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** A memory that workers can share, with the largest address space that can be had. @throws StateError if there is none */
export function createSharedMemory(): WebAssembly.Memory {
  for (let maximum = mostPages; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: initialPages, maximum, shared: true });
    } catch (error) {
      if (maximum <= fewestPages)
        throw new StateError(`There is no shared memory to be had here: ${String(error)}`, { cause: error });
    }
  }
}

/** Shared with the workers: the main thread copies by itself, while no run uses what it copies. */
export class SharedMemory implements BackendMemory {
  readonly initialByteLength = initialPages * pageBytes;
  // A smaller address space shows when it does not grow.
  readonly maximumByteLength = mostPages * pageBytes;
  readonly shared: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.shared = memory;
  }

  grow(byteLength: number): void {
    this.shared.grow(Math.ceil((byteLength - this.shared.buffer.byteLength) / pageBytes));
  }

  write(address: number, bytes: Uint8Array): void {
    new Uint8Array(this.shared.buffer).set(bytes, address);
  }

  read(address: number, byteLength: number): ArrayBuffer {
    const copy = new Uint8Array(byteLength);
    copy.set(new Uint8Array(this.shared.buffer, address, byteLength));
    return copy.buffer;
  }
}

/** Inside the only worker: the main thread sends and receives copies. */
export class WorkerMemory implements BackendMemory {
  readonly shared = undefined;
  readonly initialByteLength = pageBytes;
  readonly maximumByteLength = mostPages * pageBytes;
  readonly #pool: ThreadPool;

  constructor(pool: ThreadPool) {
    this.#pool = pool;
  }

  grow(byteLength: number): void {
    this.#pool.order({ kind: 'grow', byteLength });
  }

  write(address: number, bytes: Uint8Array): void {
    const copy = new Uint8Array(bytes);
    this.#pool.order({ kind: 'write', address, bytes: copy }, [copy.buffer]);
  }

  async read(address: number, byteLength: number): Promise<ArrayBuffer> {
    return (await this.#pool.request({ kind: 'read', address, byteLength })) as ArrayBuffer;
  }
}
