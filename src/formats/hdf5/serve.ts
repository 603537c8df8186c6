// What a worker does that reads and writes HDF5 files: answers messages one after the other. The function is sent to
// workers as text: it uses nothing but what it is given and the language's own.
import type { Hdf5Library } from './library.js';
import type { RawGroup, ReadLimits } from './raw.js';

export type Hdf5Request =
  | {
      readonly kind: 'read';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly limits: ReadLimits;
      /** The most that the library may have as memory, in bytes. */
      readonly memory: number;
    }
  | { readonly kind: 'write'; readonly root: RawGroup };

export type Hdf5Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly root: RawGroup }
  | { readonly kind: 'written'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `isBroken`: the library has stopped in the middle of something. */
  | { readonly kind: 'failed'; readonly message: string; readonly isBroken: boolean };

/** The part of a worker's own scope, or Node's port, that is used. */
export interface Hdf5Port {
  onmessage: ((event: { readonly data: Hdf5Request }) => void) | null;
  postMessage(message: Hdf5Answer, transfer: ArrayBuffer[]): void;
}

export function serveHdf5(
  port: Hdf5Port,
  library: Hdf5Library,
  read: (library: Hdf5Library, bytes: Uint8Array, limits: ReadLimits) => RawGroup,
  write: (library: Hdf5Library, root: RawGroup) => Uint8Array<ArrayBuffer>,
): void {
  const pageBytes = 65536;
  let mostBytes = Infinity;
  // The library asks for more memory by growing what it has, and takes an error for there being none.
  const { prototype } = WebAssembly.Memory;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its memory below
  const { grow } = prototype;
  prototype.grow = function (this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * pageBytes > mostBytes) throw new RangeError('more memory than is allowed');
    return grow.call(this, pages);
  };

  const buffersOf = ({ groups, arrays }: RawGroup): ArrayBuffer[] => [
    ...[...arrays.values()].map(({ bytes }) => bytes.buffer),
    ...[...groups.values()].flatMap(buffersOf),
  ];

  const answer = (request: Hdf5Request): void => {
    if (request.kind === 'write') {
      mostBytes = Infinity;
      const bytes = write(library, request.root);
      port.postMessage({ kind: 'written', bytes }, [bytes.buffer]);
      return;
    }
    mostBytes = request.memory;
    const root = read(library, request.bytes, request.limits);
    port.postMessage({ kind: 'read', root }, buffersOf(root));
  };

  port.onmessage = ({ data }) => {
    try {
      answer(data);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isBroken = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
      port.postMessage({ kind: 'failed', message, isBroken }, []);
    }
  };
  port.postMessage({ kind: 'ready' }, []);
}
