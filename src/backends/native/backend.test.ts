import { memoryPasses } from '../../compiler/memory-passes.js';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest';
import { DataError, StateError } from '../../base/errors.js';
import type { CCompiler, NativeTools } from '../../base/native-tools.js';
import type { Workers } from '../../base/workers.js';
import { Engine, setEngine } from '../../engine/engine.js';
import { nodePlatform } from '../../platform/node.js';
import { nodeNativeTools } from '../../platform/node/native-tools.js';
import { tensor } from '../../tensor/creation.js';
import { conv2d } from '../../tensor/convolution.js';
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
function start(
  options: Partial<NativeBackendOptions> = {},
  preferred?: string,
  threads = 2,
): { engine: Engine; told: string[] } {
  const told: string[] = [];
  const tools = options.tools ?? nodeNativeTools({ directory });
  const notify = (line: string): unknown => told.push(line);
  const common = { workers: nodePlatform.workers, finish: memoryPasses() };
  const native = nativeBackend({ ...common, tools, notify, ...options });
  const engine = new Engine({
    backends: [native, wasmBackend(nodePlatform), referenceBackend],
    threads,
    preferred,
    warn: (line) => told.push(line),
  });
  engines.push(engine);
  setEngine(engine);
  return { engine, told };
}

/** The tools of Node, with another way to compile. */
function toolsThat(
  compile: (real: CCompiler, files: readonly string[]) => Promise<Uint8Array>,
  place = directory,
): NativeTools {
  const real = nodeNativeTools({ directory: place });
  return {
    ...real,
    findCompiler: async (instructionSet) => {
      const compiler = await real.findCompiler(instructionSet);
      return { ...compiler, compile: (files) => compile(compiler, files) };
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
  const compile = vi.fn((real: CCompiler, files: readonly string[]) => real.compile(files));
  const { engine, told } = start({ tools: toolsThat(compile) });
  expect(await compute()).toEqual([[21], [43]]);
  expect((await engine.backend()).name).toBe('native');
  expect(compile).not.toHaveBeenCalled();
  expect(told).toEqual([]);
});

describe('a large program', () => {
  const image = Float32Array.from({ length: 12 * 12 }, (_, i) => Math.sin(i));
  /** Convolutions, products and sums of several shapes. */
  const computeMuch = async (): Promise<Float32Array> => {
    const x = tensor(image, [1, 12, 12, 1]);
    const kernelOf = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.cos(3 * i) / 4);
    const first = conv2d(x, tensor(kernelOf(3 * 3 * 24), [3, 3, 1, 24]), { padding: 'same' }).tanh();
    const second = conv2d(first, tensor(kernelOf(3 * 3 * 24 * 40), [3, 3, 24, 40]), { strides: 2 }).relu();
    const last = second
      .reshape([25, 40])
      .matMul(tensor(kernelOf(40 * 56), [40, 56]))
      .softmax();
    return (await last.matMul(tensor(kernelOf(56 * 7), [56, 7])).data()) as Float32Array;
  };

  /** Computes in a cache folder of its own; how many files were compiled in all, and what came out. */
  async function computeWith(processors: number, threads = 2): Promise<{ files: number[]; values: Float32Array }> {
    const files: number[] = [];
    const tools = toolsThat(
      (real, sources) => {
        files.push(sources.length);
        return real.compile(sources);
      },
      join(directory, `${processors}-${threads}`),
    );
    const { engine } = start({ tools, workers: { ...nodePlatform.workers, processors } }, 'native', threads);
    const values = await computeMuch();
    expect((await engine.backend()).name).toBe('native');
    return { files, values };
  }

  test('is compiled in several files at once where there are processors, and gives the same bits', async () => {
    const whole = await computeWith(1);
    const divided = await computeWith(2);
    const oneThread = await computeWith(2, 1);
    expect(whole.files).toEqual([1]);
    expect(divided.files).toEqual([2]);
    expect(oneThread.files).toEqual([1]);
    expect(divided.values).toEqual(whole.values);
    expect(oneThread.values).toEqual(whole.values);
    start({}, 'reference');
    const expected = await computeMuch();
    expected.forEach((value, i) => expect(divided.values[i]).toBeCloseTo(value, 5));
  });

  test('is found in the cache however it was divided', async () => {
    const place = join(directory, 'shared');
    const compile = vi.fn((real: CCompiler, files: readonly string[]) => real.compile(files));
    for (const processors of [2, 1]) {
      start({ tools: toolsThat(compile, place), workers: { ...nodePlatform.workers, processors } });
      await computeMuch();
    }
    expect(compile).toHaveBeenCalledTimes(1);
  });
});

test('code that was damaged is compiled anew', async () => {
  start();
  await compute();
  const files = (await readdir(directory)).filter((name) => name.endsWith('.node'));
  expect(files).toHaveLength(1);
  // In its place, not into it: the first engine's workers run what it holds.
  await rm(join(directory, files[0]!));
  await writeFile(join(directory, files[0]!), 'not a module');
  const compile = vi.fn((real: CCompiler, files: readonly string[]) => real.compile(files));
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

test('workers that started while a compiler was tried out end where it does not work', async () => {
  let giveUp = (): void => undefined;
  const tools: NativeTools = {
    ...nodeNativeTools({ directory }),
    findCompiler: () =>
      new Promise((_, reject) => {
        giveUp = () => reject(new StateError('No C compiler works here.'));
      }),
  };
  const ended: MockInstance[] = [];
  const startWorker: Workers['start'] = (...options) => {
    const handle = nodePlatform.workers.start(...options);
    ended.push(vi.spyOn(handle, 'terminate'));
    giveUp();
    return handle;
  };
  const { engine, told } = start({ tools, workers: { ...nodePlatform.workers, start: startWorker } });
  expect(await compute()).toEqual([[21], [43]]);
  expect((await engine.backend()).name).toBe('wasm');
  expect(told).toEqual(['No C compiler works here. Going on with the wasm backend.']);
  expect(ended).toHaveLength(2);
  await vi.waitFor(() => ended.forEach((terminate) => expect(terminate).toHaveBeenCalled()));
});

test('who waits long is told what for', async () => {
  const slow = toolsThat(async (real, files) => {
    await new Promise((resolve) => setTimeout(resolve, 1200));
    return real.compile(files);
  });
  const { told } = start({ tools: slow });
  expect(await compute()).toEqual([[21], [43]]);
  expect(told).toEqual(['Compiling this program for the machine. It is kept, so that later runs start at once.']);
});
