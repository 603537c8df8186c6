// Runs programs of kernels as the C printer prints them, for comparison with the interpreter: many of them compiled from
// one file, and each on its own memory.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printFiles } from '../../src/backends/native/printer/print-program.js';
import type { TypedArray } from '../../src/base/dtype.js';
import type { KernelProgram } from '../../src/ir/kernel.js';
import { nodeNativeTools } from '../../src/platform/node/native-tools.js';
import { PrintedMemory, type Run } from './printed-kernels.js';

/** Products and sums rounded one by one, as the interpreter rounds them. */
const uncontracted = `#if defined(__clang__)
#pragma clang fp contract(off)
#else
#pragma GCC optimize ("fp-contract=off")
#endif
`;

type NativeRun = (bytes: Uint8Array, program: number, ...numbers: Parameters<Run>) => void;

/** Programs that were compiled; `dispose` removes the file. */
export class NativePrograms {
  readonly #programs: readonly KernelProgram[];
  readonly #run: NativeRun;
  /** How many they were printed as. */
  readonly files: number;

  private constructor(programs: readonly KernelProgram[], run: NativeRun, files: number) {
    this.files = files;
    this.#programs = programs;
    this.#run = run;
  }

  /** @param mostFiles how many files they may be printed as */
  static async compile(programs: readonly KernelProgram[], lanes: number, mostFiles = 1): Promise<NativePrograms> {
    const directory = await mkdtemp(join(tmpdir(), 'nacre-native-'));
    try {
      const compiler = await nodeNativeTools({ directory }).findCompiler();
      const path = join(directory, 'programs.node');
      const files = printFiles(programs, lanes, mostFiles).map((file) => uncontracted + file);
      await writeFile(path, await compiler.compile(files), { mode: 0o700 });
      const loaded: { exports: { run?: NativeRun } } = { exports: {} };
      process.dlopen(loaded, path);
      return new NativePrograms(programs, loaded.exports.run!, files.length);
    } finally {
      await rm(directory, { recursive: true });
    }
  }

  /**
   * Runs a program once as each of `threads` threads, one after the other: the first does all the work.
   * @throws if it wrote outside its buffers
   */
  run(number: number, parameters: readonly TypedArray[], threads = 1): TypedArray[] {
    const memory = new PrintedMemory(this.#programs[number]!, parameters, false, threads);
    for (let thread = 0; thread < threads; thread++)
      this.#run(memory.bytes, number, thread, threads, 1, memory.table, memory.control);
    if (!memory.isUntouchedElsewhere()) throw new Error('The printed program wrote outside its buffers.');
    return memory.outputs();
  }
}
