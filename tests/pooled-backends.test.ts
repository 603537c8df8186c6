// What backends over a pool of workers have in common, on WebAssembly with shared memory and without, and on native code.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { wasmBackend } from '../src/backends/wasm/backend.js';
import { InternalError, StateError, ValueError } from '../src/base/errors.js';
import type { Workers } from '../src/base/workers.js';
import type { KernelProgram } from '../src/ir/kernel.js';
import { nodeWorkers } from '../src/platform/node/workers.js';
import type { BackendFactory, DeviceBuffer, KernelBackend } from '../src/runtime/backend.js';
import { accumulation, runAccumulation } from './support/accumulation.js';
import { affine, bufferOf, valueOf, watchedWorkers } from './support/backend-parts.js';
import { CompiledFiles, compileTimeout } from './support/compiled-files.js';
import { kernelProgram } from './support/kernels.js';
import { testNative } from './support/native.js';

interface Options {
  readonly workers: Workers;
  readonly everyThread?: boolean;
}

interface Place {
  readonly label: string;
  /** The backend's own. */
  readonly name: string;
  readonly factory: (options: Options) => BackendFactory;
}

const files = new CompiledFiles();
const wasm: Place = { label: 'wasm', name: 'wasm', factory: wasmBackend };
const unsharedWasm: Place = {
  label: 'wasm without shared memory',
  name: 'wasm',
  factory: (options) => wasmBackend({ ...options, sharedMemory: false }),
};
const native: Place = {
  label: 'native code',
  name: 'native',
  factory: (options) => testNative({ ...options, compiled: (program) => files.find(program) }),
};

const open: KernelBackend[] = [];

const empty = kernelProgram([], []);
beforeAll(async () => {
  const backend = await create(native);
  await files.compile([accumulation, affine, empty], backend.target.lanes);
}, compileTimeout);
afterAll(() => files.remove());

afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close()));
});

async function create(place: Place, threads = 1, options: Partial<Options> = {}): Promise<KernelBackend> {
  const backend = await place.factory({ workers: nodeWorkers, ...options }).create({ threads });
  if (backend.kind !== 'kernel' || backend.name !== place.name) throw new Error(`received the backend ${backend.name}`);
  open.push(backend);
  return backend;
}

const elements = 96;

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
  ...[1, 2, 3, 4].map((threads) => ({ place: wasm, threads })),
  { place: unsharedWasm, threads: 1 },
  ...[1, 2, 3, 4].map((threads) => ({ place: native, threads })),
])('the backend on $place.label with $threads threads', ({ place, threads }) => {
  const start = (): Promise<KernelBackend> => create(place, threads, { everyThread: true });

  test('runs steps that carry state on', async () => {
    const backend = await start();
    expect([backend.name, backend.threads, backend.dtypes]).toEqual([
      place.name,
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
    const result = await runAccumulation(place.factory({ workers: nodeWorkers, everyThread: true }), threads);
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
    const runs = [Promise.resolve(executable.run(operands, 1))];
    reads.push(valueOf(backend, state));
    const given = Float32Array.of(10);
    backend.write(factor, given);
    given[0] = 1e6; // the write took a copy
    reads.push(valueOf(backend, factor));
    runs.push(Promise.resolve(executable.run(operands, 2)));
    backend.write(state, Float32Array.of(2));
    reads.push(valueOf(backend, state));
    runs.push(Promise.resolve(executable.run(operands, 1)));
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
    const running = Promise.resolve(executable.run({ ...operands, outputs: [] }, 2000)).then(() => (isDone = true));
    const other = bufferOf(backend, Float32Array.of(5));
    // An unshared memory is reached by way of its worker, which is busy.
    if (place !== unsharedWasm) {
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
      runs.push(Promise.resolve(executable.run({ ...operands, outputs: [] }, 1000)));
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

describe.each([wasm, native])('the memory of the backend on $label', (place) => {
  test('does not grow when the same is done again and again', async () => {
    const { workers, memory } = watchedWorkers();
    const backend = await create(place, 2, { workers, everyThread: true });
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
    { place: wasm, flops: 0, steps: 600, workerCount: 0 },
    { place: wasm, flops: 25_000, steps: 5, workerCount: 0 },
    { place: wasm, flops: 25_000, steps: 50, workerCount: 1 },
    { place: wasm, flops: 2.5e7, steps: 1, workerCount: 3 },
    { place: unsharedWasm, flops: 0, steps: 1, workerCount: 1 },
    { place: native, flops: 0, steps: 600, workerCount: 0 },
    { place: native, flops: 100_000, steps: 5, workerCount: 0 },
    { place: native, flops: 100_000, steps: 500, workerCount: 1 },
    { place: native, flops: 1e8, steps: 1, workerCount: 3 },
  ])('$steps steps of kernels of $flops flops, on $place.label', async (given) => {
    const { workers, runs } = watchedWorkers();
    const backend = await create(given.place, 3, { workers });
    const executable = await backend.load(withFlops(given.flops));
    const total = bufferOf(backend, ramp);
    const operands = { parameters: [total, bufferOf(backend, ramp)], outputs: [backend.allocate(4 * elements)] };
    await executable.run(operands, given.steps);
    expect(await backend.read(total, 'float32', elements)).toEqual(times(given.steps + 1));
    expect(runs()).toBe(given.workerCount);
  });
});

const noSteps = { parameters: [], outputs: [] };

describe.each([wasm, native])('the backend on $label refuses', (place) => {
  const { name } = place;

  test('operands that do not fit the program', async () => {
    const backend = await create(place);
    const executable = await backend.load(accumulation);
    const fit = backend.allocate(4 * elements);
    const small = backend.allocate(4 * elements - 1);
    await expect(executable.run(noSteps, 1)).rejects.toThrow(`${name}: expected 2 parameters, received 0.`);
    await expect(executable.run({ parameters: [fit, fit], outputs: [] }, 1)).rejects.toThrow(
      `${name}: expected 1 outputs, received 0.`,
    );
    await expect(executable.run({ parameters: [fit, small], outputs: [fit] }, 1)).rejects.toThrow(
      new InternalError(`${name}: parameters[1]: 384 bytes are needed, the buffer has 383.`),
    );
    const foreign = (await create(place)).allocate(4 * elements);
    await expect(executable.run({ parameters: [fit, fit], outputs: [foreign] }, 1)).rejects.toThrow(
      `${name}: outputs[0]: expected a buffer that this backend allocated.`,
    );
    for (const steps of [-1, 0.5, 2 ** 31])
      await expect(executable.run({ parameters: [fit, fit], outputs: [fit] }, steps)).rejects.toThrow(
        `received ${steps}`,
      );
  });

  test('what was freed or disposed of, and data that is too long', async () => {
    const backend = await create(place);
    const made = backend.allocate(8);
    expect(() => backend.write(made, new Float32Array(3))).toThrow('12 bytes are needed, the buffer has 8');
    await expect(backend.read(made, 'int32', 3)).rejects.toThrow('12 bytes are needed, the buffer has 8');
    backend.free(made);
    expect(() => backend.write(made, new Float32Array(1))).toThrow(`${name}: write: the buffer was freed before.`);
    expect(() => backend.free(made)).toThrow(`${name}: free: the buffer was freed before.`);
    await expect(backend.read(made, 'int32', 1)).rejects.toThrow(`${name}: read: the buffer was freed before.`);
    const executable = await backend.load(empty);
    await executable.run(noSteps, 1);
    executable.dispose();
    executable.dispose();
    await expect(executable.run(noSteps, 1)).rejects.toThrow(StateError);
  });

  test('numbers of threads that cannot be', async () => {
    for (const threads of [0, -1, 1.5, NaN]) await expect(create(place, threads)).rejects.toThrow(ValueError);
  });
});

describe.each([wasm, native])('closing the backend on $label', (place) => {
  const { name } = place;

  test('ends its workers and rejects what is not done', async () => {
    const { workers, living } = watchedWorkers();
    const backend = await create(place, 2, { workers });
    expect(living()).toBe(2);
    const executable = await backend.load(affine);
    const parameters = [bufferOf(backend, Float32Array.of(1)), bufferOf(backend, Float32Array.of(1))];
    const running = [1, 2].map(() => executable.run({ parameters, outputs: [] }, 2 ** 31 - 1));
    const outcomes = Promise.all(running.map((promise) => expect(promise).rejects.toThrow(StateError)));
    await backend.close();
    await outcomes;
    expect(living()).toBe(0);
    expect(() => backend.allocate(8)).toThrow(`${name}: the backend is closed; create a new one.`);
    await expect(backend.load(affine)).rejects.toThrow(StateError);
    await expect(backend.read(parameters[0]!, 'float32', 1)).rejects.toThrow(StateError);
    await expect(executable.run({ parameters, outputs: [] }, 1)).rejects.toThrow(StateError);
    // What is collected later is freed without harm.
    backend.free(parameters[0]!);
    executable.dispose();
  });
});
