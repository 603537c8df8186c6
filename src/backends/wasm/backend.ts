// The WebAssembly backend: prints programs as modules of SIMD code and runs them on a pool of workers over one memory.
import { DataError, InternalError, messageOf, StateError, ValueError } from '../../base/errors.js';
import type { Workers } from '../../base/workers.js';
import type { KernelProgram, Target } from '../../ir/kernel.js';
import type { BackendFactory } from '../../runtime/backend.js';
import type { Code, Run } from '../../runtime/code.js';
import type { Costs } from '../../runtime/distribution.js';
import { createSharedMemory, SharedMemory, WorkerMemory } from '../../runtime/memory.js';
import { PooledBackend, type CodeMaker } from '../../runtime/pooled-backend.js';
import { ThreadPool } from '../../runtime/pool.js';
import type { printProgram, PrintOptions } from './printer/print-program.js';

/** Makes the module of a program. */
export type Printer = typeof printProgram;

export interface WasmBackendOptions {
  readonly workers: Workers;
  /** Whether several workers share one memory; by default, where the platform lets them. */
  readonly sharedMemory?: boolean;
  /** For tests: all threads take part in every run, however little there is to do. */
  readonly everyThread?: boolean;
  /** For tests of the backend without the compiler's kernels. */
  readonly print?: Printer;
}

/** What every machine with WebAssembly SIMD can be taken for: V8 keeps 14 of 16 vector registers for values. */
const target: Target = {
  lanes: 4,
  vectorRegisters: 14,
  tileRows: [6, 4],
  level1CacheBytes: 32 * 1024,
  level2CacheBytes: 1024 * 1024,
  prefetches: false,
  meetingFlops: 100_000,
};

const costs: Costs = { flopsPerMicrosecond: 25_000, flopsPerCall: 250, bytesPerMicrosecond: 15_000 };

/** A module that does nothing, with SIMD: `(module (func (drop (v128.const i64x2 0 0))))`. */
// prettier-ignore
const simdProbe = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, ...new Array<number>(16).fill(0), 26, 11,
);

function codeOf(module: WebAssembly.Module): Code {
  return {
    message: { kind: 'wasm', module },
    // What every printed module exports.
    loadHere: (memory) => ({ run: new WebAssembly.Instance(module, { env: { memory } }).exports.run as Run }),
  };
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new InternalError(`wasm: the printed module is not valid: ${messageOf(error)}`, { cause: error });
  }
}

async function compileGiven(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new DataError(
      `wasm: a program that was compiled before is damaged: ${messageOf(error)}. Write it anew with model.savePrograms.`,
      { cause: error },
    );
  }
}

/** Loaded with the first program that has to be printed: what was compiled before runs without it. */
function printerOf({
  print,
}: WasmBackendOptions): (program: KernelProgram, options: PrintOptions) => Promise<Uint8Array<ArrayBuffer>> {
  return async (program, options) =>
    (print ?? (await import('./printer/print-program.js')).printProgram)(program, options);
}

/**
 * The WebAssembly backend over a platform's workers. Where memory cannot be shared it has one worker, whatever number of
 * threads is asked for.
 */
export function wasmBackend(options: WasmBackendOptions): BackendFactory {
  const { workers, sharedMemory: shared = workers.canShareMemory, everyThread = false } = options;
  const print = printerOf(options);
  const maker: CodeMaker = {
    name: 'wasm',
    target,
    costs,
    make: async (program) => codeOf(await compile(await print(program, { shared }))),
    precompiled: async ({ modules }) => codeOf(await compileGiven(shared ? modules.shared : modules.unshared)),
  };
  return {
    name: 'wasm',
    precompiler: {
      target,
      print: async (program) => ({
        shared: await print(program, { shared: true }),
        unshared: await print(program, { shared: false }),
      }),
    },
    create: async ({ threads }) => {
      if (!Number.isInteger(threads) || threads < 1)
        throw new ValueError(`wasm: expected a whole number of threads of at least 1, received ${threads}.`);
      await checkSimd();
      if (!shared) {
        const pool = await ThreadPool.start({ workers, threads: 1 });
        return new PooledBackend(maker, pool, new WorkerMemory(pool), !everyThread);
      }
      const memory = createSharedMemory();
      const pool = await ThreadPool.start({ workers, threads, memory });
      return new PooledBackend(maker, pool, new SharedMemory(memory), !everyThread);
    },
  };
}

/** @throws StateError if there is no WebAssembly here, none with SIMD, or a page forbids it */
async function checkSimd(): Promise<void> {
  try {
    await WebAssembly.compile(simdProbe);
  } catch (error) {
    throw new StateError(
      `The wasm backend needs WebAssembly with SIMD, and on pages 'wasm-unsafe-eval' in a content security policy: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
