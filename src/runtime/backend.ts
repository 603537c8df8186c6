// The contract between the engine and a backend: memory, loading a program, running its steps.
import type { DType, TypedArray } from '../base/dtype.js';
import { StateError } from '../base/errors.js';
import type { Soon } from '../base/soon.js';
import type { KernelProgram, Target } from '../ir/kernel.js';
import type { Program } from '../ir/program.js';
import type { PrecompiledProgram, Precompiler } from './precompiled.js';

/** Memory of a backend. Only the backend that allocated it knows what is inside. */
export interface DeviceBuffer {
  readonly byteLength: number;
}

/** The memory a run works on, in the order of the program's parameters and outputs. Updated parameters change in place. */
export interface Operands {
  readonly parameters: readonly DeviceBuffer[];
  readonly outputs: readonly DeviceBuffer[];
}

/** A loaded program. */
export interface Executable {
  /** Threads that share a run; 1 unless given. */
  readonly threads?: number;
  /**
   * Runs `steps` steps one after the other; the outputs are those of the last. Undefined where that is done already.
   * @param threads workers that share the work, in place of as many as the program is worth, at most the backend's;
   * where there are workers, the caller then does none of it
   */
  run(operands: Operands, steps: number, threads?: number): Soon<void>;
  /** Gives its memory back; it cannot run again. */
  dispose(): void;
}

interface BackendBase {
  readonly name: string;
  /** Threads that share the work; 1 where there is no choice. */
  readonly threads: number;
  readonly dtypes: readonly DType[];
  allocate(byteLength: number): DeviceBuffer;
  free(buffer: DeviceBuffer): void;
  /** Copies `data` to the start of the buffer; runs and reads asked for later see it. */
  write(buffer: DeviceBuffer, data: TypedArray): void;
  /** A copy of the first `length` elements, as of all runs asked for so far; at once where none of them is under way. */
  read(buffer: DeviceBuffer, dtype: DType, length: number): Soon<TypedArray>;
  /** Ends its workers. Nothing can be run afterwards. */
  close(): Promise<void>;
}

/** Evaluates programs as they were traced, op by op. */
export interface GraphBackend extends BackendBase {
  readonly kind: 'graph';
  load(program: Program): Promise<Executable>;
}

/** Prints and runs kernels that the compiler made for its target. */
export interface KernelBackend extends BackendBase {
  readonly kind: 'kernel';
  readonly target: Target;
  /**
   * @param key names what the program computes, so that it may be kept; programs of one key are the same
   * @throws UnusableBackendError if this backend cannot run programs after all, and another should be used
   */
  load(program: KernelProgram, key?: string): Promise<Executable>;
  /**
   * Several programs, for a backend to which that is less work than one by one. Throws what `load` throws.
   * @param key names what all of them compute, and which they are
   */
  loadAll?(programs: readonly KernelProgram[], key: string): Promise<Executable[]>;
  /** A program that was loaded under this key before, perhaps by another process, and is kept ready. */
  find?(key: string): Promise<Executable | undefined>;
  /** A program that was compiled before; undefined where this backend runs only what it compiled itself. @throws DataError if the code is damaged */
  loadPrecompiled?(program: PrecompiledProgram): Promise<Executable | undefined>;
}

/** A backend that turns out not to work here. */
export class UnusableBackendError extends StateError {}

export type Backend = GraphBackend | KernelBackend;

/** A backend that can be had here, made when it is first needed. */
export interface BackendFactory {
  readonly name: string;
  /** Compiles programs for machines elsewhere; undefined where code is made for this machine alone. */
  readonly precompiler?: Precompiler;
  create(options: { readonly threads: number }): Promise<Backend>;
}
