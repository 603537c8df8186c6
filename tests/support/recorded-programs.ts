// Remembers the programs that the reference backend was given, and compiles them as native code, many to a file. The same
// tests then run as native code without a compiler's start for each of their programs.
import { targetOf } from '../../src/backends/native/target.js';
import { referenceBackend } from '../../src/backends/reference/backend.js';
import { compileProgram } from '../../src/compiler/compile.js';
import { memoryPasses } from '../../src/compiler/memory-passes.js';
import { programKey } from '../../src/engine/key.js';
import type { KernelProgram } from '../../src/ir/kernel.js';
import type { Program } from '../../src/ir/program.js';
import type { BackendFactory } from '../../src/runtime/backend.js';
import { CompiledFiles } from './compiled-files.js';
import { instructionSet, nativeTools, testNative } from './native.js';

export class RecordedPrograms {
  /** Programs that are not compiled yet, by their keys. */
  readonly #waiting = new Map<string, Program>();
  readonly #compiled = new Map<string, KernelProgram>();
  readonly #files = new CompiledFiles();

  /** The reference backend, which what it loads is remembered of. */
  readonly reference: BackendFactory = {
    name: referenceBackend.name,
    create: async (options) => {
      const backend = await referenceBackend.create(options);
      if (backend.kind !== 'graph') throw new Error('expected a backend that evaluates graphs');
      const load = backend.load.bind(backend);
      backend.load = (program) => {
        const key = programKey(program);
        if (!this.#compiled.has(key)) this.#waiting.set(key, program);
        return load(program);
      };
      return backend;
    },
  };

  /** The native backend, which finds what was compiled; what was not, it compiles on its own. */
  readonly native: BackendFactory = testNative({
    everyThread: true,
    compiled: (program, key) => this.#files.find(this.#compiled.get(key ?? '') ?? program),
  });

  /** Compiles what was remembered since the last time. */
  async compile(): Promise<void> {
    const target = targetOf((await nativeTools.findCompiler(instructionSet)).instructionSet, memoryPasses());
    const made: KernelProgram[] = [];
    for (const [key, program] of this.#waiting) {
      if (!isForKernels(program)) continue;
      const kernels = compileProgram(program, target);
      this.#compiled.set(key, kernels);
      made.push(kernels);
    }
    this.#waiting.clear();
    await this.#files.compile(made, target.lanes);
  }

  remove(): Promise<void> {
    return this.#files.remove();
  }
}

/** Kernels do not compute with float64, which the reference does. */
function isForKernels({ parameters, outputs, updates }: Program): boolean {
  const nodes = [...parameters, ...outputs, ...updates.map(({ value }) => value)];
  return nodes.every(({ dtype }) => dtype !== 'float64');
}
