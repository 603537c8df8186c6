// The WebAssembly backend: prints programs as modules of SIMD code and runs them on a pool of workers over one memory.
// The main thread only copies, sends messages, and does itself what is not worth one. Runs happen one after the other in
// the order in which they were asked for; a write or read of a buffer that no waiting job uses happens at once.
import { bytesPerElement, viewOf, type DType, type TypedArray } from '../../base/dtype.js';
import { InternalError, messageOf, StateError, ValueError } from '../../base/errors.js';
import type { Workers } from '../../base/workers.js';
import type { KernelProgram, Target } from '../../ir/kernel.js';
import { Allocator } from '../../runtime/allocator.js';
import type { BackendFactory, DeviceBuffer, Executable, KernelBackend } from '../../runtime/backend.js';
import { ThreadPool } from '../../runtime/pool.js';
import { usableBuffer, WasmBuffer } from './buffer.js';
import { distributionOf, everyThread } from './distribution.js';
import { WasmExecutable, type Host } from './executable.js';
import { JobQueue } from './job-queue.js';
import { createSharedMemory, SharedMemory, WorkerMemory, type BackendMemory } from './memory.js';
import { printProgram } from './printer/print-program.js';

/** Makes the module of a program. */
export type Printer = typeof printProgram;

export interface WasmBackendOptions {
  readonly workers: Workers;
  /** Whether several workers share one memory; by default, where the platform lets them. */
  readonly sharedMemory?: boolean;
  /** For tests: all threads take part in every run, however little there is to do. */
  readonly everyThread?: boolean;
  /** For tests of the backend without the compiler's kernels. */
  readonly print?: Printer;
}

/** What every machine with WebAssembly SIMD can be taken for: V8 keeps 14 of 16 vector registers for values. */
const target: Target = {
  lanes: 4,
  vectorRegisters: 14,
  tileRows: 4,
  tileVectors: 2,
  level1CacheBytes: 32 * 1024,
  level2CacheBytes: 1024 * 1024,
  meetingFlops: 100_000,
};

/** A module that does nothing, with SIMD: `(module (func (drop (v128.const i64x2 0 0))))`. */
// prettier-ignore
const simdProbe = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, ...new Array<number>(16).fill(0), 26, 11,
);

class WasmBackend implements KernelBackend, Host {
  readonly kind = 'kernel';
  readonly name = 'wasm';
  readonly dtypes = ['float32', 'int32', 'uint8', 'bool'] as const;
  readonly target = target;
  readonly pool: ThreadPool;
  readonly memory: BackendMemory;
  readonly #print: Printer;
  readonly #economical: boolean;
  readonly #allocator: Allocator;
  readonly #queue = new JobQueue();
  #lastProgram = 0;
  #closed = false;

  constructor(pool: ThreadPool, memory: BackendMemory, options: WasmBackendOptions) {
    this.pool = pool;
    this.memory = memory;
    this.#print = options.print ?? printProgram;
    this.#economical = options.everyThread !== true;
    this.#allocator = new Allocator({
      byteLength: memory.initialByteLength,
      maximumByteLength: memory.maximumByteLength,
      grow: (byteLength) => memory.grow(byteLength),
    });
  }

  get threads(): number {
    return this.pool.threads;
  }

  /** What is in it is undefined until it is written. */
  allocate(byteLength: number): WasmBuffer {
    this.checkUsable();
    return new WasmBuffer(this, this.#allocator.allocate(byteLength), byteLength);
  }

  free(buffer: DeviceBuffer): void {
    const own = usableBuffer(buffer, this, 0, 'free');
    own.freed = true;
    if (own.jobs === 0) this.#allocator.free(own.address);
    else this.#queue.add(() => this.#allocator.free(own.address));
  }

  write(buffer: DeviceBuffer, data: TypedArray): void {
    this.checkUsable();
    const own = usableBuffer(buffer, this, data.byteLength, 'write');
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (own.jobs === 0) {
      this.memory.write(own.address, bytes);
      return;
    }
    const copy = bytes.slice();
    // It is left out only where the pool has failed, and the run that it waits for says so.
    this.inTurn([own], () => this.memory.write(own.address, copy)).catch(() => undefined);
  }

  async read(buffer: DeviceBuffer, dtype: DType, length: number): Promise<TypedArray> {
    this.checkUsable();
    const byteLength = length * bytesPerElement(dtype);
    const own = usableBuffer(buffer, this, byteLength, 'read');
    const copy = (): ArrayBuffer | Promise<ArrayBuffer> => this.memory.read(own.address, byteLength);
    const bytes = await (own.jobs === 0 ? copy() : this.inTurn([own], copy));
    return viewOf(dtype, bytes, 0, length);
  }

  async load(program: KernelProgram): Promise<Executable> {
    this.checkUsable();
    const module = await compile(this.#print(program, { shared: this.memory.shared !== undefined }));
    this.checkUsable();
    const distribution = this.#economical ? distributionOf(program, this.threads) : everyThread(this.threads);
    return new WasmExecutable(this, program, module, ++this.#lastProgram, distribution);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.pool.close();
  }

  checkUsable(): void {
    if (this.#closed) throw new StateError('wasm: the backend is closed; create a new one.');
    const { failure } = this.pool;
    if (failure) throw new StateError(`wasm: the backend stopped working. ${failure.message}`, { cause: failure });
  }

  /** Does `work`, which uses `buffers`, when all that was asked for before is done. */
  inTurn<Result>(buffers: readonly WasmBuffer[], work: () => Result | Promise<Result>): Promise<Result> {
    for (const buffer of buffers) buffer.jobs++;
    return new Promise((resolve, reject) => {
      this.#queue.add(() => {
        const result = (async () => {
          this.checkUsable();
          return work();
        })();
        const release = (): void => {
          for (const buffer of buffers) buffer.jobs--;
        };
        result.then(resolve, reject);
        return result.then(release, release);
      });
    });
  }
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new InternalError(`wasm: the printed module is not valid: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The WebAssembly backend over a platform's workers. Where memory cannot be shared it has one worker, whatever number of
 * threads is asked for.
 */
export function wasmBackend(options: WasmBackendOptions): BackendFactory {
  const { workers, sharedMemory = workers.canShareMemory } = options;
  return {
    name: 'wasm',
    create: async ({ threads }) => {
      if (!Number.isInteger(threads) || threads < 1)
        throw new ValueError(`wasm: expected a whole number of threads of at least 1, received ${threads}.`);
      await checkSimd();
      if (!sharedMemory) {
        const pool = await ThreadPool.start({ workers, threads: 1 });
        return new WasmBackend(pool, new WorkerMemory(pool), options);
      }
      const memory = createSharedMemory();
      const pool = await ThreadPool.start({ workers, threads, memory });
      return new WasmBackend(pool, new SharedMemory(memory), options);
    },
  };
}

/** @throws StateError if there is no WebAssembly here, none with SIMD, or a page forbids it */
async function checkSimd(): Promise<void> {
  try {
    await WebAssembly.compile(simdProbe);
  } catch (error) {
    throw new StateError(
      `The wasm backend needs WebAssembly with SIMD, and on pages 'wasm-unsafe-eval' in a content security policy: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
