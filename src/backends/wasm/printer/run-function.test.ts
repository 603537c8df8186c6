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

/** The counts after a step of these threads, one after the other. */
function countsAfter(chunkCounts: readonly number[], threads: number, running: readonly number[]): number[][] {
  const { program, parameters } = countingProgram(chunkCounts);
  const memory = new PrintedMemory(program, parameters);
  const run = instantiate(program, memory.memory);
  for (const thread of running) run(thread, threads, 1, memory.table, memory.control);
  return memory.parameters().map((counts) => [...counts]);
}

const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index);
const total = (counts: readonly number[][]): number => counts.flat().reduce((sum, value) => sum + value, 0);

describe('chunks', () => {
  test('run once each, whatever the number of threads', () => {
    const chunkCounts = [1, 2, 3, 4, 5, 9, 16, 1000];
    for (const threads of [1, 2, 3, 4, 7, 20]) {
      const counts = countsAfter(chunkCounts, threads, upTo(threads));
      expect(counts).toEqual(chunkCounts.map((chunks) => upTo(chunks).map(() => 1)));
    }
  });

  test('are cut into runs of neighbours where every thread gets some', () => {
    expect(countsAfter([7], 3, [0])).toEqual([[1, 1, 0, 0, 0, 0, 0]]);
    expect(countsAfter([7], 3, [1])).toEqual([[0, 0, 1, 1, 0, 0, 0]]);
    expect(countsAfter([7], 3, [2])).toEqual([[0, 0, 0, 0, 1, 1, 1]]);
  });

  test('of kernels with few of them are dealt out to all threads in turn', () => {
    for (const thread of upTo(4)) expect(total(countsAfter([1, 1, 1, 1], 4, [thread]))).toBe(1);
    for (const thread of upTo(3)) expect(total(countsAfter([2, 1, 2, 1], 3, [thread]))).toBe(2);
    expect(countsAfter([1, 2], 4, [1])).toEqual([[0], [1, 0]]);
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

describe.each([{ shared: false }, { shared: true }])('a run of one thread, shared memory: $shared', ({ shared }) => {
  const prepare = () => {
    const { program, parameters } = steppingProgram();
    const memory = new PrintedMemory(program, parameters, shared);
    const instance = instantiate(program, memory.memory, shared);
    const run = (steps: number): void => instance(0, 1, steps, memory.table, memory.control);
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
    memory.setControlWord('stop', 1);
    run(100);
    expect(state()[0]).toBe(1);
    expect(memory.controlWord('stepsDone')).toBe(1);
    expect(memory.controlWord('agreedStop')).toBe(1);
    memory.setControlWord('stop', 0);
    run(100);
    expect(state()[0]).toBe(101);
    expect(memory.controlWord('stepsDone')).toBe(100);
    expect(memory.controlWord('agreedStop')).toBe(0);
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

test('a program without kernels runs', () => {
  const memory = new PrintedMemory(kernelProgram([], []), []);
  instantiate(kernelProgram([], []), memory.memory)(0, 1, 3, memory.table, memory.control);
  expect(memory.controlWord('stepsDone')).toBe(3);
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
