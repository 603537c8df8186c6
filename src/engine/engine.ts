// Compiles, caches and runs programs on a backend chosen from a list that an entry point gives.
import { allocate, type DType } from '../base/dtype.js';
import { DTypeError, messageOf, StateError, ValueError } from '../base/errors.js';
import { flags } from '../base/flags.js';
import type { NDArray } from '../base/ndarray.js';
import type { Profile } from '../base/profile.js';
import { sizeOf } from '../base/shape.js';
import { unknownName } from '../base/suggest.js';
import { topologicalOrder, type DataSource, type GraphNode } from '../ir/graph.js';
import { rootsOf, verifyProgram, type Program } from '../ir/program.js';
import { UnusableBackendError, type Backend, type BackendFactory, type Executable } from '../runtime/backend.js';
import { footprintOf } from '../runtime/footprint.js';
import type { PrecompiledProgram } from '../runtime/precompiled.js';
import { programKey } from './key.js';
import { lift } from './lift.js';
import { LoadedProgram } from './loaded-program.js';
import { ResultKeeper } from './results.js';

export type { PrecompiledProgram };

export interface EngineOptions {
  /** In order of preference. */
  readonly backends: readonly BackendFactory[];
  readonly threads: number;
  /** The name of the one to use, in place of the first that works. */
  readonly preferred?: string | undefined;
  /** Told, in a sentence for the user, of a backend that cannot be used although it might have been. */
  readonly warn?: (message: string) => void;
}

export interface BackendChoice {
  readonly threads?: number | undefined;
}

/** How many loaded programs are kept, the least recently used let go first. */
const cachedPrograms = 128;

interface CacheEntry {
  readonly executable: Promise<Executable>;
  /** Held programs are in use and are not let go. */
  holders: number;
}

export class Engine {
  #factories: readonly BackendFactory[];
  readonly #warn: (message: string) => void;
  #threads: number;
  #backend: Promise<Backend> | undefined;
  #preferred: string | undefined;
  /** The same once it has started. */
  #ready: Backend | undefined;
  readonly #keeper = new ResultKeeper();
  readonly #cache = new Map<string, CacheEntry>();
  readonly #values = new WeakMap<GraphNode, DataSource>();
  readonly #precompiled = new Map<string, PrecompiledProgram>();

  constructor(options: EngineOptions) {
    this.#factories = options.backends;
    this.#threads = options.threads;
    this.#preferred = options.preferred;
    this.#warn = options.warn ?? (() => undefined);
  }

  get backendNames(): string[] {
    return this.#factories.map((factory) => factory.name);
  }

  /** The backend in use; the first that works when none was chosen. */
  backend(): Promise<Backend> {
    return this.#backend ?? this.#start();
  }

  /** The backend in use, if it has started. */
  get readyBackend(): Backend | undefined {
    return this.#ready;
  }

  #start(): Promise<Backend> {
    const starting = this.#create();
    this.#backend = starting;
    this.#ready = undefined;
    starting.then(
      (backend) => {
        if (this.#backend === starting) this.#ready = backend;
      },
      () => undefined,
    );
    return starting;
  }

  /**
   * Chooses a backend by name, or without a name another number of threads, for everything that runs from now on.
   * @throws ValueError if there is none of that name
   */
  async setBackend(name: string | undefined, choice: BackendChoice = {}): Promise<void> {
    if (name !== undefined && !this.backendNames.includes(name)) throw unknownName('backend', name, this.backendNames);
    const threads = choice.threads ?? this.#threads;
    if (!Number.isInteger(threads) || threads < 1)
      throw new ValueError(`setBackend: expected a whole number of threads of at least 1, received ${threads}.`);
    const previous = this.#backend;
    this.#preferred = name ?? this.#preferred;
    this.#threads = threads;
    this.#cache.clear();
    await this.#start();
    // Values that still live in the old backend's memory are read from it when they are needed, so it is not closed
    // here; its idle workers do not keep the process alive.
    await previous?.catch(() => undefined);
  }

  async #create(): Promise<Backend> {
    const candidates = this.#factories.filter(({ name }) => this.#preferred === undefined || name === this.#preferred);
    let failure: unknown;
    for (const candidate of candidates) {
      try {
        const backend = await candidate.create({ threads: this.#threads });
        if (failure !== undefined) this.#warn(`${messageOf(failure)} Going on with the ${backend.name} backend.`);
        return backend;
      } catch (error) {
        failure = error;
      }
    }
    throw new StateError(`No backend could be started: ${messageOf(failure)}`, { cause: failure });
  }

  /** Loads a program, or finds it loaded already. Whoever asked for it releases it when it is no longer needed. */
  async load(program: Program): Promise<LoadedProgram> {
    verifyProgram(program);
    const backend = await this.backend();
    try {
      return await this.#loadOn(backend, program);
    } catch (error) {
      if (!(error instanceof UnusableBackendError) || !(await this.#giveUp(backend, error))) throw error;
      return this.load(program);
    }
  }

  /** Goes on with the next backend, unless this one was asked for by name. */
  async #giveUp(backend: Backend, error: UnusableBackendError): Promise<boolean> {
    const others = this.#factories.filter(({ name }) => name !== backend.name);
    if (this.#preferred !== undefined || others.length === 0) return false;
    // Several programs may fail at once; the first moves on for all.
    if (this.#factories.some(({ name }) => name === backend.name)) {
      this.#factories = others;
      this.#cache.clear();
      const next = await this.#start();
      this.#warn(`${error.message}\nGoing on with the ${next.name} backend, which is slower.`);
    }
    return true;
  }

  async #loadOn(backend: Backend, program: Program): Promise<LoadedProgram> {
    checkDTypes(program, backend);
    const key = programKey(program);
    let entry = this.#cache.get(key);
    if (entry) this.#cache.delete(key);
    else {
      const made = backend.kind === 'graph' ? backend.load(program) : this.#loadKernels(program, backend, key);
      entry = { executable: made, holders: 0 };
      made.catch(() => this.#cache.delete(key));
    }
    this.#cache.set(key, entry);
    const held = entry;
    held.holders++;
    this.#evict();
    const executable = await held.executable;
    return new LoadedProgram(backend, executable, program.outputs, this.#keeper, () => held.holders--);
  }

  async #loadKernels(
    program: Program,
    backend: Extract<Backend, { kind: 'kernel' }>,
    key: string,
  ): Promise<Executable> {
    const precompiled = this.#precompiled.get(key);
    const ready = precompiled && (await backend.loadPrecompiled?.(precompiled));
    return ready ?? loadCompiled(program, backend, key);
  }

  /**
   * Compiles a program for machines that have no compiler: for the first backend whose code runs elsewhere, whichever is
   * in use here. @throws StateError if no backend is of that kind
   */
  async precompile(program: Program): Promise<PrecompiledProgram> {
    verifyProgram(program);
    const precompiler = this.#factories.find((factory) => factory.precompiler)?.precompiler;
    if (!precompiler) throw new StateError('No backend here compiles programs for other machines.');
    const { compileProgram } = await loadCompiler();
    const kernels = compileProgram(program, precompiler.target);
    return { key: programKey(program), footprint: footprintOf(kernels), modules: await precompiler.print(kernels) };
  }

  /** From now on these programs are not compiled where a backend can run them as they are. */
  adopt(programs: readonly PrecompiledProgram[]): void {
    for (const program of programs) this.#precompiled.set(program.key, program);
  }

  /**
   * Measures where the time of a program's steps goes, on copies of its parameters.
   * @throws StateError on a backend that has no kernels
   */
  async profile(program: Program, parameters: readonly NDArray[]): Promise<Profile> {
    // Settles first which backend it is.
    const loaded = await this.load(program);
    try {
      const backend = await this.backend();
      if (backend.kind === 'graph') {
        const others = this.backendNames.filter((name) => name !== backend.name).map((name) => `setBackend('${name}')`);
        throw new StateError(
          `profile: the ${backend.name} backend computes operation by operation and has no kernels to time. ` +
            `Choose one that compiles: ${others.join(' or ')}.`,
        );
      }
      const { profileProgram } = await import('./profile-program.js');
      return await profileProgram(backend, program, loaded, parameters, programKey(program));
    } finally {
      loaded.release();
    }
  }

  #evict(): void {
    for (const [key, entry] of this.#cache) {
      if (this.#cache.size <= cachedPrograms) return;
      if (entry.holders > 0) continue;
      this.#cache.delete(key);
      void entry.executable.then((executable) => executable.dispose());
    }
  }

  /** What a node evaluated to, if it was asked for before. */
  valueOf(node: GraphNode): DataSource | undefined {
    return node.op === 'data' ? node.attributes.source : this.#values.get(node);
  }

  /** Computes the values of nodes, all in one program; each is computed once and remembered as long as the node lives. */
  async evaluate(nodes: readonly GraphNode[]): Promise<NDArray[]> {
    // Constants need no program: zeros are what most variables begin with.
    const missing = [...new Set(nodes)].filter((node) => node.op !== 'constant' && !this.valueOf(node));
    if (missing.length > 0) {
      const running = this.#run(missing);
      missing.forEach((node, position) => {
        const array = running.then((arrays) => arrays[position]!);
        array.catch(() => this.#values.delete(node));
        this.#values.set(node, { array });
      });
      const arrays = await running;
      missing.forEach((node, position) => this.#values.set(node, { array: arrays[position]! }));
    }
    return Promise.all(nodes.map(async (node) => (node.op === 'constant' ? filled(node) : this.valueOf(node)!.array)));
  }

  async #run(nodes: readonly GraphNode[]): Promise<NDArray[]> {
    const { program, captured } = lift(nodes, [], [], (node) => this.valueOf(node));
    const arrays = await Promise.all(captured.map(async ({ source }) => source.array));
    const loaded = await this.load(program);
    const parameters = arrays.map((array) => loaded.place(array));
    try {
      return await loaded.runAndRead(parameters);
    } finally {
      for (const value of parameters) value.free();
      loaded.release();
    }
  }

  /** Ends the backend's workers. */
  async close(): Promise<void> {
    const backend = await this.#backend;
    this.#backend = undefined;
    this.#ready = undefined;
    this.#cache.clear();
    if (!backend) return;
    await this.#keeper.moveAllOut(backend);
    await backend.close();
  }
}

function filled({ attributes, shape, dtype }: GraphNode<'constant'>): NDArray {
  const data = allocate(dtype, sizeOf(shape));
  if (attributes.value !== 0) data.fill(attributes.value);
  return { dtype, shape, data };
}

/** Loaded with the first program that has to be compiled: what is kept, or was compiled before, runs without it. */
const loadCompiler = () => import('../compiler/compile.js');

async function loadCompiled(
  program: Program,
  backend: Extract<Backend, { kind: 'kernel' }>,
  key: string,
): Promise<Executable> {
  // Loaded only when asked for: a page carries what it uses.
  const report = flags().debug === 0 ? undefined : (await import('./debug.js')).debugReport(flags().debug);
  // Who wants to read what the passes do wants them to run.
  const kept = report ? undefined : await backend.find?.(key);
  if (kept) return kept;
  const { compileProgram } = await loadCompiler();
  const kernels = compileProgram(program, backend.target, report);
  const executable = await backend.load(kernels, key);
  report?.loaded(backend.name);
  return executable;
}

function checkDTypes(program: Program, backend: Backend): void {
  const supported: ReadonlySet<DType> = new Set(backend.dtypes);
  for (const node of topologicalOrder([...program.parameters, ...rootsOf(program)]))
    if (!supported.has(node.dtype))
      throw new DTypeError(
        `The ${backend.name} backend has no ${node.dtype}; it has ${backend.dtypes.join(', ')}. Cast to float32, or use setBackend('reference').`,
      );
}

let current: Engine | undefined;

/** Called once by an entry point. */
export function setEngine(engine: Engine): void {
  current = engine;
}

/** The engine that tensors run on. @throws StateError before an entry point has set it */
export function engine(): Engine {
  if (!current) throw new StateError("No engine is set. Import from 'nacre', not from a file inside it.");
  return current;
}
