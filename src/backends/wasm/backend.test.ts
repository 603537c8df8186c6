import { afterEach, describe, expect, test } from 'vitest';
import { accumulation, runAccumulation } from '../../../tests/support/accumulation.js';
import {
  asParameter,
  at,
  binary,
  buffer,
  kernel,
  kernelProgram,
  num,
  scalarF32,
  scalarLoad,
  store,
} from '../../../tests/support/kernels.js';
import { InternalError, StateError, ValueError } from '../../base/errors.js';
import type { Workers } from '../../base/workers.js';
import type { KernelProgram } from '../../ir/kernel.js';
import { nodeWorkers } from '../../platform/node/workers.js';
import type { DeviceBuffer, KernelBackend } from '../../runtime/backend.js';
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

const elements = 96;

/** state = state x factor + 1, one element; the order of runs and writes shows in the result. */
const affine: KernelProgram = kernelProgram(
  [buffer('state', 'float32', 1, asParameter(0)), buffer('factor', 'float32', 1, asParameter(1))],
  [
    [
      kernel([
        store(0, at(0), 1, binary('add', binary('mul', scalarLoad(0, at(0)), scalarLoad(1, at(0))), num(1, scalarF32))),
      ]),
    ],
  ],
);

function bufferOf(backend: KernelBackend, data: Float32Array | Uint8Array): DeviceBuffer {
  const made = backend.allocate(data.byteLength);
  backend.write(made, data);
  return made;
}

async function valueOf(backend: KernelBackend, from: DeviceBuffer): Promise<number> {
  return (await backend.read(from, 'float32', 1))[0]!;
}

/** `count` times 0, 1/3, 2/3, ... added up in float32. */
function repeatedSums(count: number): number[] {
  return Array.from({ length: elements }, (_, i) => {
    let sum = 0;
    for (let step = 0; step < count; step++) sum = Math.fround(sum + Math.fround(i / 3));
    return sum;
  });
}

const ramp = Float32Array.from({ length: elements }, (_, i) => i);
const times = (factor: number): Float32Array => ramp.map((value) => value * factor);

describe.each([
  { threads: 1, sharedMemory: true },
  { threads: 2, sharedMemory: true },
  { threads: 3, sharedMemory: true },
  { threads: 4, sharedMemory: true },
  { threads: 1, sharedMemory: false },
])('the wasm backend with $threads threads, shared memory: $sharedMemory', ({ threads, sharedMemory }) => {
  const start = (): Promise<KernelBackend> => create(threads, { sharedMemory, everyThread: true });

  test('runs steps that carry state on', async () => {
    const backend = await start();
    expect([backend.name, backend.threads, backend.dtypes]).toEqual([
      'wasm',
      threads,
      ['float32', 'int32', 'uint8', 'bool'],
    ]);
    const executable = await backend.load(accumulation);
    const total = bufferOf(backend, ramp);
    const x = bufferOf(backend, ramp);
    const before = backend.allocate(4 * elements);
    await executable.run({ parameters: [total, x], outputs: [before] }, 300);
    expect(await backend.read(total, 'float32', elements)).toEqual(times(301));
    expect(await backend.read(before, 'float32', elements)).toEqual(times(300));
    await executable.run({ parameters: [total, before], outputs: [x] }, 1);
    expect(await backend.read(total, 'float32', elements)).toEqual(times(601));
    expect(await backend.read(x, 'float32', elements)).toEqual(times(301));
    await executable.run({ parameters: [total, before], outputs: [x] }, 0);
    expect(await backend.read(total, 'float32', 3)).toEqual(Float32Array.of(0, 601, 1202));
  });

  test('computes the same bits however many threads there are', async () => {
    const result = await runAccumulation(
      wasmBackend({ workers: nodeWorkers, sharedMemory, everyThread: true }),
      threads,
    );
    expect(result).toEqual({ threads, total: repeatedSums(500), before: repeatedSums(499) });
    // Not exact in float32: a sum of many roundings.
    expect(result.total[4]).not.toBe(Math.fround(2000 / 3));
  });

  test('keeps runs, writes, reads and frees in the order in which they were asked for', async () => {
    const backend = await start();
    const executable = await backend.load(affine);
    const state = bufferOf(backend, Float32Array.of(1));
    const factor = bufferOf(backend, Float32Array.of(3));
    const operands = { parameters: [state, factor], outputs: [] };
    const reads = [valueOf(backend, state)];
    const runs = [executable.run(operands, 1)];
    reads.push(valueOf(backend, state));
    const given = Float32Array.of(10);
    backend.write(factor, given);
    given[0] = 1e6; // the write took a copy
    reads.push(valueOf(backend, factor));
    runs.push(executable.run(operands, 2));
    backend.write(state, Float32Array.of(2));
    reads.push(valueOf(backend, state));
    runs.push(executable.run(operands, 1));
    reads.push(valueOf(backend, state));
    // The memory of a freed buffer goes to others only when the runs that use it are done.
    backend.free(factor);
    const other = bufferOf(backend, Float32Array.of(-1));
    executable.dispose();
    expect(await Promise.all(reads)).toEqual([1, 4, 10, 2, 21]);
    await Promise.all(runs);
    expect(await valueOf(backend, other)).toBe(-1);
    expect(await valueOf(backend, state)).toBe(21);
  });

  test('does at once what no run under way is concerned with', async () => {
    const backend = await start();
    const executable = await backend.load(affine);
    const operands = { parameters: [bufferOf(backend, Float32Array.of(1)), bufferOf(backend, Float32Array.of(1))] };
    let isDone = false;
    const running = executable.run({ ...operands, outputs: [] }, 2000).then(() => (isDone = true));
    const other = bufferOf(backend, Float32Array.of(5));
    // An unshared memory is reached by way of its worker, which is busy.
    if (sharedMemory) {
      expect(await valueOf(backend, other)).toBe(5);
      expect(isDone).toBe(false);
    }
    await running;
    expect(await valueOf(backend, other)).toBe(5);
    expect(await valueOf(backend, operands.parameters[0]!)).toBe(2001);
  });

  test('moves data of every dtype and size, also while its memory grows', async () => {
    const backend = await start();
    const executable = await backend.load(affine);
    const operands = { parameters: [bufferOf(backend, Float32Array.of(0)), bufferOf(backend, Float32Array.of(1))] };
    const bytes = Uint8Array.from({ length: 5_000_001 }, (_, i) => i % 251);
    const buffers: DeviceBuffer[] = [];
    const runs: Promise<void>[] = [];
    for (let round = 0; round < 4; round++) {
      runs.push(executable.run({ ...operands, outputs: [] }, 1000));
      buffers.push(bufferOf(backend, bytes.subarray(round)));
    }
    for (const [round, made] of buffers.entries()) {
      const found = await backend.read(made, 'uint8', bytes.length - round);
      expect(Buffer.compare(found as Uint8Array, bytes.subarray(round))).toBe(0);
    }
    await Promise.all(runs);
    expect(await valueOf(backend, operands.parameters[0]!)).toBe(4000);
    const integers = backend.allocate(8);
    backend.write(integers, Int32Array.of(-5, 7));
    expect(await backend.read(integers, 'int32', 2)).toEqual(Int32Array.of(-5, 7));
    expect(await backend.read(integers, 'bool', 1)).toEqual(Uint8Array.of(0xfb));
    expect(await backend.read(integers, 'int32', 0)).toEqual(new Int32Array());
    expect(await backend.read(backend.allocate(0), 'float32', 0)).toEqual(new Float32Array());
  });
});

/** Workers that tell what is going on. */
function watchedWorkers(): {
  workers: Workers;
  /** What they share. */
  memory: () => WebAssembly.Memory;
  living: () => number;
  /** How many workers were told to run something, all runs together. */
  runs: () => number;
} {
  let runs = 0;
  let memory: WebAssembly.Memory | undefined;
  const living = new Set<object>();
  const workers: Workers = {
    ...nodeWorkers,
    start: (script, name, listener) => {
      const handle = nodeWorkers.start(script, name, listener);
      living.add(handle);
      return {
        ...handle,
        post: (message, transfer) => {
          if ('memory' in message) memory = message.memory as WebAssembly.Memory;
          if ('kind' in message && message.kind === 'run') runs++;
          handle.post(message, transfer);
        },
        terminate: async () => {
          await handle.terminate();
          living.delete(handle);
        },
      };
    },
  };
  return { workers, memory: () => memory!, living: () => living.size, runs: () => runs };
}

describe('the memory of the wasm backend', () => {
  test('does not grow when the same is done again and again', async () => {
    const { workers, memory } = watchedWorkers();
    const backend = await create(2, { workers, everyThread: true });
    const once = async (): Promise<void> => {
      const executable = await backend.load(accumulation);
      const parameters = [bufferOf(backend, ramp), bufferOf(backend, ramp)];
      const outputs = [backend.allocate(4 * elements), backend.allocate(400_000)];
      const done = executable.run({ parameters, outputs: [outputs[0]!] }, 3);
      for (const used of [...parameters, ...outputs]) backend.free(used);
      executable.dispose();
      await done;
    };
    await once();
    const byteLength = memory().buffer.byteLength;
    for (let round = 0; round < 200; round++) await once();
    expect(memory().buffer.byteLength).toBe(byteLength);
    backend.allocate(byteLength);
    expect(memory().buffer.byteLength).toBeGreaterThan(byteLength);
  });
});

describe('who runs a program', () => {
  const withFlops = (flops: number): KernelProgram => ({
    ...accumulation,
    phases: accumulation.phases.map((kernels) => kernels.map((made) => ({ ...made, flops }))),
  });
  test.each([
    { flops: 0, steps: 600, sharedMemory: true, workerCount: 0 },
    { flops: 10_000, steps: 5, sharedMemory: true, workerCount: 0 },
    { flops: 10_000, steps: 50, sharedMemory: true, workerCount: 1 },
    { flops: 1e7, steps: 1, sharedMemory: true, workerCount: 3 },
    { flops: 0, steps: 1, sharedMemory: false, workerCount: 1 },
  ])('$steps steps of kernels of $flops flops, shared memory: $sharedMemory', async (given) => {
    const { workers, runs } = watchedWorkers();
    const backend = await create(3, { workers, sharedMemory: given.sharedMemory });
    const executable = await backend.load(withFlops(given.flops));
    const total = bufferOf(backend, ramp);
    const operands = { parameters: [total, bufferOf(backend, ramp)], outputs: [backend.allocate(4 * elements)] };
    await executable.run(operands, given.steps);
    expect(await backend.read(total, 'float32', elements)).toEqual(times(given.steps + 1));
    expect(runs()).toBe(given.workerCount);
  });
});

const noSteps = { parameters: [], outputs: [] };

describe('the wasm backend refuses', () => {
  test('operands that do not fit the program', async () => {
    const backend = await create();
    const executable = await backend.load(accumulation);
    const fit = backend.allocate(4 * elements);
    const small = backend.allocate(4 * elements - 1);
    await expect(executable.run(noSteps, 1)).rejects.toThrow('wasm: expected 2 parameters, received 0.');
    await expect(executable.run({ parameters: [fit, fit], outputs: [] }, 1)).rejects.toThrow(
      'wasm: expected 1 outputs, received 0.',
    );
    await expect(executable.run({ parameters: [fit, small], outputs: [fit] }, 1)).rejects.toThrow(
      new InternalError('wasm: parameters[1]: 384 bytes are needed, the buffer has 383.'),
    );
    const foreign = (await create()).allocate(4 * elements);
    await expect(executable.run({ parameters: [fit, fit], outputs: [foreign] }, 1)).rejects.toThrow(
      'wasm: outputs[0]: expected a buffer that this backend allocated.',
    );
    for (const steps of [-1, 0.5, 2 ** 31])
      await expect(executable.run({ parameters: [fit, fit], outputs: [fit] }, steps)).rejects.toThrow(
        `received ${steps}`,
      );
  });

  test('what was freed or disposed of, and data that is too long', async () => {
    const backend = await create();
    const made = backend.allocate(8);
    expect(() => backend.write(made, new Float32Array(3))).toThrow('12 bytes are needed, the buffer has 8');
    await expect(backend.read(made, 'int32', 3)).rejects.toThrow('12 bytes are needed, the buffer has 8');
    backend.free(made);
    expect(() => backend.write(made, new Float32Array(1))).toThrow('wasm: write: the buffer was freed before.');
    expect(() => backend.free(made)).toThrow('wasm: free: the buffer was freed before.');
    await expect(backend.read(made, 'int32', 1)).rejects.toThrow('wasm: read: the buffer was freed before.');
    const executable = await backend.load(kernelProgram([], []));
    await executable.run(noSteps, 1);
    executable.dispose();
    executable.dispose();
    await expect(executable.run(noSteps, 1)).rejects.toThrow(StateError);
  });

  test('a module that is not valid, and goes on', async () => {
    const backend = await create(1, { print: () => Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 9) });
    await expect(backend.load(affine)).rejects.toThrow(/^wasm: the printed module is not valid: /);
    expect(backend.allocate(8).byteLength).toBe(8);
  });

  test('numbers of threads that cannot be', async () => {
    for (const threads of [0, -1, 1.5, NaN]) await expect(create(threads)).rejects.toThrow(ValueError);
  });
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
    const failures = [running, reading].map((promise) => promise.then(String, String));
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

describe('closing the wasm backend', () => {
  test('ends its workers and rejects what is not done', async () => {
    const { workers, living } = watchedWorkers();
    const backend = await create(2, { workers });
    expect(living()).toBe(2);
    const executable = await backend.load(affine);
    const parameters = [bufferOf(backend, Float32Array.of(1)), bufferOf(backend, Float32Array.of(1))];
    const running = [1, 2].map(() => executable.run({ parameters, outputs: [] }, 2 ** 31 - 1));
    const outcomes = Promise.all(running.map((promise) => expect(promise).rejects.toThrow(StateError)));
    await backend.close();
    await outcomes;
    expect(living()).toBe(0);
    expect(() => backend.allocate(8)).toThrow('wasm: the backend is closed; create a new one.');
    await expect(backend.load(affine)).rejects.toThrow(StateError);
    await expect(backend.read(parameters[0]!, 'float32', 1)).rejects.toThrow(StateError);
    await expect(executable.run({ parameters, outputs: [] }, 1)).rejects.toThrow(StateError);
    // What is collected later is freed without harm.
    backend.free(parameters[0]!);
    executable.dispose();
  });
});
