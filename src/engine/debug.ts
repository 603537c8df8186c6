// What NACRE_DEBUG prints of compiling, to the error stream: 1 a line a program, 2 also the graph after each pass, 3 also
// the kernels.
import type { DebugLevel } from '../base/flags.js';
import type { CompileObserver } from '../compiler/compile.js';
import { printKernels, printProgram } from '../ir/print.js';

export interface DebugReport extends CompileObserver {
  /** Told when the backend has printed and loaded the kernels. */
  loaded(backendName: string): void;
}

const mebibyte = 2 ** 20;

/** undefined at level 0. */
export function debugReport(level: DebugLevel): DebugReport | undefined {
  if (level === 0) return undefined;
  const print = (text: string): void => console.error(text);
  const start = performance.now();
  let summary = '';
  return {
    pass(name, program) {
      if (level >= 2) print(`--- after ${name}\n${printProgram(program)}`);
    },
    done(program, memory) {
      if (level >= 3) print(`--- kernels\n${printKernels(program)}`);
      const kernels = program.phases.flat();
      const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
      const size = (bytes: number): string => `${(bytes / mebibyte).toFixed(2)} MiB`;
      summary =
        `${kernels.length} kernels in ${program.phases.length} phases, ${(flops / 1e6).toFixed(2)} MFLOP a step, ` +
        `memory ${size(memory.totalBytes)} (no plan needs less than ${size(memory.floorBytes)}), ` +
        `compiled in ${(performance.now() - start).toFixed(0)} ms`;
    },
    loaded(backendName) {
      print(`nacre: ${summary}, loaded by ${backendName} after ${(performance.now() - start).toFixed(0)} ms`);
    },
  };
}
