import { afterEach, describe, expect, test } from 'vitest';
import { ModuleBuilder } from '../backends/wasm/encoder/module-builder.js';
import type { FunctionBuilder } from '../backends/wasm/encoder/function-builder.js';
import { InternalError, MemoryError, StateError } from '../base/errors.js';
import type { Workers } from '../base/workers.js';
import { nodeWorkers } from '../platform/node/workers.js';
import { mailboxByteLength, Mailboxes } from './mailbox.js';
import { defaultThreads, ThreadPool, type PoolOptions } from './pool.js';

const open: ThreadPool[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

async function startPool(options: Partial<PoolOptions>): Promise<ThreadPool> {
  const pool = await ThreadPool.start({ workers: nodeWorkers, threads: 1, ...options });
  open.push(pool);
  return pool;
}

function sharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
}

/** A module whose `run(thread, threads, steps, table, control)` has the given body. */
async function moduleOf(build: (code: FunctionBuilder) => void, shared = true): Promise<WebAssembly.Module> {
  const module = new ModuleBuilder();
  module.importMemory('env', 'memory', { initial: 0, maximum: 65536, shared });
  const inner = module.addFunction('kernel', { parameters: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] }, build);
  const type = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] } as const;
  module.addFunction('run', { ...type, exported: true }, (code) => {
    for (let index = 0; index < 5; index++) code.get(code.parameter(index));
    code.call(inner);
  });
  return WebAssembly.compile(module.toBytes());
}

/** table[thread] += threads x 1000 + steps */
const count = (code: FunctionBuilder): void => {
  code.get(code.parameter(3)).get(code.parameter(0)).i32Const(4).op('i32.mul').op('i32.add');
  code.get(code.parameter(1)).i32Const(1000).op('i32.mul').get(code.parameter(2)).op('i32.add');
  code.atomic('i32.atomic.rmw.add', 0).drop();
};

/** Thread 0 traps, the others never come back. */
const trap = (code: FunctionBuilder): void => {
  code.get(code.parameter(0)).op('i32.eqz');
  code.ifElse(() => code.unreachable());
  code.loop((again) => code.br(again));
};

const run = (program: number, steps: number, threads = 1) =>
  ({ kind: 'run', program, threads, steps, table: 64, control: 0 }) as const;

/** Node's workers with another script. */
function workersRunning(script: string): Workers {
  return { ...nodeWorkers, start: (_script, name, listener) => nodeWorkers.start(script, name, listener) };
}

const readyThen = (rest: string): string => `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (message) => {
    if (message.kind === 'start') parentPort.postMessage({ kind: 'done', request: message.request });
    else { ${rest} }
  });`;

describe('a thread pool', () => {
  test.each([1, 2, 3, 4])('runs a program on each of %i workers, which share a memory', async (threads) => {
    const memory = sharedMemory();
    const pool = await startPool({ threads, memory });
    expect(pool.threads).toBe(threads);
    pool.order({ kind: 'load', program: 5, code: { kind: 'wasm', module: await moduleOf(count) } });
    await pool.request(run(5, 7, threads));
    const counts = (): number[] => [...new Int32Array(memory.buffer, 64, threads + 1)];
    const once = threads * 1000 + 7;
    expect(counts()).toEqual([...new Array<number>(threads).fill(once), 0]);
    await Promise.all([1, 2, 3].map(() => pool.request(run(5, 7, threads))));
    expect(counts()).toEqual([...new Array<number>(threads).fill(4 * once), 0]);
    // Only the first worker takes part.
    await pool.request(run(5, 7, 1), 1);
    expect(counts()).toEqual([4 * once + 1007, ...new Array<number>(threads - 1).fill(4 * once), 0]);
  });

  test('does what it is asked in that order, in a memory of its only worker', async () => {
    const pool = await startPool({});
    pool.order({ kind: 'load', program: 1, code: { kind: 'wasm', module: await moduleOf(count, false) } });
    pool.order({ kind: 'grow', byteLength: 100_000 });
    const bytes = Uint8Array.of(1, 2, 3, 4);
    pool.order({ kind: 'write', address: 99_990, bytes }, [bytes.buffer]);
    expect(bytes.length).toBe(0);
    const read = async (address: number): Promise<Int32Array> =>
      new Int32Array((await pool.request({ kind: 'read', address, byteLength: 4 })) as ArrayBuffer);
    const answers = await Promise.all([read(64), pool.request(run(1, 5)), read(64), read(99_990)]);
    expect(answers).toEqual([Int32Array.of(0), undefined, Int32Array.of(1005), Int32Array.of(0x04030201)]);
  });

  test('forgets a program that is unloaded', async () => {
    const pool = await startPool({});
    pool.order({ kind: 'load', program: 1, code: { kind: 'wasm', module: await moduleOf(count, false) } });
    pool.order({ kind: 'unload', program: 1 });
    await expect(pool.request(run(1, 1))).rejects.toThrow(InternalError);
  });

  test('needs a shared memory for more than one worker', async () => {
    await expect(startPool({ threads: 2 })).rejects.toThrow(InternalError);
  });

  test('does not start a worker that cannot be started', async () => {
    const workers: Workers = {
      ...nodeWorkers,
      start: () => {
        throw new Error('not allowed here');
      },
    };
    await expect(startPool({ workers })).rejects.toThrow(
      new StateError('Worker 1 of 1 could not be started: Error: not allowed here. setBackend starts new ones.'),
    );
    await expect(startPool({ workers: workersRunning('throw new Error("broken script")') })).rejects.toThrow(
      new StateError('Worker 1 of 1 ended with an error: Error: broken script. setBackend starts new ones.'),
    );
  });
});

describe('a pool that fails', () => {
  test('says which worker and function failed, and stops the others', async () => {
    const pool = await startPool({ threads: 3, memory: sharedMemory() });
    pool.order({ kind: 'load', program: 1, code: { kind: 'wasm', module: await moduleOf(trap) } });
    const first = pool.request(run(1, 1));
    const second = pool.request(run(1, 1));
    const failure = new InternalError("Worker 1 of 3 failed to run in function 'kernel': unreachable.");
    await expect(first).rejects.toThrow(failure);
    await expect(second).rejects.toThrow(failure);
    expect(pool.failure).toEqual(failure);
    await expect(pool.request(run(1, 1))).rejects.toThrow(new StateError(failure.message));
    expect(() => pool.order({ kind: 'unload', program: 1 })).toThrow(StateError);
  });

  test('says that a module cannot be loaded', async () => {
    const pool = await startPool({});
    pool.order({ kind: 'load', program: 1, code: { kind: 'wasm', module: await moduleOf(count, true) } });
    await expect(pool.request(run(1, 1))).rejects.toThrow(/^Worker 1 of 1 failed to load: .*memory/);
  });

  test('says that memory does not grow', async () => {
    const pool = await startPool({});
    pool.order({ kind: 'grow', byteLength: 2 ** 33 });
    await expect(pool.request({ kind: 'read', address: 0, byteLength: 0 })).rejects.toThrow(
      expect.objectContaining({
        name: MemoryError.name,
        message: expect.stringMatching(
          /^Worker 1 of 1 failed to grow: there are no 8589934592 bytes of memory \(.*\); use a smaller batch/,
        ) as string,
      }),
    );
  });

  test('says that a worker ended', async () => {
    const pool = await startPool({ workers: workersRunning(readyThen('process.exit(3)')) });
    const ended = 'Worker 1 of 1 ended with exit code 3. setBackend starts new ones.';
    await expect(pool.request(run(1, 1))).rejects.toThrow(new StateError(ended));
    await expect(pool.request(run(1, 1))).rejects.toThrow(new StateError(ended));
  });

  test('says what a worker died of', async () => {
    const pool = await startPool({ workers: workersRunning(readyThen('throw new Error("no more heap")')) });
    await expect(pool.request(run(1, 1))).rejects.toThrow(/^Worker 1 of 1 ended with an error: Error: no more heap[.]/);
  });
});

describe('closing a pool', () => {
  test('ends a run that would never end', async () => {
    const pool = await startPool({ threads: 2, memory: sharedMemory() });
    pool.order({
      kind: 'load',
      program: 1,
      code: { kind: 'wasm', module: await moduleOf((code) => code.loop((again) => code.br(again))) },
    });
    const running = pool.request(run(1, 1));
    const outcome = expect(running).rejects.toThrow(new StateError('The thread pool is closed.'));
    await pool.close();
    await outcome;
    await expect(pool.request(run(1, 1))).rejects.toThrow(StateError);
    await pool.close();
  });
});

test('the default number of threads is that of the processors, within reason', () => {
  const threadsFor = (processors: number): number => defaultThreads({ ...nodeWorkers, processors });
  expect([0, 1, 2, 8, 64].map(threadsFor)).toEqual([1, 1, 2, 8, 8]);
});

describe('runs without messages', () => {
  const address = 128;

  async function startWithMailboxes(threads: number): Promise<{ pool: ThreadPool; table: Int32Array }> {
    const memory = sharedMemory();
    const pool = await startPool({ threads, memory });
    pool.useMailboxes(new Mailboxes(memory, address, threads), address);
    pool.order({ kind: 'load', program: 1, code: { kind: 'wasm', module: await moduleOf(count) } });
    expect(mailboxByteLength * threads + address).toBeLessThan(1024);
    return { pool, table: new Int32Array(memory.buffer, 64, threads) };
  }

  const given = { program: 1, threads: 3, steps: 7, table: 64, control: 0 };

  /** Runs until workers took part; how often the caller did its part, each time until a worker had begun. */
  async function untilTogether(pool: ThreadPool, table: Int32Array, run = given): Promise<number> {
    const sum = (): number => table.reduce((total, _, thread) => total + Atomics.load(table, thread), 0);
    let calls = 0;
    for (;;) {
      const before = sum();
      const untilBegun = (): undefined => {
        calls++;
        for (const end = performance.now() + 5000; sum() === before && performance.now() < end;);
      };
      if (pool.runTogether(run, untilBegun)) return calls;
      pool.gather(run.threads);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test('are done by the caller and those workers that wait', async () => {
    const { pool, table } = await startWithMailboxes(3);
    for (let round = 0; round < 5; round++) {
      const before = [...table];
      expect(await untilTogether(pool, table)).toBe(1);
      const done = [...table].map((value, thread) => (value - before[thread]!) / 3007);
      expect(done[0]).toBe(0); // the caller's part, which is no worker's
      expect(done.slice(1).every((times) => times === 0 || times === 1)).toBe(true);
      expect(done.reduce((sum, times) => sum + times)).toBeGreaterThan(0);
    }
  });

  test('are given to nobody who was not told to wait, or to whom a message is under way', async () => {
    const { pool, table } = await startWithMailboxes(3);
    const never = (): never => expect.unreachable('nobody can have taken part');
    expect(pool.runTogether(given, never)).toBe(false);
    await untilTogether(pool, table);
    // Whoever waits goes back to the messages, and knows the program that the message is about when it waits again.
    pool.order({ kind: 'unload', program: 2 });
    expect(pool.runTogether(given, never)).toBe(false);
    expect(await untilTogether(pool, table)).toBe(1);
  });

  test('are over when the caller has done them, though a worker has not begun', async () => {
    const { pool, table } = await startWithMailboxes(2);
    const once = { ...given, threads: 2 };
    await untilTogether(pool, table, once);
    const before = table[1]!;
    for (let rounds = 0; rounds < 50;) {
      if (pool.runTogether(once, () => undefined)) rounds++;
      else {
        pool.gather(2);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    // What was taken back, which is most, is never done.
    const times = (table[1]! - before) / 2007;
    expect(Number.isInteger(times)).toBe(true);
    expect(times).toBeLessThanOrEqual(50);
    await pool.request(run(1, 0, 2), 2);
    expect(table[1]! - before).toBe(times * 2007 + 2000);
  });

  test('leave requests in their order', async () => {
    const { pool, table } = await startWithMailboxes(2);
    for (let round = 0; round < 20; round++) {
      pool.runTogether({ ...given, threads: 2 }, () => undefined);
      await pool.request(run(1, 0, 2), 2);
      expect(table[0]).toBe(2000 * (round + 1));
    }
  });

  test('are not to be had without mailboxes', async () => {
    const pool = await startPool({ threads: 2, memory: sharedMemory() });
    expect(pool.runTogether(given, () => undefined)).toBe(false);
    pool.gather(2);
  });
});
