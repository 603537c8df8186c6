// Results that stay where they were computed: read as often as one likes, used there by the next program, and bounded.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { referenceBackend } from '../backends/reference/backend.js';
import { wasmBackend } from '../backends/wasm/backend.js';
import { nodePlatform } from '../platform/node.js';
import type { Backend } from '../runtime/backend.js';
import { compile } from '../tensor/compile.js';
import { full, tensor } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { DeviceValue } from './device-value.js';
import { Engine, setEngine } from './engine.js';
import { leastKeptBytes, ResultKeeper } from './results.js';

const length = leastKeptBytes / 4;
const counting = Float32Array.from({ length }, (_, i) => i);

describe.each([
  { title: 'shared memory', factory: wasmBackend(nodePlatform) },
  { title: "a worker's memory", factory: wasmBackend({ workers: nodePlatform.workers, sharedMemory: false }) },
  { title: 'the reference', factory: referenceBackend },
])('large results of a compiled function, in $title', ({ factory }) => {
  let engine: Engine;
  let backend: Backend;
  const increase = compile((x: Tensor) => x.add(1));
  const double = compile((x: Tensor) => ({ y: x.mul(2) }));

  beforeEach(async () => {
    engine = new Engine({ backends: [factory], threads: 2 });
    setEngine(engine);
    backend = await engine.backend();
  });
  afterEach(() => engine.close());

  test('are read as often as one likes, each time as an array of its own', async () => {
    const result = await increase(tensor(counting));
    const first = await result.data();
    expect(first[length - 1]).toBe(length);
    first.fill(-1);
    const second = await result.data();
    expect(second[length - 1]).toBe(length);
    expect((await result.realize()).data[length - 1]).toBe(length);
    expect((await result.data())[length - 1]).toBe(length);
  });

  test('are taken by the next program where they are', async () => {
    const begin = tensor(counting);
    const one = await increase(begin);
    const warm = await double(one);
    await increase(warm.y);
    const write = vi.spyOn(backend, 'write');
    const read = vi.spyOn(backend, 'read');
    const three = await increase((await double(await increase(begin))).y);
    expect(write).not.toHaveBeenCalled();
    expect(read).not.toHaveBeenCalled();
    expect((await three.data()).slice(0, 3)).toEqual(Float32Array.of(3, 5, 7));
    expect(read).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  });

  test('keep their values when the function is called again, disposed of, or the backend closed', async () => {
    const results: Tensor[] = [];
    for (let i = 0; i < 4; i++) results.push(await increase(full([length], i)));
    // One that is being used and read at the same time.
    const [array, used] = await Promise.all([results[0]!.realize(), double(results[0]!)]);
    expect([array.data[5], (await used.y.data())[5]]).toEqual([1, 2]);
    increase.dispose();
    await engine.close();
    for (const [i, result] of results.entries()) expect((await result.data())[length - 1]).toBe(i + 1);
  });

  test('can be what a lazy computation begins with', async () => {
    const result = await increase(tensor(counting));
    expect((await result.add(result).sum().data())[0]).toBeCloseTo(length * (length + 1), -6);
  });
});

test('10,000 results of 1 MB that nobody reads, between which no other task runs, take bounded memory', async () => {
  const engine = new Engine({ backends: [wasmBackend(nodePlatform)], threads: 1 });
  setEngine(engine);
  const backend = await engine.backend();
  let live = 0;
  let most = 0;
  const allocate = backend.allocate.bind(backend);
  const free = backend.free.bind(backend);
  vi.spyOn(backend, 'allocate').mockImplementation((byteLength) => {
    most = Math.max(most, (live += byteLength));
    return allocate(byteLength);
  });
  vi.spyOn(backend, 'free').mockImplementation((buffer) => {
    live -= buffer.byteLength;
    free(buffer);
  });
  const next = compile((x: Tensor) => x.add(1));
  let x = full([2 ** 18], 0);
  await x.realize();
  for (let i = 0; i < 10_000; i++) x = await next(x);
  expect((await x.data())[7]).toBe(10_000);
  expect(most).toBeLessThan(600 * 2 ** 20);
  await engine.close();
});

describe('a keeper of results', () => {
  test('copies out the oldest beyond its limit, once the next task has come', async () => {
    const backend = await wasmBackend(nodePlatform).create({ threads: 1 });
    const keeper = new ResultKeeper({ mostBytes: 2 * leastKeptBytes });
    const keep = (value: number) =>
      keeper.keep(
        DeviceValue.of(backend, { dtype: 'float32', shape: [length], data: new Float32Array(length).fill(value) }),
        'float32',
        [length],
      );
    const results = [1, 2].map(keep);
    expect(keeper.relieve()).toBeUndefined();
    results.push(keep(3));
    let taskCame = false;
    setImmediate(() => (taskCame = true));
    await keeper.relieve();
    expect(taskCame).toBe(true);
    expect(keeper.bytes).toBe(2 * leastKeptBytes);
    expect(results.map((result) => result.hold(backend) !== undefined)).toEqual([false, true, true]);
    for (const [i, result] of results.entries()) expect((await result.array).data[9]).toBe(i + 1);
    // Two are held.
    expect(keeper.bytes).toBe(2 * leastKeptBytes);
    await backend.close();
  });

  test('waits for a task now and then, so that the collector can tell what it has found', async () => {
    const backend = await wasmBackend(nodePlatform).create({ threads: 1 });
    const keeper = new ResultKeeper({ bytesBetweenTasks: 2 * leastKeptBytes });
    const data = new Float32Array(length);
    const relieved = [0, 1, 2, 3].map(() => {
      keeper.keep(DeviceValue.of(backend, { dtype: 'float32', shape: [length], data }), 'float32', [length]);
      return keeper.relieve() !== undefined;
    });
    expect(relieved).toEqual([false, true, false, true]);
    await backend.close();
  });
});
