// A program that is loaded: its code on the workers, its own memory, and how a run is started.
import { InternalError, messageOf, StateError } from '../base/errors.js';
import { attempt, type Soon } from '../base/soon.js';
import type { DeviceBuffer, Executable, Operands } from './backend.js';
import type { ThreadPool } from './pool.js';
import { usableBuffer, type BufferOwner, type LinearBuffer } from './buffer.js';
import { patienceMilliseconds, type GivenRun } from './mailbox.js';
import { tableByteLength } from './address-table.js';
import type { BackendMemory } from './memory.js';
import type { Code, LoadedCode, Watch } from './code.js';
import { controlByteLength } from './control.js';
import type { Distribution } from './distribution.js';
import type { ProgramFootprint } from './footprint.js';

/** What a loaded program needs of its backend. */
export interface Host extends BufferOwner {
  readonly pool: ThreadPool;
  readonly memory: BackendMemory;
  allocate(byteLength: number): LinearBuffer;
  free(buffer: LinearBuffer): void;
  /** Does `work`, which uses `buffers`, when all that was asked for before is done: at once if it is. */
  inTurn<Result>(buffers: readonly LinearBuffer[], work: () => Soon<Result>): Soon<Result>;
  /** `running`, which the block at `control` belongs to, ends early when the backend or the process does. */
  stoppable(running: Promise<unknown>, control: number): Promise<void>;
  /** @throws StateError if the backend is closed or has failed */
  checkUsable(): void;
}

export class PooledExecutable implements Executable {
  readonly #host: Host;
  readonly #code: Code;
  /** The program's number on the workers. */
  readonly #number: number;
  readonly #needed: ProgramFootprint;
  readonly #distribution: Distribution;
  /** The tables of addresses start a cache line after the control block, which threads write to all the time. */
  readonly #tableOffset: number;
  readonly #tableBytes: number;
  readonly #temporaries: LinearBuffer;
  /** What each thread has of its own, one after the other. */
  readonly #locals: LinearBuffer;
  /** The control block and a table of addresses for each thread. */
  readonly #block: LinearBuffer;
  /** What the block is before a run: zeros, then the tables. */
  readonly #words: Uint32Array<ArrayBuffer>;
  /** The code as this thread has it, once it had to run here. */
  #here: LoadedCode | undefined;
  /** When it last ran on the caller alone, in milliseconds. */
  #lastAlone = -Infinity;
  #disposed = false;

  /** @throws MemoryError if there is no room for the program's own memory */
  constructor(host: Host, code: Code, footprint: ProgramFootprint, number: number, distribution: Distribution) {
    this.#host = host;
    this.#code = code;
    this.#number = number;
    this.#needed = footprint;
    this.#distribution = distribution;
    this.#tableOffset = 64 * Math.ceil(controlByteLength(host.pool.threads) / 64);
    this.#temporaries = host.allocate(footprint.temporaryBytes);
    this.#locals = host.allocate(host.pool.threads * footprint.localBytes);
    this.#tableBytes = tableByteLength({
      parameterCount: footprint.parameters.length,
      outputCount: footprint.outputs.length,
    });
    this.#words = new Uint32Array((this.#tableOffset + host.pool.threads * this.#tableBytes) / 4);
    this.#block = host.allocate(this.#words.byteLength);
    host.pool.order({ kind: 'load', program: number, code: code.message });
  }

  get threads(): number {
    return this.#distribution.threads;
  }

  run(operands: Operands, steps: number, threads?: number): Soon<void> {
    return attempt(() => this.#run(operands, steps, threads));
  }

  #run(operands: Operands, steps: number, threads: number | undefined): Soon<void> {
    this.#host.checkUsable();
    if (this.#disposed)
      throw new StateError(`${this.#host.name}: this program was disposed of and cannot run again; load it anew.`);
    this.#checkSteps(steps);
    const distribution = threads === undefined ? this.#distribution : { threads, stepsOnCaller: 0, stepsTogether: 0 };
    this.#checkThreads(distribution);
    const buffers = [
      this.#temporaries,
      this.#locals,
      ...this.#operandBuffers(operands, 'parameters'),
      ...this.#operandBuffers(operands, 'outputs'),
    ];
    return this.#host.inTurn([...buffers, this.#block], () => this.#start(buffers, steps, distribution));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { pool } = this.#host;
    const forget = (): void => {
      if (!pool.failure) pool.order({ kind: 'unload', program: this.#number });
    };
    if (!pool.failure) this.#host.inTurn([], forget)?.catch(() => undefined);
    this.#host.free(this.#temporaries);
    this.#host.free(this.#locals);
    this.#host.free(this.#block);
  }

  #start(
    buffers: readonly LinearBuffer[],
    steps: number,
    { threads, stepsOnCaller, stepsTogether }: Distribution,
  ): Soon<void> {
    if (steps === 0) return undefined;
    const addresses = buffers.map(({ address }) => address);
    for (let thread = 0; thread < threads; thread++) {
      this.#words.set(addresses, (this.#tableOffset + thread * this.#tableBytes) / 4);
      addresses[1]! += this.#needed.localBytes;
    }
    const { memory, pool } = this.#host;
    const control = this.#block.address;
    const table = control + this.#tableOffset;
    memory.write(control, new Uint8Array(this.#words.buffer));
    const run = { program: this.#number, threads, steps, table, control };
    const { shared } = memory;
    if (shared && steps <= stepsTogether && pool.runTogether(run, () => this.#runHere(shared, threads, run)))
      return undefined;
    if (shared && steps <= stepsOnCaller) {
      if (steps <= stepsTogether) this.#gather(threads);
      this.#runHere(shared, 1, run);
      return undefined;
    }
    const running = pool.request({ kind: 'run', ...run }, threads);
    return this.#host.stoppable(running, control);
  }

  /** Where runs follow each other closely, workers are had to wait for the next. */
  #gather(threads: number): void {
    const now = performance.now();
    if (now - this.#lastAlone < patienceMilliseconds) this.#host.pool.gather(threads);
    this.#lastAlone = now;
  }

  /** Gives how this thread may wait for others after it. */
  #runHere(memory: WebAssembly.Memory, threads: number, { steps, table, control }: GivenRun): Watch | undefined {
    try {
      this.#here ??= this.#code.loadHere(memory);
      this.#here.run(0, threads, steps, table, control);
      return this.#here.watch;
    } catch (error) {
      throw new InternalError(`${this.#host.name}: the program failed to run: ${messageOf(error)}.`, { cause: error });
    }
  }

  #operandBuffers(operands: Operands, kind: keyof Operands): LinearBuffer[] {
    const buffers: readonly DeviceBuffer[] = operands[kind];
    const needed = this.#needed[kind];
    if (buffers.length !== needed.length)
      throw new InternalError(`${this.#host.name}: expected ${needed.length} ${kind}, received ${buffers.length}.`);
    return buffers.map((buffer, i) => usableBuffer(buffer, this.#host, needed[i]!, `${kind}[${i}]`));
  }

  #checkThreads({ threads }: Distribution): void {
    const most = this.#host.pool.threads;
    if (!Number.isInteger(threads) || threads < 1 || threads > most)
      throw new InternalError(
        `${this.#host.name}: expected a whole number of threads from 1 to ${most}, received ${threads}.`,
      );
  }

  #checkSteps(steps: number): void {
    if (!Number.isInteger(steps) || steps < 0 || steps >= 2 ** 31)
      throw new InternalError(
        `${this.#host.name}: expected a whole number of steps from 0 to 2^31 - 1, received ${steps}.`,
      );
  }
}
