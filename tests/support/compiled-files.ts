// Compiles many programs of kernels in few files, as users' programs are compiled but for what it costs to start a
// compiler for each. The native backend then finds them here. They go when the tests are done, unless NACRE_TEST_COMPILED
// names a folder, in which a run of the same tests on another Node finds them again: what the compiler makes depends on
// nothing of Node's.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledProgram } from '../../src/backends/native/backend.js';
import { printPrograms } from '../../src/backends/native/printer/print-program.js';
import type { CCompiler } from '../../src/base/native-tools.js';
import type { KernelProgram } from '../../src/ir/kernel.js';
import { instructionSet, nativeTools } from './native.js';

/** So that a compiler's start counts for little, and there are files for all processors. */
const mostPerFile = 40;

const keptDirectory = process.env.NACRE_TEST_COMPILED;

/** Milliseconds that are long enough for a compiler that shares the processors with other tests. */
export const compileTimeout = 600_000;

export class CompiledFiles {
  readonly #directory = mkdtempSync(join(tmpdir(), 'nacre-compiled-'));
  readonly #programs = new Map<KernelProgram, CompiledProgram>();
  #files = 0;

  /** Compiles those that are not compiled yet. @param lanes those that the programs were compiled for */
  async compile(programs: readonly KernelProgram[], lanes: number): Promise<void> {
    const missing = [...new Set(programs)].filter((program) => !this.#programs.has(program));
    const files = Math.ceil(missing.length / mostPerFile);
    const waiting = Array.from({ length: files }, (_, file) => missing.filter((_, i) => i % files === file));
    const compiler = await nativeTools.findCompiler(instructionSet);
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await this.#compileFile(compiler, next, lanes);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  }

  find(program: KernelProgram): CompiledProgram | undefined {
    return this.#programs.get(program);
  }

  /** Removes the files; code that is loaded stays. */
  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }

  async #compileFile(compiler: CCompiler, programs: readonly KernelProgram[], lanes: number): Promise<void> {
    const source = printPrograms(programs, lanes);
    const path = join(keptDirectory ?? this.#directory, `${this.#nameOf(compiler, source)}.node`);
    if (keptDirectory === undefined || !existsSync(path)) {
      if (keptDirectory !== undefined) await mkdir(keptDirectory, { recursive: true });
      // Another process may want the same file: it finds a whole one or none.
      const beside = `${path}.${process.pid}`;
      await writeFile(beside, await compiler.compile([source]), { mode: 0o700 });
      await rename(beside, path);
    }
    programs.forEach((program, number) => this.#programs.set(program, { path, number }));
  }

  #nameOf({ identity }: CCompiler, source: string): string {
    if (keptDirectory === undefined) return String(this.#files++);
    return createHash('sha256').update(identity).update(source).digest('hex');
  }
}
