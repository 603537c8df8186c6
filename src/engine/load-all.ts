// Loads several programs at once where a backend can, which for native code is one run of the compiler, else one by one.
import type { KernelProgram } from '../ir/kernel.js';
import type { Executable, KernelBackend } from '../runtime/backend.js';

/** The programs in their order. `key` names what all of them compute, so that they may be kept. */
export function loadAll(
  backend: KernelBackend,
  programs: readonly KernelProgram[],
  key: string,
): Promise<Executable[]> {
  if (backend.loadAll) return backend.loadAll(programs, key);
  return Promise.all(programs.map((program) => backend.load(program)));
}
