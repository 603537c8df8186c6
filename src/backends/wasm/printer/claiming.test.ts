import { describe, expect, test } from 'vitest';
import {
  controlByteLength,
  controlOffsets,
  counterOffset,
  epochsBeforeWrap,
  finishedEpoch,
} from '../../../runtime/control.js';
import { ModuleBuilder } from '../encoder/module-builder.js';
import type { FunctionRef, ValueType } from '../encoder/value-types.js';
import { addAdvance, addClaim, addWait, noPiece } from './claiming.js';

const threads = 3;
const phases = 4;

interface Exports {
  claim(counter: number, epoch: number, pieces: number): number;
  wait(control: number, epoch: number): void;
  advance(control: number, threads: number, steps: number, epoch: number, endsStep: number): void;
}

/** A control block at address 64 of a memory, and the printed functions over it. */
class Block {
  readonly control = 64;
  readonly exports: Exports;
  readonly #words: Int32Array;
  readonly #counters: BigUint64Array;

  constructor() {
    const module = new ModuleBuilder();
    module.importMemory('env', 'memory', { initial: 1, maximum: 1, shared: true });
    const addExport = (name: string, parameters: ValueType[], results: ValueType[], ref: FunctionRef): void => {
      module.addFunction(name, { parameters, results, exported: true }, (code) => {
        parameters.forEach((_, index) => code.get(code.parameter(index)));
        code.call(ref);
      });
    };
    addExport('claim', ['i32', 'i32', 'i32'], ['i32'], addClaim(module));
    addExport('wait', ['i32', 'i32'], [], addWait(module));
    addExport('advance', ['i32', 'i32', 'i32', 'i32', 'i32'], [], addAdvance(module, phases));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } });
    // What was exported above.
    this.exports = instance.exports as unknown as Exports;
    this.#words = new Int32Array(memory.buffer, this.control, controlByteLength(threads) / 4);
    this.#counters = new BigUint64Array(memory.buffer, this.control + counterOffset(0));
  }

  word(name: keyof typeof controlOffsets): number {
    return this.#words[controlOffsets[name] / 4]!;
  }

  setWord(name: keyof typeof controlOffsets, value: number): void {
    this.#words[controlOffsets[name] / 4] = value;
  }

  /** The epoch that a thread's counter is for, and its count. */
  counter(thread: number): [epoch: number, count: number] {
    const bits = this.#counters[8 * thread]!;
    return [Number(bits >> 32n), Number(bits & 0xffffffffn)];
  }

  setCounter(thread: number, epoch: number, count: number): void {
    this.#counters[8 * thread] = (BigInt(epoch) << 32n) + BigInt(count);
  }

  claim(thread: number, epoch: number, pieces: number): number {
    return this.exports.claim(this.control + counterOffset(thread), epoch, pieces);
  }

  advance(epoch: number, endsStep: boolean, steps = 10): void {
    this.exports.advance(this.control, threads, steps, epoch, Number(endsStep));
  }
}

describe('a claim', () => {
  test('takes the pieces of one owner in turn, until none is left', () => {
    const block = new Block();
    expect([0, 1, 2, 3, 4].map(() => block.claim(1, 0, 3))).toEqual([0, 1, 2, noPiece, noPiece]);
    expect([0, 1, 2].map((thread) => block.counter(thread))).toEqual([
      [0, 0],
      [0, 3],
      [0, 0],
    ]);
    expect(block.claim(2, 0, 0)).toBe(noPiece);
  });

  test('takes nothing in an epoch other than its own', () => {
    const block = new Block();
    block.setCounter(0, 7, 1);
    for (const epoch of [0, 6, 8, finishedEpoch]) expect(block.claim(0, epoch, 3)).toBe(noPiece);
    expect(block.counter(0)).toEqual([7, 1]);
    expect(block.claim(0, 7, 3)).toBe(1);
  });

  test('works up to the last epoch before numbers begin again', () => {
    const block = new Block();
    const last = epochsBeforeWrap(phases) - 1;
    block.setCounter(0, last, 0);
    expect(block.claim(0, last, 2)).toBe(0);
    expect(block.counter(0)).toEqual([last, 1]);
  });
});

describe('advancing', () => {
  test('opens the next epoch to claims by all threads', () => {
    const block = new Block();
    block.setWord('epoch', 5);
    block.setWord('done', 12);
    for (const thread of [0, 1, 2]) block.setCounter(thread, 5, 4);
    block.advance(5, false);
    expect(block.word('epoch')).toBe(6);
    expect(block.word('done')).toBe(0);
    expect(block.word('stepsDone')).toBe(0);
    for (const thread of [0, 1, 2]) expect(block.counter(thread)).toEqual([6, 0]);
  });

  test('counts a step where it ends, and ends the run after the last', () => {
    const block = new Block();
    block.setWord('stepsDone', 8);
    block.advance(3, true);
    expect([block.word('stepsDone'), block.word('epoch')]).toEqual([9, 4]);
    block.advance(7, true);
    expect([block.word('stepsDone'), block.word('epoch')]).toEqual([10, finishedEpoch]);
  });

  test('ends the run where a step ends when told to stop, and not before', () => {
    const block = new Block();
    block.setWord('stop', 2);
    block.advance(2, false);
    expect(block.word('epoch')).toBe(3);
    block.advance(3, true);
    expect([block.word('stepsDone'), block.word('epoch')]).toEqual([1, finishedEpoch]);
  });

  test('begins at 0 again after the most epochs there can be', () => {
    const block = new Block();
    const last = epochsBeforeWrap(phases) - 1;
    block.advance(last - 1, false);
    expect(block.word('epoch') >>> 0).toBe(last);
    expect(block.counter(2)).toEqual([last, 0]);
    block.advance(last, true);
    expect(block.word('epoch')).toBe(0);
    expect(block.counter(2)).toEqual([0, 0]);
    expect(block.claim(2, 0, 1)).toBe(0);
  });
});

test('waiting for an epoch that is over takes no time, and leaves no trace', () => {
  const block = new Block();
  block.setWord('epoch', 9);
  block.exports.wait(block.control, 8);
  block.setWord('epoch', finishedEpoch);
  block.exports.wait(block.control, 9);
  expect(block.word('sleepers')).toBe(0);
  expect(block.word('epoch')).toBe(finishedEpoch);
});
