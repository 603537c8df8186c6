// Each atomic access is run on a shared memory and compared with its definition, alone and between two threads.
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, test } from 'vitest';
import { atomicOpcodes } from './atomic-opcodes.js';
import { ModuleBuilder } from './module-builder.js';
import { atomicEncodings } from './opcodes.js';
import type { AtomicOp } from './opcodes.js';

const offset = 64;
const address = 8;
const names = Object.keys(atomicOpcodes) as AtomicOp[];
const accesses = names.filter((name) => !name.startsWith('memory.'));

const builder = new ModuleBuilder('atomics');
builder.importMemory('host', 'memory', { initial: 1, maximum: 2, shared: true });
for (const name of names) {
  const { operands, results } = atomicEncodings.find(name);
  builder.addFunction(name, { parameters: operands, results, exported: true }, (code) => {
    operands.forEach((_, index) => code.get(code.parameter(index)));
    code.atomic(name, offset);
  });
}
builder.addFunction('atomic.fence', { parameters: [], results: [], exported: true }, (code) => code.atomicFence());
builder.addFunction('count', { parameters: ['i32', 'i32'], results: [], exported: true }, (code) => {
  const counter = code.parameter(0);
  const remaining = code.parameter(1);
  code.loop((again) => {
    code.get(counter).i32Const(1).atomic('i32.atomic.rmw.add').drop();
    code.get(remaining).i32Const(1).op('i32.sub').tee(remaining).brIf(again);
  });
});

const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
const module = new WebAssembly.Module(builder.toBytes());
const { exports } = new WebAssembly.Instance(module, { host: { memory } });
const cell = new BigUint64Array(memory.buffer, address + offset, 1);
const run = (name: string, ...operands: (number | bigint)[]): unknown =>
  (exports[name] as (...operands: (number | bigint)[]) => unknown)(...operands);

const initial = 0x8877_6655_4433_22f1n;
beforeEach(() => {
  cell[0] = initial;
});

const updates: Record<string, (old: bigint, operand: bigint) => bigint> = {
  add: (old, operand) => old + operand,
  sub: (old, operand) => old - operand,
  and: (old, operand) => old & operand,
  or: (old, operand) => old | operand,
  xor: (old, operand) => old ^ operand,
  xchg: (_, operand) => operand,
};

describe('an atomic access agrees with its definition:', () => {
  test.each(accesses)('%s', (name) => {
    const { size } = atomicEncodings.find(name);
    const type = name.slice(0, 3);
    const value = (x: bigint): number | bigint =>
      type === 'i64' ? BigInt.asIntN(64, x) : Number(BigInt.asIntN(32, x));
    const low = BigInt.asUintN(8 * size, initial);
    const replaced = (x: bigint): bigint => initial - low + BigInt.asUintN(8 * size, x);
    const operand = 0x1f2e_3d4c_5b6a_7988n;
    const operation = /rmw\d*\.([a-z]+)/.exec(name)?.[1];
    if (name.includes('.load')) {
      expect(run(name, address)).toBe(value(low));
      expect(cell[0]).toBe(initial);
    } else if (name.includes('.store')) {
      run(name, address, value(operand));
      expect(cell[0]).toBe(replaced(operand));
    } else if (operation === 'cmpxchg') {
      expect(run(name, address, value(low ^ 1n), value(operand))).toBe(value(low));
      expect(cell[0]).toBe(initial);
      expect(run(name, address, value(low), value(operand))).toBe(value(low));
      expect(cell[0]).toBe(replaced(operand));
    } else {
      expect(run(name, address, value(operand))).toBe(value(low));
      expect(cell[0]).toBe(replaced(updates[operation!]!(low, operand)));
    }
  });

  test('and the table holds every instruction of the threads proposal but the fence', () => {
    expect(names).toHaveLength(3 + 7 * 9);
  });
});

test('waiting returns at once where the value differs, and times out where it does not', () => {
  const [notEqual, timedOut] = [1, 2];
  expect(run('memory.atomic.wait32', address, 1, -1n)).toBe(notEqual);
  expect(run('memory.atomic.wait64', address, 1n, -1n)).toBe(notEqual);
  expect(run('memory.atomic.wait32', address, Number(BigInt.asIntN(32, initial)), 0n)).toBe(timedOut);
  expect(run('memory.atomic.wait64', address, BigInt.asIntN(64, initial), 0n)).toBe(timedOut);
});

test('notify wakes nobody where nobody waits, and the fence has no effect of its own', () => {
  expect(run('memory.atomic.notify', address, 1)).toBe(0);
  expect(run('atomic.fence')).toBeUndefined();
});

test('an atomic access traps where the address is not a multiple of its size', () => {
  expect(() => run('i32.atomic.load', address + 2)).toThrow(/unaligned/);
});

describe('between two threads', () => {
  const ready = new Int32Array(memory.buffer, 1024, 1);
  /** Starts a thread that says it is ready, then runs an export; gives what the export returned. */
  function runInThread(name: string, ...operands: (number | bigint)[]): Promise<unknown> {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const { module, memory, ready, name, operands } = workerData;
       const { exports } = new WebAssembly.Instance(module, { host: { memory } });
       Atomics.store(ready, 0, 1);
       Atomics.notify(ready, 0);
       parentPort.postMessage(exports[name](...operands));`,
      { eval: true, workerData: { module, memory, ready, name, operands } },
    );
    return new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  }

  beforeEach(() => {
    ready[0] = 0;
  });

  test('counting on one shared counter loses no increment', async () => {
    const increments = 200_000;
    cell[0] = 0n;
    const counted = runInThread('count', address + offset, increments);
    expect(Atomics.wait(ready, 0, 0, 30_000)).not.toBe('timed-out');
    run('count', address + offset, increments);
    await counted;
    expect(cell[0]).toBe(BigInt(2 * increments));
  });

  test('notify wakes a thread that waits', async () => {
    const woken = runInThread('memory.atomic.wait32', address, Number(BigInt.asIntN(32, initial)), -1n);
    expect(Atomics.wait(ready, 0, 0, 30_000)).not.toBe('timed-out');
    // The thread is about to wait, but may not have come to it yet.
    while (run('memory.atomic.notify', address, 1) === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await woken).toBe(0);
  });
});
