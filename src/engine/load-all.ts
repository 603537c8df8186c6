// Loads several programs at once where a backend can, which for native code is one run of the compiler, else one by one.
import type { KernelProgram } from '../ir/kernel.js';
import type { Executable, KernelBackend } from '../runtime/backend.js';

/** The programs in their order. */
export function loadAll(backend: KernelBackend, programs: readonly KernelProgram[]): Promise<Executable[]> {
  if (backend.loadAll) return backend.loadAll(programs);
  return Promise.all(programs.map((program) => backend.load(program)));
}
