// Prints programs of kernels as one C file: a function for each kernel, `run`, which calls them, and what Node loads it by.
import type { KernelProgram } from '../../../ir/kernel.js';
import { printKernelFunction } from './kernel-function.js';
import { printModule } from './module.js';
import { printPrelude } from './prelude.js';
import { printProgramTable, printRun } from './run-function.js';

/**
 * C for GCC and Clang. `run(program, ...)` runs the program of that number in the list, and is called by each of its
 * threads; what is computed does not depend on how many there are.
 * @param lanes those that the programs were compiled for
 * @throws InternalError if a program computes with a dtype that kernels do not have
 */
export function printPrograms(programs: readonly KernelProgram[], lanes: number): string {
  let count = 0;
  const printed = programs.map((program, number) => {
    const phases = program.phases.map((kernels) => kernels.map((kernel) => ({ kernel, number: count++ })));
    const functions = phases.flat().map((one) => printKernelFunction(one.kernel, one.number, program, lanes));
    return [...functions, printProgramTable(phases, number)].join('\n');
  });
  return ['// Printed by Nacre.', printPrelude(lanes), printRun(), ...printed, printModule(programs.length)].join('\n');
}
