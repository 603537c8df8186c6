// The compiler: a straight list of passes from a program of graph nodes to a program of kernels.
import { InternalError } from '../base/errors.js';
import type { KernelProgram, Target } from '../ir/kernel.js';
import type { Program } from '../ir/program.js';

export function compileProgram(program: Program, target: Target): KernelProgram {
  throw new InternalError(`${program.outputs.length} ${target.lanes}`);
}
