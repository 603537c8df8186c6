// What loaded programs of every backend over a pool can do besides running as they see fit.
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  asParameter,
  at,
  binary,
  buffer,
  kernel,
  kernelProgram,
  load,
  num,
  store,
} from '../../tests/support/kernels.js';
import { testNative } from '../../tests/support/native.js';
import { wasmBackend } from '../backends/wasm/backend.js';
import { InternalError } from '../base/errors.js';
import type { KernelProgram } from '../ir/kernel.js';
import { nodePlatform } from '../platform/node.js';
import type { DeviceBuffer, KernelBackend } from './backend.js';
import { ThreadPool } from './pool.js';

const chunks = 64;

/** state = state + `summand`, four elements a chunk, which is taken to be so much work. */
function adding(summand: number, flops?: number): KernelProgram {
  const place = at(0, ['chunk', 4]);
  const body = [store(0, place, 4, binary('add', load(0, place), num(summand)))];
  const made = kernel(body, flops === undefined ? { chunks } : { chunks, flops });
  return kernelProgram([buffer('state', 'float32', 4 * chunks, asParameter(0))], [[made]]);
}

describe.each([wasmBackend(nodePlatform), testNative()])('programs on $name', (factory) => {
  const open: KernelBackend[] = [];
  afterEach(async () => {
    for (const backend of open.splice(0)) await backend.close();
  });

  async function start(threads: number): Promise<{ backend: KernelBackend; state: DeviceBuffer }> {
    const backend = (await factory.create({ threads })) as KernelBackend;
    open.push(backend);
    const state = backend.allocate(16 * chunks);
    backend.write(state, new Float32Array(4 * chunks));
    return { backend, state };
  }

  test('run on as many threads as they are told to', async () => {
    const { backend, state } = await start(3);
    const executable = await backend.load(adding(1));
    expect(executable.threads).toBe(1);
    for (const threads of [1, 2, 3, undefined]) await executable.run({ parameters: [state], outputs: [] }, 5, threads);
    expect(new Set(await backend.read(state, 'float32', 4 * chunks))).toEqual(new Set([20]));
  });

  test('that are short and follow each other are run by the caller and the workers together', async () => {
    const { backend, state } = await start(3);
    const together = vi.spyOn(ThreadPool.prototype, 'runTogether');
    const executable = await backend.load(adding(1, 900_000));
    let runs = 0;
    while (!together.mock.results.some(({ value }) => value === true)) {
      await executable.run({ parameters: [state], outputs: [] }, 1);
      runs++;
    }
    expect(runs).toBeGreaterThan(1);
    expect(new Set(await backend.read(state, 'float32', 4 * chunks))).toEqual(new Set([runs]));
    together.mockRestore();
  });

  test('cannot run on more threads than there are, or on none', async () => {
    const { backend, state } = await start(2);
    const executable = await backend.load(adding(1));
    for (const threads of [0, 3, 1.5]) {
      const run = executable.run({ parameters: [state], outputs: [] }, 1, threads);
      await expect(run).rejects.toThrow(InternalError);
      await expect(run).rejects.toThrow(`expected a whole number of threads from 1 to 2, received ${threads}`);
    }
  });

  test('can be loaded together, and each is itself', async () => {
    const { backend, state } = await start(2);
    const programs = [1, 10, 100].map(adding);
    // The second time they may have been kept.
    for (const total of [321, 642]) {
      const executables = await backend.loadAll!(programs, 'adding');
      for (const [i, times] of [1, 2, 3].entries())
        await executables[i]!.run({ parameters: [state], outputs: [] }, times);
      expect(new Set(await backend.read(state, 'float32', 4 * chunks))).toEqual(new Set([total]));
      for (const executable of executables) executable.dispose();
    }
  });
});
