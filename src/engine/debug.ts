// What NACRE_DEBUG prints of compiling, to the error stream: 1 a line of what was compiled and one of its memory, 2 also
// the graph after each pass, 3 also the kernels, and the schedule of each in a line.
import { bytesPerElement } from '../base/dtype.js';
import type { DebugLevel } from '../base/flags.js';
import type { CompileObserver } from '../compiler/compile.js';
import type { MemoryPlan } from '../compiler/memory.js';
import type { KernelProgram } from '../ir/kernel.js';
import { printKernels, printProgram } from '../ir/print.js';
import { describeSchedule } from '../ir/schedule-text.js';

export interface DebugReport extends CompileObserver {
  /** Told when the backend has printed and loaded the kernels. */
  loaded(backendName: string): void;
}

const mebibyte = 2 ** 20;

/** undefined at level 0. */
export function debugReport(
  level: DebugLevel,
  print: (text: string) => void = (text) => console.error(text),
): DebugReport | undefined {
  if (level === 0) return undefined;
  const start = performance.now();
  let summary = '';
  let memoryUse = '';
  return {
    pass(name, program) {
      if (level >= 2) print(`--- after ${name}\n${printProgram(program)}`);
    },
    done(program, memory) {
      if (level >= 3) print(`--- kernels\n${printKernels(program)}--- schedule\n${printSchedule(program)}`);
      const kernels = program.phases.flat();
      const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
      summary =
        `${kernels.length} kernels in ${program.phases.length} phases, ${(flops / 1e6).toFixed(2)} MFLOP a step, ` +
        `compiled in ${(performance.now() - start).toFixed(0)} ms`;
      memoryUse = describeMemory(program, memory);
    },
    loaded(backendName) {
      print(`nacre: ${summary}, loaded by ${backendName} after ${(performance.now() - start).toFixed(0)} ms`);
      print(`nacre: ${memoryUse}`);
    },
  };
}

/**
 * The planner's figures. Temporaries that are alive at the worst moment are the floor, below which no plan of these
 * phases can go; one block for each temporary would be the other extreme.
 */
function describeMemory({ buffers, localBytes }: KernelProgram, { totalBytes, floorBytes }: MemoryPlan): string {
  const sizes = new Map<string, number>();
  const apart = { parameter: 0, output: 0, temporary: 0 };
  for (const [number, { place, dtype, length }] of buffers.entries()) {
    // A state and its new value are two buffers in one place.
    if (place.kind === 'local') continue;
    const key = place.kind === 'temporary' ? `temporary ${number}` : `${place.kind} ${place.index}`;
    const size = length * bytesPerElement(dtype);
    apart[place.kind] += Math.max(0, size - (sizes.get(key) ?? 0));
    sizes.set(key, Math.max(size, sizes.get(key) ?? 0));
  }
  const size = (bytes: number): string => `${(bytes / mebibyte).toFixed(2)} MiB`;
  return (
    `temporaries take ${size(totalBytes)}, ${size(floorBytes)} of it alive at the worst moment (the floor: no plan needs ` +
    `less), ${size(apart.temporary)} if none shared memory; each thread's own ${size(localBytes)}; ` +
    `parameters ${size(apart.parameter)}, outputs ${size(apart.output)}`
  );
}

function printSchedule({ phases }: KernelProgram): string {
  return phases
    .flatMap((kernels, phase) =>
      kernels.map((kernel) => `phase ${phase}: ${kernel.name}: ${describeSchedule(kernel)}\n`),
    )
    .join('');
}
