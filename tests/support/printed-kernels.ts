// Runs programs of kernels as the WebAssembly printer prints them, for comparison with the interpreter.
import { controlByteLength, controlOffsets } from '../../src/runtime/control.js';
import { maximumPages, printProgram } from '../../src/backends/wasm/printer/print-program.js';
import { tableByteLength } from '../../src/runtime/address-table.js';
import { bytesPerElement, viewOf, type TypedArray } from '../../src/base/dtype.js';
import type { KernelProgram } from '../../src/ir/kernel.js';

export type Run = (thread: number, threads: number, steps: number, table: number, control: number) => void;

const alignment = 64;
const pageBytes = 65536;
const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** What memory holds where nothing was written, as in the interpreter. */
const neverWritten = 0xff;

/**
 * A program's memory, laid out and filled: control block, each thread's table of addresses, temporaries, what each thread
 * has of its own, parameters, outputs.
 */
export class PrintedMemory {
  readonly memory: WebAssembly.Memory;
  readonly control = alignment;
  readonly table: number;
  readonly #controlBytes: number;
  readonly #program: KernelProgram;
  readonly #parameters: readonly TypedArray[];
  readonly #addresses: number[] = [];
  readonly #tableBytes: number;
  readonly #tables: readonly (readonly number[])[];
  /** Where each region that may be written begins and ends. */
  readonly #regions: (readonly [begin: number, end: number])[] = [];

  constructor(program: KernelProgram, parameters: readonly TypedArray[], shared = false, threads = 1) {
    this.#program = program;
    this.#parameters = parameters;
    this.#controlBytes = controlByteLength(threads);
    this.table = this.control + this.#controlBytes;
    this.#tableBytes = tableByteLength(program);
    const sizes = [
      program.temporaryBytes,
      threads * program.localBytes,
      ...parameters.map(({ byteLength }) => byteLength),
      ...Array.from({ length: program.outputCount }, (_, index) => outputBytes(program, index)),
    ];
    let end = this.table + threads * this.#tableBytes;
    this.#regions.push([this.control, this.control + this.#controlBytes]);
    for (const size of sizes) {
      const begin = roundUp(end, alignment);
      end = begin + size;
      this.#addresses.push(begin);
      this.#regions.push([begin, end]);
    }
    // The last region ends where the memory ends, if its size allows: reading beyond it traps.
    const total = roundUp(roundUp(end, alignment), pageBytes);
    const move = total - roundUp(end, alignment);
    this.#addresses.forEach((address, index) => (this.#addresses[index] = address + move));
    this.#regions.forEach(([begin, last], index) => {
      if (index > 0) this.#regions[index] = [begin + move, last + move];
    });
    const initial = total / pageBytes;
    this.memory = new WebAssembly.Memory(shared ? { initial, maximum: maximumPages, shared } : { initial });
    this.bytes.fill(neverWritten);
    this.clearControl();
    this.#tables = Array.from({ length: threads }, (_, thread) =>
      this.#addresses.map((address, entry) => address + (entry === 1 ? thread * program.localBytes : 0)),
    );
    this.#tables.forEach((entries, thread) => this.#tableOf(thread).set(entries));
    parameters.forEach((array, index) => this.#parameter(index).set(array));
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  /** Where the last region ends: where the memory ends too, if its size is a multiple of the alignment. */
  endOfLast(): number {
    return this.#regions.at(-1)![1];
  }

  /** Makes the control block what a run finds. */
  clearControl(): void {
    this.bytes.fill(0, this.control, this.control + this.#controlBytes);
  }

  /** A word of the control block. */
  controlWord(name: keyof typeof controlOffsets): number {
    return new Int32Array(this.memory.buffer)[(this.control + controlOffsets[name]) / 4]!;
  }

  setControlWord(name: keyof typeof controlOffsets, value: number): void {
    new Int32Array(this.memory.buffer)[(this.control + controlOffsets[name]) / 4] = value;
  }

  parameters(): TypedArray[] {
    return this.#parameters.map((_, index) => this.#parameter(index).slice());
  }

  outputs(): TypedArray[] {
    const { parameterCount, outputCount } = this.#program;
    return Array.from({ length: outputCount }, (_, index) => {
      const { dtype } = this.#program.buffers.find(({ place }) => place.kind === 'output' && place.index === index)!;
      const length = outputBytes(this.#program, index) / bytesPerElement(dtype);
      return viewOf(dtype, this.memory.buffer, this.#addresses[2 + parameterCount + index]!, length).slice();
    });
  }

  /** Whether everything outside the program's own regions is as it was. */
  isUntouchedElsewhere(): boolean {
    const { bytes } = this;
    const areAsWritten = this.#tables.every((entries, thread) =>
      entries.every((address, index) => this.#tableOf(thread)[index] === address),
    );
    if (!areAsWritten) return false;
    const tables = this.#tables.map((_, thread) => this.#tableOf(thread));
    const regions = [
      ...this.#regions,
      ...tables.map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength] as const),
    ];
    regions.sort(([a], [b]) => a - b);
    let position = 0;
    for (const [begin, end] of [...regions, [bytes.length, bytes.length] as const]) {
      if (!bytes.subarray(position, begin).every((byte) => byte === neverWritten)) return false;
      position = end;
    }
    return true;
  }

  #tableOf(thread: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.table + thread * this.#tableBytes, this.#addresses.length);
  }

  #parameter(index: number): TypedArray {
    const { constructor, length } = this.#parameters[index]!;
    // Every typed array can be made over a buffer.
    const make = constructor as new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;
    return new make(this.memory.buffer, this.#addresses[2 + index]!, length);
  }
}

function outputBytes({ buffers }: KernelProgram, index: number): number {
  const sizes = buffers.map(({ dtype, length, place }) =>
    place.kind === 'output' && place.index === index ? length * bytesPerElement(dtype) : 0,
  );
  return Math.max(...sizes);
}

/** The printed program over a memory. */
export function instantiate(program: KernelProgram, memory: WebAssembly.Memory, shared = false): Run {
  const module = new WebAssembly.Module(printProgram(program, { shared }));
  return new WebAssembly.Instance(module, { env: { memory } }).exports.run as Run;
}

/**
 * Prints a program and runs it once. Several threads come one after the other, the last one first: it claims all the
 * work, piece by piece, and the others find the run over. Gives the outputs, and the parameters as they are afterwards.
 */
export function runPrinted(
  program: KernelProgram,
  parameters: readonly TypedArray[],
  threads = 1,
): { outputs: TypedArray[]; parameters: TypedArray[] } {
  const shared = threads > 1;
  const memory = new PrintedMemory(program, parameters, shared, threads);
  const run = instantiate(program, memory.memory, shared);
  for (let thread = threads - 1; thread >= 0; thread--) run(thread, threads, 1, memory.table, memory.control);
  if (!memory.isUntouchedElsewhere()) throw new Error('The printed program wrote outside its buffers.');
  return { outputs: memory.outputs(), parameters: memory.parameters() };
}
