import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  asOutput,
  asParameter,
  asTemporary,
  at,
  binary,
  buffer,
  kernel,
  kernelProgram,
  num,
  scalarI32,
  scalarLoad,
  store,
} from '../../../../tests/support/kernels.js';
import { instantiate, PrintedMemory } from '../../../../tests/support/printed-kernels.js';
import type { Kernel, KernelProgram, KernelStatement } from '../../../ir/kernel.js';
import { finishedEpoch } from '../../../runtime/control.js';
import { FunctionBuilder } from '../encoder/function-builder.js';
import { printProgram } from './print-program.js';

afterEach(() => vi.restoreAllMocks());

/** One more in element `chunk` of a buffer. */
function count(bufferIndex: number): KernelStatement {
  const element = at(0, ['chunk', 1]);
  return store(bufferIndex, element, 1, binary('add', scalarLoad(bufferIndex, element, scalarI32), num(1, scalarI32)));
}

/** A phase of kernels with these numbers of chunks; parameter i counts how often each chunk of kernel i ran. */
function countingProgram(chunkCounts: readonly number[]): { program: KernelProgram; parameters: Int32Array[] } {
  const buffers = chunkCounts.map((chunks, index) => buffer(`count${index}`, 'int32', chunks, asParameter(index)));
  const kernels = chunkCounts.map((chunks, index): Kernel =>
    kernel([count(index)], { name: `kernel${index}`, chunks }),
  );
  return {
    program: kernelProgram(buffers, [kernels]),
    parameters: chunkCounts.map((chunks) => new Int32Array(chunks)),
  };
}

/** The counts after a step that these threads join, one after the other. */
function countsAfter(chunkCounts: readonly number[], threads: number, running: readonly number[]): number[][] {
  const { program, parameters } = countingProgram(chunkCounts);
  const memory = new PrintedMemory(program, parameters, true, threads);
  const run = instantiate(program, memory.memory, true);
  for (const thread of running) run(thread, threads, 1, memory.table, memory.control);
  return memory.parameters().map((counts) => [...counts]);
}

const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** The chunks of a phase's kernels, numbered through, in the order in which one thread of several does all of them. */
function orderOf(kernels: readonly { chunks: number; flops?: number }[], thread: number, threads: number): number[] {
  const one = num(1, scalarI32);
  const total = kernels.reduce((sum, { chunks }) => sum + chunks, 0);
  const ticket = scalarLoad(0, at(0), scalarI32);
  let first = 0;
  const phase = kernels.map(({ chunks, flops = 0 }, index): Kernel => {
    const body = [store(1, at(first, ['chunk', 1]), 1, ticket), store(0, at(0), 1, binary('add', ticket, one))];
    first += chunks;
    return kernel(body, { name: `kernel${index}`, chunks, flops });
  });
  const program = kernelProgram(
    [buffer('ticket', 'int32', 1, asParameter(0)), buffer('tickets', 'int32', total, asParameter(1))],
    [phase],
  );
  const memory = new PrintedMemory(program, [new Int32Array(1), new Int32Array(total)], true, threads);
  instantiate(program, memory.memory, true)(thread, threads, 1, memory.table, memory.control);
  const tickets = memory.parameters()[1]!;
  return upTo(total).sort((a, b) => tickets[a]! - tickets[b]!);
}

describe('chunks', () => {
  const chunkCounts = [1, 2, 3, 4, 5, 9, 16, 1000];
  const once = chunkCounts.map((chunks) => upTo(chunks).map(() => 1));

  test('run once each, whatever the number of threads', () => {
    for (const threads of [1, 2, 3, 4, 7, 20]) expect(countsAfter(chunkCounts, threads, [0])).toEqual(once);
  });

  test('run once each, whichever thread is the only one to come, and are not run again by those that come late', () => {
    for (const thread of upTo(4)) expect(countsAfter(chunkCounts, 4, [thread])).toEqual(once);
    expect(countsAfter(chunkCounts, 4, [2, 0, 1, 3])).toEqual(once);
  });

  test('are claimed by their owner first, then by the threads before it', () => {
    expect(orderOf([{ chunks: 7 }], 0, 3)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(orderOf([{ chunks: 7 }], 1, 3)).toEqual([2, 3, 4, 5, 6, 0, 1]);
    expect(orderOf([{ chunks: 7 }], 2, 3)).toEqual([4, 5, 6, 0, 1, 2, 3]);
  });

  test('are owned by threads from kernel to kernel, some by none', () => {
    expect(orderOf([{ chunks: 1 }, { chunks: 3 }, { chunks: 2 }], 1, 2)).toEqual([3, 4, 5, 0, 1, 2]);
    expect(orderOf([{ chunks: 1 }, { chunks: 1 }], 1, 5)).toEqual([0, 1]);
    expect(orderOf([{ chunks: 1 }, { chunks: 1 }], 3, 5)).toEqual([1, 0]);
  });

  test('are claimed in runs of neighbours where one is too little', () => {
    const small = upTo(50);
    // Pieces of 6: the second of 2 threads owns the last 5 of 9.
    expect(orderOf([{ chunks: 50, flops: 50 }], 1, 2)).toEqual([...small.slice(24), ...small.slice(0, 24)]);
    // Pieces of 1.
    const large = { chunks: 50, flops: 50 * 20_000 };
    expect(orderOf([large], 1, 2)).toEqual([...small.slice(25), ...small.slice(0, 25)]);
  });
});

/** Counts its own steps in parameter 0, and how far phase 2 lags behind phase 1 in parameter 1. */
function steppingProgram(): { program: KernelProgram; parameters: Int32Array[] } {
  const one = num(1, scalarI32);
  const steps = scalarLoad(0, at(0), scalarI32);
  const buffers = [
    buffer('steps', 'int32', 1, asParameter(0)),
    buffer('sum', 'int32', 1, asParameter(1)),
    buffer('double', 'int32', 1, asTemporary(0)),
    buffer('last', 'int32', 1, asOutput(0)),
  ];
  const phases = [
    [kernel([store(0, at(0), 1, binary('add', steps, one))], { name: 'count' })],
    [],
    [kernel([store(2, at(0), 1, binary('add', steps, steps))], { name: 'double' })],
    [
      kernel(
        [
          store(1, at(0), 1, binary('add', scalarLoad(1, at(0), scalarI32), scalarLoad(2, at(0), scalarI32))),
          store(3, at(0), 1, scalarLoad(2, at(0), scalarI32)),
        ],
        { name: 'sum' },
      ),
    ],
  ];
  return { program: kernelProgram(buffers, phases, 64), parameters: [new Int32Array(1), new Int32Array(1)] };
}

const settings = [
  { shared: false, threads: 1 },
  { shared: true, threads: 1 },
  { shared: true, threads: 3 },
];

describe.each(settings)('a run of one thread of $threads, shared memory: $shared', ({ shared, threads }) => {
  const prepare = () => {
    const { program, parameters } = steppingProgram();
    const memory = new PrintedMemory(program, parameters, shared, threads);
    const instance = instantiate(program, memory.memory, shared);
    const run = (steps: number, stop = 0): void => {
      memory.clearControl();
      memory.setControlWord('stop', stop);
      instance(0, threads, steps, memory.table, memory.control);
    };
    const state = (): number[] => [...memory.parameters(), ...memory.outputs()].map((array) => array[0]!);
    return { memory, run, state };
  };

  test('does the phases of each step in order, and counts the steps', () => {
    const { memory, run, state } = prepare();
    run(5);
    expect(state()).toEqual([5, 2 * (1 + 2 + 3 + 4 + 5), 10]);
    expect(memory.controlWord('stepsDone')).toBe(5);
    run(1);
    expect(state()).toEqual([6, 42, 12]);
    expect(memory.controlWord('stepsDone')).toBe(1);
    expect(memory.isUntouchedElsewhere()).toBe(true);
  });

  test('of no steps does nothing', () => {
    const { memory, run, state } = prepare();
    run(3);
    run(0);
    expect(state()[0]).toBe(3);
    expect(memory.controlWord('stepsDone')).toBe(0);
  });

  test('stops after a step when it is told to, and can be run again', () => {
    const { memory, run, state } = prepare();
    run(100, 1);
    expect(state()[0]).toBe(1);
    expect(memory.controlWord('stepsDone')).toBe(1);
    run(100);
    expect(state()[0]).toBe(101);
    expect(memory.controlWord('stepsDone')).toBe(100);
  });

  test('marks that it is over for threads that come later, if there are any', () => {
    const { memory, run } = prepare();
    run(2);
    expect(memory.controlWord('epoch')).toBe(threads > 1 ? finishedEpoch : 0);
  });
});

test('nothing is atomic without shared memory', () => {
  const atomic = vi.spyOn(FunctionBuilder.prototype, 'atomic');
  const { program } = steppingProgram();
  printProgram(program, { shared: false });
  expect(atomic).not.toHaveBeenCalled();
  printProgram(program, { shared: true });
  expect(atomic).toHaveBeenCalled();
});

test.each(settings)('a program without kernels runs on $threads threads, shared memory: $shared', (setting) => {
  const { shared, threads } = setting;
  const program = kernelProgram([], [[]]);
  const memory = new PrintedMemory(program, [], shared, threads);
  instantiate(program, memory.memory, shared)(0, threads, 3, memory.table, memory.control);
  expect(memory.controlWord('stepsDone')).toBe(3);
});

test('a program of many phases runs each of them', () => {
  const buffers = [buffer('number', 'int32', 1, asParameter(0))];
  const number = scalarLoad(0, at(0), scalarI32);
  // number = 3 number + phase, which depends on the order of the phases.
  const phases = upTo(40).map((phase) => {
    const next = binary('add', binary('mul', number, num(3, scalarI32)), num(phase, scalarI32));
    return [kernel([store(0, at(0), 1, next)], { name: `kernel${phase}` })];
  });
  const program = kernelProgram(buffers, phases);
  const memory = new PrintedMemory(program, [new Int32Array(1)], true, 2);
  instantiate(program, memory.memory, true)(0, 2, 1, memory.table, memory.control);
  const expected = upTo(40).reduce((value, phase) => (Math.imul(3, value) + phase) | 0, 0);
  expect(memory.parameters()[0]![0]).toBe(expected);
});

test('functions have the names of their kernels', () => {
  const { program } = countingProgram([1, 2]);
  const module = new WebAssembly.Module(printProgram(program, { shared: false }));
  const [names] = WebAssembly.Module.customSections(module, 'name');
  const text = new TextDecoder().decode(names);
  for (const name of ['kernel0', 'kernel1', 'run']) expect(text).toContain(name);
  expect(WebAssembly.Module.exports(module)).toEqual([{ name: 'run', kind: 'function' }]);
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
});
