import { describe, expect, test } from 'vitest';
import { at, kernel, load, loop, reg, store, define } from '../../tests/support/kernels.js';
import type { Affine, KernelStatement } from '../ir/kernel.js';
import { schedule, unitOf, type Overwrite, type Schedule, type Unit } from './schedule.js';

/** Reads each of `reads` at i and writes `to` at i, for i in 0, 4, 8. */
function unit(name: string, reads: readonly number[], to: number, options: { readAt?: Affine } = {}): Unit {
  const { readAt = at(0, ['i', 1]) } = options;
  const body: KernelStatement[] = [
    ...reads.map((buffer) => define(`v${buffer}`, load(buffer, readAt))),
    store(to, at(0, ['i', 1]), 4, reg(reads.length > 0 ? `v${reads[0]}` : 'nothing')),
  ];
  return unitOf([kernel([loop('i', 0, 12, 4, body)], { name })]);
}

function phasesOf(units: readonly Unit[], overwrites: readonly Overwrite[] = []): string[][] {
  const order = schedule(units, overwrites) as Schedule;
  expect(order).toHaveProperty('phases');
  for (const [i, phase] of order.phases.entries()) for (const one of phase) expect(order.phaseOf.get(one)).toBe(i);
  return order.phases.map((phase) => phase.map(({ kernels }) => kernels[0]!.name));
}

describe('phases', () => {
  test('a kernel runs after those whose results it reads, and no later than it has to', () => {
    expect(phasesOf([unit('a', [0], 1), unit('b', [1], 2), unit('c', [0], 3), unit('d', [2, 3], 4)])).toEqual([
      ['a', 'c'],
      ['b'],
      ['d'],
    ]);
  });

  test('a kernel that reads what it writes waits for nobody', () => {
    expect(phasesOf([unit('a', [1, 0], 1)])).toEqual([['a']]);
  });

  test('nothing gives no phases', () => {
    expect(phasesOf([])).toEqual([]);
  });
});

describe('state in place', () => {
  // Buffer 0 is the state, buffer 9 its replacement.
  const overwrite: Overwrite = { state: 0, replacement: 9 };

  test('is written after the last reader of the old value', () => {
    expect(phasesOf([unit('write', [1], 9), unit('read', [0], 2)], [overwrite])).toEqual([['read'], ['write']]);
  });

  test('is written in the phase in which its only reader, the same kernel, replaces what it reads', () => {
    expect(phasesOf([unit('step', [0], 9)], [overwrite])).toEqual([['step']]);
  });

  test('cannot be written where a reader of the old value needs the new one first', () => {
    const units = [unit('write', [1], 9), unit('late', [9, 0], 2)];
    expect(schedule(units, [overwrite])).toBe(overwrite);
  });

  test('cannot be written by a kernel that reads other elements than it replaces', () => {
    const shifted = unit('shift', [0], 9, { readAt: at(1, ['i', 1]) });
    expect(schedule([shifted], [overwrite])).toBe(overwrite);
  });

  test('cannot be written by a kernel that fills elements before it reads them', () => {
    const fill = loop('f', 0, 12, 4, [store(9, at(0, ['f', 1]), 4, reg('zero'))]);
    const copy = loop('i', 0, 8, 4, [define('v', load(0, at(0, ['i', 1]))), store(9, at(0, ['i', 1]), 4, reg('v'))]);
    expect(schedule([unitOf([kernel([fill, copy])])], [overwrite])).toBe(overwrite);
  });

  test('of two that replace each other cannot both be written, unless one kernel does it', () => {
    const second: Overwrite = { state: 1, replacement: 8 };
    expect(schedule([unit('first', [1], 9), unit('second', [0], 8)], [overwrite, second])).toBe(second);
    const both = unitOf([
      kernel([
        loop('i', 0, 12, 4, [
          define('x', load(0, at(0, ['i', 1]))),
          define('y', load(1, at(0, ['i', 1]))),
          store(9, at(0, ['i', 1]), 4, reg('y')),
          store(8, at(0, ['i', 1]), 4, reg('x')),
        ]),
      ]),
    ]);
    expect(schedule([both], [overwrite, second])).toHaveProperty('phases');
  });

  test('whose new value nobody computes is left alone', () => {
    expect(phasesOf([unit('read', [0], 2)], [overwrite])).toEqual([['read']]);
  });
});
