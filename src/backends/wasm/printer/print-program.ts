// Prints a program of kernels as one WebAssembly module: a function for each kernel, and `run`, which calls them.
import type { KernelProgram } from '../../../ir/kernel.js';
import { ModuleBuilder } from '../encoder/module-builder.js';
import type { FunctionRef } from '../encoder/value-types.js';
import { addBarrier } from './barrier.js';
import { addDivision } from './division.js';
import { kernelFunctionType, writeKernel } from './kernel-function.js';
import { runFunctionType, writeRun, type RunnableKernel } from './run-function.js';

/** The most pages that a memory of 32-bit addresses can have. */
export const maximumPages = 65536;

export interface PrintOptions {
  /** Whether the memory is shared between threads, which then meet at barriers. */
  readonly shared: boolean;
}

/**
 * A module that imports `env.memory` and exports `run(thread, threads, steps, table, control)`, all i32. Each of
 * `threads` threads calls it with its own number; without shared memory there is one, number 0.
 *
 * - `table`: the address of i32 addresses, multiples of 64: the program's own memory, its parameters, its outputs.
 * - `control`: the address of the block that control.ts describes, `controlByteLength` bytes that start as zeros.
 *
 * What is computed does not depend on the number of threads. A kernel is a function of its own, called once a step,
 * because engines replace a function by its optimised version only when it is called anew.
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
      return { ref, chunks: kernel.chunks };
    }),
  );
  const barrier = shared ? addBarrier(module) : undefined;
  module.addFunction('run', { ...runFunctionType, exported: true }, (code) => {
    writeRun(code, phases, barrier);
  });
  return module.toBytes();
}
