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
  num,
  store,
} from '../../../../tests/support/kernels.js';
import { instantiate, PrintedMemory, type Run } from '../../../../tests/support/printed-kernels.js';
import { RandomStream } from '../../../base/random.js';
import { interpret } from '../../../ir/interpret.js';
import type { KernelExpr, KernelProgram } from '../../../ir/kernel.js';
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
  readonly memory = new PrintedMemory(program, parameters, true);
  readonly #workers: Worker[];

  constructor(threads: number) {
    const workerData = { bytes: printProgram(program, { shared: true }), memory: this.memory.memory };
    this.#workers = Array.from({ length: threads }, () => new Worker(workerSource, { eval: true, workerData }));
  }

  /** Runs on one thread. */
  async start(thread: number, steps: number): Promise<void> {
    const worker = this.#workers[thread]!;
    const request: Parameters<Run> = [thread, this.#workers.length, steps, this.memory.table, this.memory.control];
    worker.postMessage(request);
    await once(worker, 'message');
  }

  /** Runs on all threads. */
  startAll(steps: number): Promise<void[]> {
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

test.each([1, 2, 3, 4])('%i threads that meet thousands of times compute what one computes', async (threads) => {
  const steps = 3000;
  const pool = new Threads(threads);
  try {
    await pool.startAll(steps);
    expectSameBits([pool.memory.parameters()[0]!], [stateAfter(steps)]);
    expect(pool.memory.controlWord('stepsDone')).toBe(steps);
    // Many short runs use the barrier where the last one left it.
    for (let run = 0; run < 50; run++) await pool.startAll(2);
    expectSameBits([pool.memory.parameters()[0]!], [stateAfter(steps + 100)]);
    expect(pool.memory.controlWord('arrivals')).toBe(0);
    expect(pool.memory.isUntouchedElsewhere()).toBe(true);
  } finally {
    await pool.close();
  }
});

test('threads told to stop all stop after the same step', async () => {
  const pool = new Threads(3);
  try {
    let done = 0;
    for (let round = 0; round < 5; round++) {
      pool.memory.setControlWord('stop', 0);
      const running = pool.startAll(2 ** 31 - 1);
      while (pool.memory.controlWord('stepsDone') < 10) await turn();
      pool.memory.setControlWord('stop', 1);
      await running;
      expect(pool.memory.controlWord('agreedStop')).toBe(pool.memory.controlWord('stepsDone'));
      done += pool.memory.controlWord('stepsDone');
      expectSameBits([pool.memory.parameters()[0]!], [stateAfter(done)]);
    }
  } finally {
    await pool.close();
  }
});

test('a thread that waits for long sleeps, and is woken', async () => {
  const pool = new Threads(2);
  try {
    const first = pool.start(1, 4);
    // The upper half of the word counts those who sleep.
    while (pool.memory.controlWord('arrivals') >> 16 === 0) await turn();
    await Promise.all([first, pool.start(0, 4)]);
    expectSameBits([pool.memory.parameters()[0]!], [stateAfter(4)]);
    expect(pool.memory.controlWord('arrivals')).toBe(0);
  } finally {
    await pool.close();
  }
});
