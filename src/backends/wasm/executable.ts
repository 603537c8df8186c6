// A program that is loaded: its module on the workers, its own memory, and how a run is started.
import { bytesPerElement } from '../../base/dtype.js';
import { InternalError, messageOf, StateError } from '../../base/errors.js';
import type { KernelProgram } from '../../ir/kernel.js';
import type { DeviceBuffer, Executable, Operands } from '../../runtime/backend.js';
import type { ThreadPool } from '../../runtime/pool.js';
import { usableBuffer, type WasmBuffer } from './buffer.js';
import type { BackendMemory } from './memory.js';
import { controlByteLength } from './printer/control.js';
import type { Distribution } from './distribution.js';

/** The table of addresses starts a cache line after the control block, which threads write to all the time. */
const tableOffset = 64 * Math.ceil(controlByteLength / 64);

/** What a loaded program needs of its backend. */
export interface Host {
  readonly pool: ThreadPool;
  readonly memory: BackendMemory;
  allocate(byteLength: number): WasmBuffer;
  free(buffer: WasmBuffer): void;
  /** Does `work`, which uses `buffers`, when all that was asked for before is done. */
  inTurn<Result>(buffers: readonly WasmBuffer[], work: () => Result | Promise<Result>): Promise<Result>;
  /** @throws StateError if the backend is closed or has failed */
  checkUsable(): void;
}

type Run = (thread: number, threads: number, steps: number, table: number, control: number) => void;

export class WasmExecutable implements Executable {
  readonly #host: Host;
  readonly #module: WebAssembly.Module;
  /** The module's number on the workers. */
  readonly #number: number;
  readonly #needed: Record<keyof Operands, readonly number[]>;
  readonly #distribution: Distribution;
  readonly #temporaries: WasmBuffer;
  /** The control block and the table of addresses. */
  readonly #block: WasmBuffer;
  #runOnCaller: Run | undefined;
  #disposed = false;

  /** @throws MemoryError if there is no room for the program's own memory */
  constructor(
    host: Host,
    program: KernelProgram,
    module: WebAssembly.Module,
    number: number,
    distribution: Distribution,
  ) {
    this.#host = host;
    this.#module = module;
    this.#number = number;
    this.#needed = operandByteLengths(program);
    this.#distribution = distribution;
    this.#temporaries = host.allocate(program.temporaryBytes);
    this.#block = host.allocate(tableOffset + 4 * (1 + program.parameterCount + program.outputCount));
    host.pool.order({ kind: 'load', program: number, module });
  }

  async run(operands: Operands, steps: number): Promise<void> {
    this.#host.checkUsable();
    if (this.#disposed) throw new StateError('wasm: this program was disposed of and cannot run again; load it anew.');
    checkSteps(steps);
    const buffers = [
      this.#temporaries,
      ...this.#operandBuffers(operands, 'parameters'),
      ...this.#operandBuffers(operands, 'outputs'),
    ];
    await this.#host.inTurn([...buffers, this.#block], () => this.#start(buffers, steps));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const { pool } = this.#host;
    const forget = (): void => {
      if (!pool.failure) pool.order({ kind: 'unload', program: this.#number });
    };
    void this.#host.inTurn([], forget).catch(() => undefined);
    this.#host.free(this.#temporaries);
    this.#host.free(this.#block);
  }

  #start(buffers: readonly WasmBuffer[], steps: number): Promise<unknown> | undefined {
    if (steps === 0) return undefined;
    const words = new Uint32Array(tableOffset / 4 + buffers.length);
    buffers.forEach(({ address }, index) => (words[tableOffset / 4 + index] = address));
    const { memory, pool } = this.#host;
    const { threads, stepsOnCaller } = this.#distribution;
    const control = this.#block.address;
    const table = control + tableOffset;
    memory.write(control, new Uint8Array(words.buffer));
    if (memory.shared && steps <= stepsOnCaller) {
      this.#runHere(memory.shared, steps, table, control);
      return undefined;
    }
    return pool.request({ kind: 'run', program: this.#number, threads, steps, table, control }, threads);
  }

  #runHere(memory: WebAssembly.Memory, steps: number, table: number, control: number): void {
    try {
      // What every printed module exports.
      this.#runOnCaller ??= new WebAssembly.Instance(this.#module, { env: { memory } }).exports.run as Run;
      this.#runOnCaller(0, 1, steps, table, control);
    } catch (error) {
      throw new InternalError(`wasm: the program failed to run: ${messageOf(error)}.`, { cause: error });
    }
  }

  #operandBuffers(operands: Operands, kind: keyof Operands): WasmBuffer[] {
    const buffers: readonly DeviceBuffer[] = operands[kind];
    const needed = this.#needed[kind];
    if (buffers.length !== needed.length)
      throw new InternalError(`wasm: expected ${needed.length} ${kind}, received ${buffers.length}.`);
    return buffers.map((buffer, i) => usableBuffer(buffer, this.#host, needed[i]!, `${kind}[${i}]`));
  }
}

/** Bytes that kernels touch of each operand, 0 for those they leave alone. */
function operandByteLengths({ buffers, parameterCount, outputCount }: KernelProgram): Record<keyof Operands, number[]> {
  const parameters = new Array<number>(parameterCount).fill(0);
  const outputs = new Array<number>(outputCount).fill(0);
  for (const { place, length, dtype } of buffers) {
    if (place.kind === 'temporary') continue;
    const byteLengths = place.kind === 'parameter' ? parameters : outputs;
    byteLengths[place.index] = Math.max(byteLengths[place.index] ?? 0, length * bytesPerElement(dtype));
  }
  return { parameters, outputs };
}

function checkSteps(steps: number): void {
  if (!Number.isInteger(steps) || steps < 0 || steps >= 2 ** 31)
    throw new InternalError(`wasm: expected a whole number of steps from 0 to 2^31 - 1, received ${steps}.`);
}
