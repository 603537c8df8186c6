import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { expectSameBits } from '../../../../tests/support/bits.js';
import {
  asOutput,
  asParameter,
  asTemporary,
  at,
  binary,
  buffer,
  kernel,
  kernelProgram,
  load,
  loop,
  num,
  scalarI32,
  scalarLoad,
  store,
} from '../../../../tests/support/kernels.js';
import { instantiate, PrintedMemory, type Run } from '../../../../tests/support/printed-kernels.js';
import type { TypedArray } from '../../../base/dtype.js';
import { RandomStream } from '../../../base/random.js';
import { interpret } from '../../../ir/interpret.js';
import type { KernelExpr, KernelProgram } from '../../../ir/kernel.js';
import { counterOffset, finishedEpoch } from '../../../runtime/control.js';
import { printProgram } from './print-program.js';

const chunks = 5;

/**
 * Every chunk of a phase reads what the opposite chunk wrote in the phase before, so that a thread that does not wait
 * for the others, or goes on too early, computes something else. The state stays bounded.
 */
function mixingProgram(): KernelProgram {
  const own = at(0, ['chunk', 4]);
  const opposite = at(4 * (chunks - 1), ['chunk', -4]);
  const half = (x: KernelExpr): KernelExpr => binary('mul', x, num(0.5));
  const buffers = [
    buffer('state', 'float32', 4 * chunks, asParameter(0)),
    buffer('seed', 'float32', 4 * chunks, asParameter(1)),
    buffer('first', 'float32', 4 * chunks, asTemporary(0)),
    buffer('second', 'float32', 4 * chunks, asTemporary(128)),
    buffer('out', 'float32', 4 * chunks, asOutput(0)),
    buffer('single', 'float32', 4, asTemporary(256)),
  ];
  const named = (name: string, chunkCount = chunks) => ({ name, chunks: chunkCount });
  return kernelProgram(
    buffers,
    [
      [
        kernel([store(2, own, 4, binary('add', half(load(0, opposite)), load(1, own)))], named('first')),
        kernel([store(5, at(0), 4, half(load(0, at(8))))], named('single', 1)),
      ],
      [kernel([store(3, own, 4, binary('sub', half(load(2, opposite)), half(load(5, at(0)))))], named('second'))],
      [kernel([store(0, own, 4, load(3, opposite)), store(4, own, 4, load(3, opposite))], named('third'))],
    ],
    320,
  );
}

const stream = new RandomStream(11);
const random = (): Float32Array => Float32Array.from({ length: 4 * chunks }, () => stream.normal());
const program = mixingProgram();
const parameters = [random(), random()];

/** The state after each number of steps, computed by one thread. */
function stateAfter(steps: number): Float32Array {
  const memory = new PrintedMemory(program, parameters);
  instantiate(program, memory.memory)(0, 1, steps, memory.table, memory.control);
  return memory.parameters()[0] as Float32Array;
}

const workerSource = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { bytes, memory } = workerData;
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
  parentPort.on('message', (request) => {
    run(...request);
    parentPort.postMessage('done');
  });
`;

/** Threads that each hold an instance of the program over one memory. */
class Threads {
  readonly memory: PrintedMemory;
  readonly #workers: Worker[];

  constructor(threads: number, own = program, ownParameters: readonly TypedArray[] = parameters) {
    this.memory = new PrintedMemory(own, ownParameters, true, threads);
    const workerData = { bytes: printProgram(own, { shared: true }), memory: this.memory.memory };
    this.#workers = Array.from({ length: threads }, () => new Worker(workerSource, { eval: true, workerData }));
  }

  /** Runs on one thread. */
  async start(thread: number, steps: number): Promise<void> {
    const worker = this.#workers[thread]!;
    const request: Parameters<Run> = [thread, this.#workers.length, steps, this.memory.table, this.memory.control];
    worker.postMessage(request);
    await once(worker, 'message');
  }

  /** A new run on all threads. */
  startAll(steps: number): Promise<void[]> {
    this.memory.clearControl();
    return Promise.all(this.#workers.map((_, thread) => this.start(thread, steps)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one thread computes what the interpreter computes', () => {
  const state = parameters.map((array) => array.slice());
  for (let step = 0; step < 20; step++) interpret(program, state, { lanes: 4 });
  expectSameBits([stateAfter(20)], [state[0]!]);
});

test.each([1, 2, 3, 4])('%i threads compute in thousands of phases what one computes', async (threads) => {
  const steps = 3000;
  const pool = new Threads(threads);
  try {
    await pool.startAll(steps);
    expectSameBits([pool.memory.parameters()[0]!], [stateAfter(steps)]);
    expect(pool.memory.controlWord('stepsDone')).toBe(steps);
    expect(pool.memory.controlWord('epoch')).toBe(threads > 1 ? finishedEpoch : 0);
    // In short runs some threads come when others are done.
    for (let run = 0; run < 200; run++) {
      await pool.startAll(2);
      expect(pool.memory.controlWord('stepsDone')).toBe(2);
      expect(pool.memory.controlWord('sleepers')).toBe(0);
    }
    expectSameBits([pool.memory.parameters()[0]!], [stateAfter(steps + 400)]);
    expect(pool.memory.isUntouchedElsewhere()).toBe(true);
  } finally {
    await pool.close();
  }
});

test('threads told to stop do so where a step ends', async () => {
  const pool = new Threads(3);
  try {
    let done = 0;
    for (let round = 0; round < 5; round++) {
      const running = pool.startAll(2 ** 31 - 1);
      while (pool.memory.controlWord('stepsDone') < 10) await turn();
      pool.memory.setControlWord('stop', 1);
      await running;
      expect(pool.memory.controlWord('epoch')).toBe(finishedEpoch);
      expect(pool.memory.controlWord('stepsDone')).toBeGreaterThanOrEqual(10);
      done += pool.memory.controlWord('stepsDone');
      expectSameBits([pool.memory.parameters()[0]!], [stateAfter(done)]);
    }
  } finally {
    await pool.close();
  }
});

test('a thread that never comes keeps nobody waiting, and returns at once when it comes after all', async () => {
  const pool = new Threads(3);
  try {
    for (const late of [0, 1, 2]) {
      pool.memory.clearControl();
      await Promise.all([0, 1, 2].filter((thread) => thread !== late).map((thread) => pool.start(thread, 50)));
      const state = stateAfter(50 * (late + 1));
      expectSameBits([pool.memory.parameters()[0]!], [state]);
      expect(pool.memory.controlWord('stepsDone')).toBe(50);
      await pool.start(late, 50);
      expectSameBits([pool.memory.parameters()[0]!], [state]);
      expect(pool.memory.controlWord('stepsDone')).toBe(50);
    }
  } finally {
    await pool.close();
  }
});

test('threads join a run that is under way', async () => {
  const pool = new Threads(4);
  try {
    const running = [pool.start(2, 2 ** 31 - 1)];
    for (const thread of [0, 3, 1]) {
      const before = pool.memory.controlWord('stepsDone');
      while (pool.memory.controlWord('stepsDone') === before) await turn();
      running.push(pool.start(thread, 2 ** 31 - 1));
    }
    pool.memory.setControlWord('stop', 1);
    await Promise.all(running);
    expectSameBits([pool.memory.parameters()[0]!], [stateAfter(pool.memory.controlWord('stepsDone'))]);
  } finally {
    await pool.close();
  }
});

test('threads that wait for long for a piece to be done sleep, and are woken', async () => {
  const threads = 5;
  const pool = new Threads(threads);
  const { memory } = pool;
  // The only piece that thread 0 owns in the first phase, 6 pieces among 5 threads.
  const claimed = new Int32Array(memory.memory.buffer, memory.control + counterOffset(0), 2);
  const others = Array.from({ length: threads - 1 }, (_, index) => index + 1);
  try {
    Atomics.store(claimed, 0, 1);
    const waiting = others.map((thread) => pool.start(thread, 4));
    while (memory.controlWord('sleepers') < others.length) await turn();
    expect(memory.controlWord('epoch')).toBe(0);
    expect(memory.controlWord('done')).toBe(5);
    for (const thread of others)
      expect(new Int32Array(memory.memory.buffer, memory.control + counterOffset(thread), 2)[1]).toBe(0);
    // Nobody has claimed it after all.
    Atomics.store(claimed, 0, 0);
    await Promise.all([...waiting, pool.start(0, 4)]);
    expectSameBits([memory.parameters()[0]!], [stateAfter(4)]);
    expect(memory.controlWord('sleepers')).toBe(0);
    expect(memory.controlWord('epoch')).toBe(finishedEpoch);
  } finally {
    await pool.close();
  }
});

test.each([1, 2, 3, 4])('%i threads share work that is uneven, each chunk done once', async (threads) => {
  // The first kernel's only chunk takes far longer than all the others, which its owner leaves to other threads.
  const one = num(1, scalarI32);
  const element = at(0, ['chunk', 1]);
  const add = (index: number, position = element) =>
    store(index, position, 1, binary('add', scalarLoad(index, position, scalarI32), one));
  const heavy = kernel([loop('i', 0, 20_000, 1, [add(0, at(0))])], { name: 'heavy' });
  const light = kernel([add(1)], { name: 'light', chunks: 100 });
  const check = kernel([store(2, element, 1, scalarLoad(1, at(99, ['chunk', -1]), scalarI32))], {
    name: 'check',
    chunks: 100,
  });
  const uneven = kernelProgram(
    [
      buffer('heavy', 'int32', 1, asParameter(0)),
      buffer('light', 'int32', 100, asParameter(1)),
      buffer('copy', 'int32', 100, asParameter(2)),
    ],
    [[heavy, light], [check]],
  );
  const pool = new Threads(threads, uneven, [new Int32Array(1), new Int32Array(100), new Int32Array(100)]);
  try {
    const steps = 300;
    await pool.startAll(steps);
    const all = new Int32Array(100).fill(steps);
    expectSameBits(pool.memory.parameters(), [Int32Array.of(20_000 * steps), all, all]);
  } finally {
    await pool.close();
  }
});
