// Joins runs of phases that hold little work into one kernel of one chunk: a thread does them in a row sooner than all
// threads can meet between them.
import type { Kernel, KernelStatement } from '../ir/kernel.js';
import { chunkVariable } from './lower/context.js';
import { renameStatement, renamingVariables } from './rename.js';

/** A phase of less than `littleWork` operations is joined with neighbours that are as small. */
export function mergeSmallPhases(phases: readonly (readonly Kernel[])[], littleWork: number): Kernel[][] {
  const isSmall = (phase: readonly Kernel[] | undefined): boolean =>
    phase !== undefined && phase.reduce((sum, kernel) => sum + kernel.flops, 0) < littleWork;
  const result: Kernel[][] = [];
  let run: Kernel[] = [];
  const close = (): void => {
    if (run.length > 0) result.push([run.length === 1 ? run[0]! : joined(run)]);
    run = [];
  };
  phases.forEach((phase, i) => {
    const hasNeighbour = isSmall(phases[i - 1]) || isSmall(phases[i + 1]);
    if (isSmall(phase) && hasNeighbour) run.push(...phase);
    else {
      close();
      result.push([...phase]);
    }
  });
  close();
  return result;
}

/** One kernel that does what `kernels` do, one after the other. */
function joined(kernels: readonly Kernel[]): Kernel {
  const body = kernels.flatMap((kernel, i): KernelStatement[] => {
    const rename = (name: string): string => `${name}_${i}`;
    const statements = kernel.body.map((statement) => renameStatement(statement, renamingVariables(rename)));
    const variable = rename(kernel.chunkVariable);
    return [{ kind: 'loop', variable, begin: 0, end: kernel.chunks, step: 1, body: statements }];
  });
  return {
    name: kernels.map(({ name }) => name).join('+'),
    comment: kernels.map(({ comment }) => comment).join('; '),
    chunks: 1,
    chunkVariable,
    body,
    flops: kernels.reduce((sum, { flops }) => sum + flops, 0),
  };
}
