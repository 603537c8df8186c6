// What is WebAssembly's own about its backend; tests/pooled-backends.test.ts has what it shares with native code.
import { afterEach, describe, expect, test } from 'vitest';
import { affine, bufferOf, valueOf, watchedWorkers } from '../../../tests/support/backend-parts.js';
import { InternalError, StateError } from '../../base/errors.js';
import { nodeWorkers } from '../../platform/node/workers.js';
import type { KernelBackend } from '../../runtime/backend.js';
import { wasmBackend, type WasmBackendOptions } from './backend.js';
import { ModuleBuilder } from './encoder/module-builder.js';

const open: KernelBackend[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close()));
});

async function create(threads = 1, options: Partial<WasmBackendOptions> = {}): Promise<KernelBackend> {
  const backend = await wasmBackend({ workers: nodeWorkers, ...options }).create({ threads });
  if (backend.kind !== 'kernel') throw new Error('the wasm backend runs kernels');
  open.push(backend);
  return backend;
}

test('the wasm backend refuses a module that is not valid, and goes on', async () => {
  const backend = await create(1, { print: () => Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 9) });
  await expect(backend.load(affine)).rejects.toThrow(/^wasm: the printed module is not valid: /);
  expect(backend.allocate(8).byteLength).toBe(8);
});

/** Prints every program as one that fails. */
function printTrap(shared: boolean): NonNullable<WasmBackendOptions['print']> {
  return () => {
    const module = new ModuleBuilder();
    module.importMemory('env', 'memory', { initial: 0, ...(shared && { maximum: 65536 }), shared });
    const type = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [], exported: true } as const;
    module.addFunction('run', type, (code) => code.unreachable());
    return module.toBytes();
  };
}

describe('a wasm backend whose program fails', () => {
  test.each([true, false])('says so from then on; shared memory: %s', async (sharedMemory) => {
    const { workers, living } = watchedWorkers();
    const print = printTrap(sharedMemory);
    const backend = await create(2, { workers, sharedMemory, print, everyThread: true });
    const executable = await backend.load(affine);
    const parameters = [bufferOf(backend, Float32Array.of(1)), bufferOf(backend, Float32Array.of(2))];
    const running = executable.run({ parameters, outputs: [] }, 1);
    backend.write(parameters[0]!, Float32Array.of(3));
    const reading = backend.read(parameters[0]!, 'float32', 1);
    backend.free(parameters[0]!);
    executable.dispose();
    const failures = [running, reading].map((promise) => Promise.resolve(promise).then(String, String));
    expect(await failures[0]).toMatch(
      /^InternalError: Worker \d of \d failed to run in function 'run': unreachable[.]$/,
    );
    expect(await failures[1]).toMatch(
      /^StateError: wasm: the backend stopped working[.] Worker \d of \d failed to run/,
    );
    expect(() => backend.allocate(8)).toThrow(/^wasm: the backend stopped working[.] Worker \d of \d failed to run/);
    await expect(backend.load(affine)).rejects.toThrow(StateError);
    await backend.close();
    expect(living()).toBe(0);
  });
});

describe('a program that the caller runs', () => {
  test('can fail without harm to the backend', async () => {
    const print = printTrap(true);
    const backend = await create(1, { print });
    const executable = await backend.load(affine);
    const parameters = [bufferOf(backend, Float32Array.of(1)), bufferOf(backend, Float32Array.of(2))];
    await expect(executable.run({ parameters, outputs: [] }, 1)).rejects.toThrow(
      new InternalError('wasm: the program failed to run: unreachable.'),
    );
    expect(await valueOf(backend, parameters[1]!)).toBe(2);
  });
});
