import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DataError, StateError } from '../../base/errors.js';
import type { CCompiler, NativeTools } from '../../base/native-tools.js';
import { Engine, setEngine } from '../../engine/engine.js';
import { nodePlatform } from '../../platform/node.js';
import { nodeNativeTools } from '../../platform/node/native-tools.js';
import { tensor } from '../../tensor/creation.js';
import { referenceBackend } from '../reference/backend.js';
import { wasmBackend } from '../wasm/backend.js';
import { nativeBackend, type NativeBackendOptions } from './backend.js';

let directory: string;
const engines: Engine[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nacre-native-backend-'));
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
  await rm(directory, { recursive: true });
});

/** An engine that prefers native code, and what it told the user. */
function start(options: Partial<NativeBackendOptions> = {}, preferred?: string): { engine: Engine; told: string[] } {
  const told: string[] = [];
  const tools = options.tools ?? nodeNativeTools({ directory });
  const native = nativeBackend({ workers: nodePlatform.workers, tools, notify: (line) => told.push(line), ...options });
  const engine = new Engine({
    backends: [native, wasmBackend(nodePlatform), referenceBackend],
    threads: 2,
    preferred,
    warn: (line) => told.push(line),
  });
  engines.push(engine);
  setEngine(engine);
  return { engine, told };
}

/** The tools of Node, with another way to compile. */
function toolsThat(compile: (real: CCompiler, source: string) => Promise<Uint8Array>): NativeTools {
  const real = nodeNativeTools({ directory });
  return {
    ...real,
    findCompiler: async (instructionSet) => {
      const compiler = await real.findCompiler(instructionSet);
      return { ...compiler, compile: (source) => compile(compiler, source) };
    },
  };
}

const compute = (): Promise<unknown> =>
  tensor([
    [1, 2],
    [3, 4],
  ])
    .matMul(tensor([[1], [10]]))
    .array();

test('what one process compiled, the next finds, without the passes or the compiler', async () => {
  start();
  expect(await compute()).toEqual([[21], [43]]);
  const compile = vi.fn((real: CCompiler, source: string) => real.compile(source));
  const { engine, told } = start({ tools: toolsThat(compile) });
  expect(await compute()).toEqual([[21], [43]]);
  expect((await engine.backend()).name).toBe('native');
  expect(compile).not.toHaveBeenCalled();
  expect(told).toEqual([]);
});

test('code that was damaged is compiled anew', async () => {
  start();
  await compute();
  const files = (await readdir(directory)).filter((name) => name.endsWith('.node'));
  expect(files).toHaveLength(1);
  // In its place, not into it: the first engine's workers run what it holds.
  await rm(join(directory, files[0]!));
  await writeFile(join(directory, files[0]!), 'not a module');
  const compile = vi.fn((real: CCompiler, source: string) => real.compile(source));
  const { engine } = start({ tools: toolsThat(compile) });
  expect(await compute()).toEqual([[21], [43]]);
  expect((await engine.backend()).name).toBe('native');
  expect(compile).toHaveBeenCalledTimes(1);
});

test('where the compiler fails, WebAssembly goes on, with what the compiler said', async () => {
  const failing = toolsThat(() => Promise.reject(new DataError('no space left for the assembler')));
  const { engine, told } = start({ tools: failing });
  expect(await compute()).toEqual([[21], [43]]);
  expect((await engine.backend()).name).toBe('wasm');
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('no space left for the assembler');
  expect(told[0]).toContain('wasm');
  expect(await tensor([1, 2]).sum().array()).toBe(3);
  expect(told).toHaveLength(1);
});

test('what the compiler makes is tried before the workers get it', async () => {
  const { engine, told } = start({ tools: toolsThat(() => Promise.resolve(new TextEncoder().encode('not a module'))) });
  expect(await compute()).toEqual([[21], [43]]);
  expect((await engine.backend()).name).toBe('wasm');
  expect(told[0]).toContain('could not be compiled');
});

test('a backend that was asked for by name is not replaced', async () => {
  start({ tools: toolsThat(() => Promise.reject(new DataError('no space left for the assembler'))) }, 'native');
  await expect(compute()).rejects.toThrow('no space left for the assembler');
});

test('without a compiler one line says what to do', async () => {
  const tools: NativeTools = {
    ...nodeNativeTools({ directory }),
    findCompiler: () => Promise.reject(new StateError('No C compiler was found. Install gcc or clang.')),
  };
  const { engine, told } = start({ tools });
  expect(await compute()).toEqual([[21], [43]]);
  expect((await engine.backend()).name).toBe('wasm');
  expect(told).toEqual(['No C compiler was found. Install gcc or clang. Going on with the wasm backend.']);
});

test('who waits long is told what for', async () => {
  const slow = toolsThat(async (real, source) => {
    await new Promise((resolve) => setTimeout(resolve, 1200));
    return real.compile(source);
  });
  const { told } = start({ tools: slow });
  expect(await compute()).toEqual([[21], [43]]);
  expect(told).toEqual(['Compiling this program for the machine. It is kept, so that later runs start at once.']);
});
