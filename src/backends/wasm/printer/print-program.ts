// Prints a program of kernels as one WebAssembly module: a function for each kernel, and `run`, which calls them.
import type { KernelProgram } from '../../../ir/kernel.js';
import { tableByteLength } from '../../../runtime/address-table.js';
import { ModuleBuilder } from '../encoder/module-builder.js';
import type { FunctionRef } from '../encoder/value-types.js';
import { addDivision } from './division.js';
import { kernelFunctionType, writeKernel } from './kernel-function.js';
import { addRun, type RunnableKernel } from './run-function.js';

/** The most pages that a memory of 32-bit addresses can have. */
export const maximumPages = 65536;

export interface PrintOptions {
  /** Whether the memory is shared between threads, which then share the work. */
  readonly shared: boolean;
}

/**
 * A module that imports `env.memory` and exports `run(thread, threads, steps, table, control)`, all i32. Each of
 * `threads` threads calls it with its own number; without shared memory there is one, number 0. Those that never come
 * are done without, and those that come late find the run further on, or over.
 *
 * - `table`: the address of the tables that src/runtime/address-table.ts describes, one for each thread, of addresses
 *   that are multiples of 64.
 * - `control`: the address, a multiple of 64, of the block that src/runtime/control.ts describes,
 *   `controlByteLength(threads)` bytes. They are zeros when a run begins, and nobody's until all its threads have returned.
 *
 * What is computed does not depend on the number of threads. A kernel is a function of its own, called at least
 * once a step, because engines replace a function by its optimised version only when it is called anew.
 * @throws InternalError if the program is not in order
 */
export function printProgram(program: KernelProgram, { shared }: PrintOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder('nacre');
  module.importMemory('env', 'memory', shared ? { initial: 0, maximum: maximumPages, shared } : { initial: 0, shared });
  let division: FunctionRef | undefined;
  const divide = (): FunctionRef => (division ??= addDivision(module));
  const phases = program.phases.map((kernels) =>
    kernels.map((kernel): RunnableKernel => {
      const ref = module.addFunction(kernel.name, kernelFunctionType, (code) => {
        writeKernel(code, kernel, program, divide);
      });
      return { ref, chunks: kernel.chunks, flops: kernel.flops };
    }),
  );
  addRun(module, phases, tableByteLength(program), shared);
  return module.toBytes();
}
