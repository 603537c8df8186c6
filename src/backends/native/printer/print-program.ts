// Prints programs of kernels as C: a function for each kernel, `run`, which calls them, and what Node loads it by. Large
// programs are printed as several files, for as many compilers at the same time.
import type { KernelProgram } from '../../../ir/kernel.js';
import { tableByteLength } from '../../../runtime/address-table.js';
import { compilingCost, divideFunctions } from './division.js';
import { declareKernelFunction, printKernelFunction } from './kernel-function.js';
import { printModule } from './module.js';
import { printPrelude } from './prelude.js';
import { printProgramTable, printRun } from './run-function.js';

/**
 * C for GCC and Clang, in one file. `run(program, ...)` runs the program of that number in the list, and is called by each
 * of its threads; what is computed does not depend on how many there are.
 * @param lanes those that the programs were compiled for
 * @throws InternalError if a program computes with a dtype that kernels do not have
 */
export const printPrograms = (programs: readonly KernelProgram[], lanes: number): string =>
  printFiles(programs, lanes, 1)[0]!;

/**
 * The same as up to `most` files that make one module, as many as are worth compiling apart. Each function is printed as
 * it is in one file, and compiled by itself: what it computes does not depend on how many files there are.
 */
export function printFiles(programs: readonly KernelProgram[], lanes: number, most: number): string[] {
  let count = 0;
  const numbered = programs.map((program) =>
    program.phases.map((kernels) => kernels.map((kernel) => ({ kernel, number: count++ }))),
  );
  const functions = numbered.flatMap((phases, i) =>
    phases.flat().map(({ kernel, number }) => ({
      declaration: declareKernelFunction(kernel, number),
      text: printKernelFunction(kernel, number, programs[i]!, lanes),
    })),
  );
  const tables = numbered.map((phases, i) => printProgramTable(phases, i, tableByteLength(programs[i]!))).join('\n');
  const frame = { begin: printRun(), end: [tables, printModule(programs.length)].join('\n') };
  const fileOf = divideFunctions(
    functions.map(({ text }) => compilingCost(text)),
    frame.begin.length + frame.end.length,
    most,
  );
  const files = Math.max(0, ...fileOf) + 1;
  const prelude = printPrelude(lanes);
  return Array.from({ length: files }, (_, file) => {
    const own = functions.filter((_, i) => fileOf[i] === file).map(({ text }) => text);
    if (file > 0) return [`// Printed by Nacre: file ${file + 1} of ${files}, kernels.`, prelude, ...own].join('\n');
    const elsewhere = functions.filter((_, i) => fileOf[i] !== 0).map(({ declaration }) => declaration);
    const declared = elsewhere.length === 0 ? [] : ['// Kernels of the other files.', ...elsewhere, ''];
    const title = files === 1 ? '' : `: file 1 of ${files}, kernels and what runs them`;
    return [`// Printed by Nacre${title}.`, prelude, frame.begin, ...declared, ...own, frame.end].join('\n');
  });
}
