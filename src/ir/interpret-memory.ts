// The memory of the kernel interpreter: every access is checked against its buffer, and against what the other chunks
// of the phase access, since those may run before, after or at the same time.
import { allocate, bytesPerElement, viewOf, type DType, type TypedArray } from '../base/dtype.js';
import { InternalError } from '../base/errors.js';
import type { KernelProgram } from './kernel.js';
import { bufferName } from './print.js';

/** A piece of work as messages name it. */
export interface Worker {
  readonly kernelName: string;
  readonly chunk: number;
}

/** Bytes, and which chunks of the present phase have touched each of them. */
class Storage {
  /** Per byte: 0, or 1 + the number of the chunk that wrote it. */
  readonly writers: Int32Array;
  /** Per byte: 0, or 1 + the number of the chunk that read it, or -1 for several. */
  readonly readers: Int32Array;

  constructor(byteLength: number) {
    this.writers = new Int32Array(byteLength);
    this.readers = new Int32Array(byteLength);
  }

  forget(): void {
    this.writers.fill(0);
    this.readers.fill(0);
  }
}

interface Mapped {
  readonly name: string;
  readonly dtype: DType;
  readonly view: TypedArray;
  readonly storage: Storage;
  /** Of the view's first element in its storage. */
  readonly byteOffset: number;
}

/** Of the program, or of a thread: for several buffers. */
interface Memory {
  readonly bytes: ArrayBuffer;
  readonly storage: Storage;
}

/** What memory holds before anything is written: NaN as float32, so that reading too early shows. */
const neverWritten = 0xff;

export class CheckedMemory {
  readonly outputs: readonly TypedArray[];
  readonly #buffers: readonly Mapped[];
  readonly #storages = new Set<Storage>();
  readonly #local: Memory;
  /** The chunks of the present phase, in the order in which they began. */
  #workers: Worker[] = [];

  /** @throws InternalError if a parameter is missing, of another dtype or too short. */
  constructor(program: KernelProgram, parameters: readonly TypedArray[]) {
    if (parameters.length !== program.parameterCount)
      throw new InternalError(`kernels: expected ${program.parameterCount} parameters, received ${parameters.length}.`);
    this.outputs = Array.from({ length: program.outputCount }, (_, index) => makeOutput(program, index));
    const own = { temporary: makeMemory(program.temporaryBytes), local: makeMemory(program.localBytes) };
    this.#local = own.local;
    const storageOf = new Map(
      [...parameters, ...this.outputs].map((array) => [array, new Storage(array.byteLength)] as const),
    );
    for (const storage of [own.temporary.storage, own.local.storage, ...storageOf.values()])
      this.#storages.add(storage);

    this.#buffers = program.buffers.map(({ dtype, length, place }, index): Mapped => {
      const name = bufferName(program, index);
      if ('byteOffset' in place) {
        const { bytes, storage } = own[place.kind];
        const { byteOffset } = place;
        return { name, dtype, view: viewOf(dtype, bytes, byteOffset, length), storage, byteOffset };
      }
      const whole = (place.kind === 'parameter' ? parameters : this.outputs)[place.index]!;
      if (whole.constructor !== allocate(dtype, 0).constructor || whole.length < length)
        throw new InternalError(
          `kernels: ${place.kind} ${place.index}: expected ${length} elements of ${dtype}, received a ${whole.constructor.name} of ${whole.length}.`,
        );
      return { name, dtype, view: whole.subarray(0, length), storage: storageOf.get(whole)!, byteOffset: 0 };
    });
  }

  /** What was touched before is done: kernels of the next phase may read it. */
  beginPhase(): void {
    this.#workers = [];
    for (const storage of this.#storages) storage.forget();
  }

  beginChunk(worker: Worker): void {
    this.#workers.push(worker);
    new Uint8Array(this.#local.bytes).fill(neverWritten);
    this.#local.storage.forget();
  }

  /** @throws InternalError for a position outside, or an element that another chunk of the phase writes. */
  load(buffer: number, position: number): number {
    const { view, dtype, storage, byteOffset } = this.#check(buffer, position);
    const me = this.#workers.length;
    const size = bytesPerElement(dtype);
    for (let byte = byteOffset + position * size, end = byte + size; byte < end; byte++) {
      const writer = storage.writers[byte]!;
      if (writer !== 0 && writer !== me) this.#conflict(buffer, position, 'reads', 'writes', writer);
      const reader = storage.readers[byte]!;
      storage.readers[byte] = reader === 0 || reader === me ? me : -1;
    }
    const value = view[position]!;
    return dtype === 'bool' ? Number(value !== 0) : value;
  }

  /** @throws InternalError for a position outside, or an element that another chunk of the phase reads or writes. */
  store(buffer: number, position: number, value: number): void {
    const { view, dtype, storage, byteOffset } = this.#check(buffer, position);
    const me = this.#workers.length;
    const size = bytesPerElement(dtype);
    for (let byte = byteOffset + position * size, end = byte + size; byte < end; byte++) {
      const writer = storage.writers[byte]!;
      if (writer !== 0 && writer !== me) this.#conflict(buffer, position, 'writes', 'writes', writer);
      const reader = storage.readers[byte]!;
      if (reader !== 0 && reader !== me) this.#conflict(buffer, position, 'writes', 'reads', reader);
      storage.writers[byte] = me;
    }
    view[position] = value;
  }

  #check(buffer: number, position: number): Mapped {
    const mapped = this.#buffers[buffer]!;
    if (!Number.isInteger(position) || position < 0 || position >= mapped.view.length)
      throw new InternalError(
        `kernel ${this.#me().kernelName}: element ${position} of buffer ${mapped.name} is accessed, it has ${mapped.view.length}.`,
      );
    return mapped;
  }

  #me(): Worker {
    return this.#workers.at(-1)!;
  }

  #conflict(buffer: number, position: number, mine: string, others: string, other: number): never {
    const { kernelName, chunk } = this.#me();
    const { name } = this.#buffers[buffer]!;
    const them = other < 0 ? 'several other chunks of its phase' : nameOf(this.#workers[other - 1]!);
    throw new InternalError(
      `kernel ${kernelName}: chunk ${chunk} ${mine} element ${position} of buffer ${name}, which ${them} ${others}; chunks of one phase must not depend on each other.`,
    );
  }
}

function makeMemory(byteLength: number): Memory {
  const bytes = new ArrayBuffer(byteLength);
  new Uint8Array(bytes).fill(neverWritten);
  return { bytes, storage: new Storage(byteLength) };
}

function nameOf({ kernelName, chunk }: Worker): string {
  return `chunk ${chunk} of kernel ${kernelName}`;
}

function makeOutput(program: KernelProgram, index: number): TypedArray {
  const buffers = program.buffers.filter(({ place }) => place.kind === 'output' && place.index === index);
  const output = allocate(buffers[0]!.dtype, Math.max(...buffers.map(({ length }) => length)));
  new Uint8Array(output.buffer).fill(neverWritten);
  return output;
}
