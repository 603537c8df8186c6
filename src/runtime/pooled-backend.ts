// A backend over a pool of workers that share one linear memory: everything but the printing of code. The main thread
// only copies, sends messages, and does itself what is not worth one. Runs happen one after the other in the order in
// which they were asked for; a write or read of a buffer that no waiting job uses happens at once.
import { bytesPerElement, viewOf, type DType, type TypedArray } from '../base/dtype.js';
import { StateError } from '../base/errors.js';
import { andThen, attempt, type Soon } from '../base/soon.js';
import type { KernelProgram, Target } from '../ir/kernel.js';
import { Allocator } from './allocator.js';
import type { DeviceBuffer, Executable, KernelBackend } from './backend.js';
import { LinearBuffer, usableBuffer } from './buffer.js';
import type { Code } from './code.js';
import { controlOffsets } from './control.js';
import { distributionOf, everyThread, type Costs } from './distribution.js';
import { PooledExecutable, type Host } from './executable.js';
import { footprintOf, type ProgramFootprint } from './footprint.js';
import { JobQueue } from './job-queue.js';
import { mailboxByteLength, Mailboxes } from './mailbox.js';
import type { BackendMemory } from './memory.js';
import type { PrecompiledProgram } from './precompiled.js';
import type { ThreadPool } from './pool.js';

/** What tells one pooled backend from another. */
export interface CodeMaker {
  readonly name: string;
  readonly target: Target;
  readonly costs: Costs;
  /** Prints a program as code that the workers can load. `key` is what it may be kept under. */
  make(program: KernelProgram, footprint: ProgramFootprint, key?: string): Promise<Code>;
  /** Prints several programs at once; without it, one by one. */
  makeAll?(programs: readonly KernelProgram[], key: string): Promise<Code[]>;
  /** Code that was kept. */
  find?(key: string): Promise<MadeCode | undefined>;
  /** Code that was printed before, elsewhere. */
  precompiled?(program: PrecompiledProgram): Promise<Code>;
}

export interface MadeCode {
  readonly code: Code;
  readonly footprint: ProgramFootprint;
}

export class PooledBackend implements KernelBackend, Host {
  readonly kind = 'kernel';
  readonly name: string;
  readonly dtypes = ['float32', 'int32', 'uint8', 'bool'] as const;
  readonly target: Target;
  readonly pool: ThreadPool;
  readonly memory: BackendMemory;
  readonly #maker: CodeMaker;
  readonly #economical: boolean;
  readonly #allocator: Allocator;
  readonly #queue = new JobQueue();
  #lastProgram = 0;
  #closed = false;
  /** Ends the run under way after its step. */
  #stop: () => void = () => undefined;

  /** @param economical whether as many threads take part as a program is worth; else all, always */
  constructor(maker: CodeMaker, pool: ThreadPool, memory: BackendMemory, economical: boolean) {
    this.name = maker.name;
    this.target = maker.target;
    this.pool = pool;
    this.memory = memory;
    this.#maker = maker;
    this.#economical = economical;
    this.#allocator = new Allocator({
      byteLength: memory.initialByteLength,
      maximumByteLength: memory.maximumByteLength,
      grow: (byteLength) => memory.grow(byteLength),
    });
    if (memory.shared && economical && pool.threads > 1 && pool.workers.callerMayWait)
      this.#useMailboxes(memory.shared);
  }

  #useMailboxes(memory: WebAssembly.Memory): void {
    const { threads } = this.pool;
    const byteLength = threads * mailboxByteLength;
    const { address } = this.allocate(byteLength);
    this.memory.write(address, new Uint8Array(byteLength));
    this.pool.useMailboxes(new Mailboxes(memory, address, threads), address);
  }

  get threads(): number {
    return this.pool.threads;
  }

  /** What is in it is undefined until it is written. */
  allocate(byteLength: number): LinearBuffer {
    this.checkUsable();
    return new LinearBuffer(this, this.#allocator.allocate(byteLength), byteLength);
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
    const writing = this.inTurn([own], () => this.memory.write(own.address, copy));
    // It is left out only where the pool has failed, and the run that it waits for says so.
    writing?.catch(() => undefined);
  }

  read(buffer: DeviceBuffer, dtype: DType, length: number): Soon<TypedArray> {
    return attempt(() => this.#read(buffer, dtype, length));
  }

  #read(buffer: DeviceBuffer, dtype: DType, length: number): Soon<TypedArray> {
    this.checkUsable();
    const byteLength = length * bytesPerElement(dtype);
    const own = usableBuffer(buffer, this, byteLength, 'read');
    const copy = (): Soon<ArrayBuffer> => this.memory.read(own.address, byteLength);
    return andThen(own.jobs === 0 ? copy() : this.inTurn([own], copy), (bytes) => viewOf(dtype, bytes, 0, length));
  }

  async load(program: KernelProgram, key?: string): Promise<Executable> {
    this.checkUsable();
    const footprint = footprintOf(program);
    return this.#executable({ code: await this.#maker.make(program, footprint, key), footprint });
  }

  async loadAll(programs: readonly KernelProgram[], key: string): Promise<Executable[]> {
    const maker = this.#maker;
    if (!maker.makeAll) return Promise.all(programs.map((program) => this.load(program)));
    this.checkUsable();
    const codes = await maker.makeAll(programs, key);
    return codes.map((code, i) => this.#executable({ code, footprint: footprintOf(programs[i]!) }));
  }

  async find(key: string): Promise<Executable | undefined> {
    this.checkUsable();
    const made = await this.#maker.find?.(key);
    return made && this.#executable(made);
  }

  async loadPrecompiled(program: PrecompiledProgram): Promise<Executable | undefined> {
    this.checkUsable();
    const code = await this.#maker.precompiled?.(program);
    return code && this.#executable({ code, footprint: program.footprint });
  }

  #executable({ code, footprint }: MadeCode): Executable {
    this.checkUsable();
    const distribution = this.#economical
      ? distributionOf(footprint, this.threads, this.#maker.costs)
      : everyThread(this.threads);
    return new PooledExecutable(this, code, footprint, ++this.#lastProgram, distribution);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.pool.close();
  }

  /** A worker in the middle of the machine's own code cannot be interrupted: it has to be told. */
  async stoppable(running: Promise<unknown>, control: number): Promise<void> {
    const { shared } = this.memory;
    if (!shared) {
      await running;
      return;
    }
    this.#stop = () => Atomics.store(new Int32Array(shared.buffer), (control + controlOffsets.stop) / 4, 1);
    const withdraw = this.pool.workers.onExit?.(() => this.#stop());
    try {
      await running;
    } finally {
      this.#stop = () => undefined;
      withdraw?.();
    }
  }

  checkUsable(): void {
    if (this.#closed) throw new StateError(`${this.name}: the backend is closed; create a new one.`);
    const { failure } = this.pool;
    if (failure)
      throw new StateError(`${this.name}: the backend stopped working. ${failure.message}`, { cause: failure });
  }

  /** Does `work`, which uses `buffers`, when all that was asked for before is done: at once if it is. */
  inTurn<Result>(buffers: readonly LinearBuffer[], work: () => Soon<Result>): Soon<Result> {
    const release = (): void => {
      for (const buffer of buffers) buffer.jobs--;
    };
    if (this.#queue.idle) {
      this.checkUsable();
      const result = work();
      if (!(result instanceof Promise)) return result;
      for (const buffer of buffers) buffer.jobs++;
      this.#queue.add(() => result.then(release, release));
      return result;
    }
    for (const buffer of buffers) buffer.jobs++;
    return new Promise((resolve, reject) => {
      this.#queue.add(() => {
        const result = (async () => {
          this.checkUsable();
          return work();
        })();
        result.then(resolve, reject);
        return result.then(release, release);
      });
    });
  }
}
