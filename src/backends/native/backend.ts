// The native backend: prints programs as C, has the machine's own compiler compile them, and runs them on a pool of
// workers over one memory. What was compiled is kept, and found again by the graph that it came from.
import { flags } from '../../base/flags.js';
import { messageOf, StateError, ValueError } from '../../base/errors.js';
import type { CCompiler, InstructionSet, NativeTools, StoredCode } from '../../base/native-tools.js';
import type { Workers } from '../../base/workers.js';
import type { KernelProgram, Target } from '../../ir/kernel.js';
import { UnusableBackendError, type BackendFactory } from '../../runtime/backend.js';
import type { Code, Run, Watch } from '../../runtime/code.js';
import type { Costs } from '../../runtime/distribution.js';
import type { ProgramFootprint } from '../../runtime/footprint.js';
import { createSharedMemory, SharedMemory } from '../../runtime/memory.js';
import { PooledBackend, type CodeMaker, type MadeCode } from '../../runtime/pooled-backend.js';
import { ThreadPool } from '../../runtime/pool.js';
import { targetOf } from './target.js';

export interface NativeBackendOptions {
  readonly workers: Workers;
  readonly tools: NativeTools;
  /** The compiler's passes for what machine code can do with memory. */
  readonly finish?: Target['finish'];
  /** Told, in a line for the user, when a program takes long to compile. */
  readonly notify?: (message: string) => void;
  /** What `NACRE_ISA` says, else the processor's best, unless given. */
  readonly instructionSet?: InstructionSet | undefined;
  /** For tests: all threads take part in every run, however little there is to do. */
  readonly everyThread?: boolean;
  /** For tests, which compile many programs in one file: where a program lies that need not be compiled any more. */
  readonly compiled?: (program: KernelProgram, key?: string) => CompiledProgram | undefined;
}

/** One of the programs of a compiled file. */
export interface CompiledProgram {
  readonly path: string;
  /** Its place in the list that was given to `printPrograms`. */
  readonly number: number;
}

/** Two operations for each lane of two units, three billion times a second, are what good kernels come to. */
const costsOf = ({ lanes }: Target): Costs => ({
  flopsPerMicrosecond: 12_000 * lanes,
  flopsPerCall: 1000,
  bytesPerMicrosecond: 25_000,
});

/** What a printed module exports. */
interface NativeModule {
  run(bytes: Uint8Array, program: number, ...numbers: Parameters<Run>): void;
  watch(bytes: Uint8Array, ...numbers: Parameters<Watch>): void;
}

function codeOf({ path, number }: CompiledProgram): Code {
  return {
    message: { kind: 'native', path, number },
    loadHere: (memory) => {
      const module = loadModule(path);
      // A memory that grows stays where it is.
      const bytes = new Uint8Array(memory.buffer);
      return {
        run: (...numbers) => module.run(bytes, number, ...numbers),
        watch: (address, value) => module.watch(bytes, address, value),
      };
    },
  };
}

function loadModule(path: string): NativeModule {
  const module: { exports: Partial<NativeModule> } = { exports: {} };
  process.dlopen(module, path);
  if (typeof module.exports.run !== 'function') throw new Error(`'${path}' does not export run`);
  return module.exports as NativeModule;
}

/** Loaded with the first program that has to be printed: what is kept runs without it. */
const loadPrinter = () => import('./printer/print-program.js');

/** Loaded on this thread first: what cannot be loaded must not end the workers. */
function checkedCode(compiled: CompiledProgram): Code {
  loadModule(compiled.path);
  return codeOf(compiled);
}

/** What is kept in the store has a file of its own. */
const alone = ({ path }: StoredCode): CompiledProgram => ({ path, number: 0 });

/** Whoever waits longer than this wants to know what for. */
const patienceMilliseconds = 1000;

class Maker implements CodeMaker {
  readonly name = 'native';
  readonly costs: Costs;
  readonly target: Target;
  readonly #compiler: CCompiler;
  readonly #tools: NativeTools;
  readonly #notify: (message: string) => void;
  readonly #version: string;
  readonly #compiled: NonNullable<NativeBackendOptions['compiled']>;
  /** How many files may be compiled at the same time. */
  readonly #mostFiles: number;

  constructor(
    compiler: CCompiler,
    version: string,
    threads: number,
    { workers, tools, notify, compiled, finish }: NativeBackendOptions,
  ) {
    this.#version = version;
    this.#mostFiles = Math.min(threads, workers.processors);
    this.#compiler = compiler;
    this.#tools = tools;
    this.#notify = notify ?? (() => undefined);
    this.#compiled = compiled ?? (() => undefined);
    this.target = targetOf(compiler.instructionSet, finish);
    this.costs = costsOf(this.target);
  }

  async find(key: string): Promise<MadeCode | undefined> {
    const stored = await this.#tools.store.find(this.#keyOf(key));
    if (!stored) return undefined;
    try {
      return { code: checkedCode(alone(stored)), footprint: JSON.parse(stored.description) as ProgramFootprint };
    } catch {
      return undefined; // It is compiled anew.
    }
  }

  async make(...[program, footprint, key]: Parameters<CodeMaker['make']>): Promise<Code> {
    try {
      const known = this.#compiled(program, key);
      if (known) return checkedCode(known);
      const { files, compiled } = await this.#compile([program]);
      const own = this.#keyOf(key ?? files.join('\n'));
      const stored = await this.#tools.store.keep(own, compiled, JSON.stringify(footprint));
      return checkedCode(alone(stored));
    } catch (error) {
      throw new UnusableBackendError(`native: a program could not be compiled: ${messageOf(error)}`, { cause: error });
    }
  }

  /** In one module. */
  async makeAll(programs: readonly KernelProgram[], key: string): Promise<Code[]> {
    const { store } = this.#tools;
    const own = this.#keyOf(`several programs\n${key}`);
    const codes = ({ path }: StoredCode): Code[] => programs.map((_, number) => checkedCode({ path, number }));
    try {
      const stored = await store.find(own);
      if (stored) return codes(stored);
    } catch {
      // It is compiled anew.
    }
    try {
      const { compiled } = await this.#compile(programs);
      return codes(await store.keep(own, compiled, ''));
    } catch (error) {
      throw new UnusableBackendError(`native: programs could not be compiled: ${messageOf(error)}`, { cause: error });
    }
  }

  async #compile(
    programs: readonly KernelProgram[],
  ): Promise<{ readonly files: readonly string[]; readonly compiled: Uint8Array }> {
    const { printFiles } = await loadPrinter();
    const files = printFiles(programs, this.target.lanes, this.#mostFiles);
    const timer = setTimeout(
      () => this.#notify('Compiling this program for the machine. It is kept, so that later runs start at once.'),
      patienceMilliseconds,
    );
    try {
      return { files, compiled: await this.#compiler.compile(files) };
    } finally {
      clearTimeout(timer);
    }
  }

  #keyOf(key: string): string {
    return `${this.#version}\n${this.#compiler.identity}\n${JSON.stringify(this.target)}\n${key}`;
  }
}

/** A compiler that is not found by then is being tried out, by processes that take longer; meanwhile the workers start. */
const searchMilliseconds = 15;

/** Resolves when a promise does or the time is over. @throws what the promise rejects with, if it does so in time */
async function settledOrLate(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws StateError, when it is created, if there is no C compiler that works or workers cannot share memory */
export function nativeBackend(options: NativeBackendOptions): BackendFactory {
  const { workers, tools } = options;
  return {
    name: 'native',
    create: async ({ threads }) => {
      if (!Number.isInteger(threads) || threads < 1)
        throw new ValueError(`native: expected a whole number of threads of at least 1, received ${threads}.`);
      if (!workers.canShareMemory) throw new StateError('native: workers cannot share memory here.');
      const finding = Promise.all([
        tools.findCompiler(options.instructionSet ?? flags().instructionSet),
        tools.ownVersion(),
      ]);
      // Where there is no compiler, no workers start.
      await settledOrLate(finding, searchMilliseconds);
      const memory = createSharedMemory();
      const starting = ThreadPool.start({ workers, threads, memory });
      starting.catch(() => undefined); // until it is waited for
      const [compiler, version] = await finding.catch((error: unknown) => {
        starting.then((pool) => pool.close()).catch(() => undefined);
        throw error;
      });
      const pool = await starting;
      const maker = new Maker(compiler, version, threads, options);
      return new PooledBackend(maker, pool, new SharedMemory(memory), options.everyThread !== true);
    },
  };
}
