// Programs that were compiled before, perhaps on another machine: what runs without the compiler and the printers, so that
// a page need not carry them.
import type { KernelProgram, Target } from '../ir/kernel.js';
import type { ProgramFootprint } from './footprint.js';

/** The WebAssembly modules of a program: one for memory that threads share, one for where they cannot. */
export interface PrecompiledModules {
  readonly shared: Uint8Array<ArrayBuffer>;
  readonly unshared: Uint8Array<ArrayBuffer>;
}

export interface PrecompiledProgram {
  /** What it computes: two programs of one key are the same. */
  readonly key: string;
  readonly footprint: ProgramFootprint;
  readonly modules: PrecompiledModules;
}

/** What a backend has whose code runs on other machines too. */
export interface Precompiler {
  readonly target: Target;
  print(program: KernelProgram): Promise<PrecompiledModules>;
}
