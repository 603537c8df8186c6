import { expect, test } from 'vitest';
import { at, load, loop, store } from '../../tests/support/kernels.js';
import type { KernelStatement } from '../ir/kernel.js';
import { walkTogether } from './walk-together.js';

const row = 32;

/** Copies rows of a buffer to another: those from `begin` to `end`. */
function rows(name: string, from: number, to: number, begin: number, end: number): KernelStatement {
  const here = at(0, [`r${name}`, row], [`i${name}`, 1]);
  return loop(`r${name}`, begin, end, 1, [loop(`i${name}`, 0, row, 8, [store(to, here, 8, load(from, here, 8))])]);
}

/** Which buffers are written at which rows, in the order of the statements. */
function order(statements: readonly KernelStatement[], variable?: string): string[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'store') {
      const own = statement.at.terms.some((term) => term.variable === variable);
      return [`${statement.buffer}${own ? '' : ' elsewhere'}`];
    }
    if (statement.kind !== 'loop') return [];
    const isRows = statement.variable.startsWith('r');
    const inside = order(statement.body, isRows ? statement.variable : variable);
    return isRows ? [`${statement.begin}-${statement.end}: ${inside.join(', ')}`] : inside;
  });
}

test('the longest loop over the same rows becomes one, and what is before and after it stays there', () => {
  const first = [rows('a', 0, 1, 0, 1), rows('b', 0, 1, 1, 55), rows('c', 0, 1, 55, 56)];
  const second = [rows('d', 0, 2, 0, 9), rows('e', 0, 2, 1, 55), rows('f', 0, 2, 55, 56)];
  expect(order(walkTogether(first, second))).toEqual(['0-1: 1', '0-9: 2', '1-55: 1, 2', '55-56: 1', '55-56: 2']);
});

test('loops over other rows, over few, and those that are themselves along a row follow each other', () => {
  const apart = (one: KernelStatement, other: KernelStatement): number => walkTogether([one], [other]).length;
  expect(apart(rows('a', 0, 1, 0, 56), rows('b', 0, 2, 1, 56))).toBe(2);
  expect(apart(rows('a', 0, 1, 0, 4), rows('b', 0, 2, 0, 4))).toBe(2);
  const line = (name: string, to: number): KernelStatement =>
    loop(name, 0, 256, 8, [store(to, at(0, [name, 1]), 8, load(0, at(0, [name, 1]), 8))]);
  expect(apart(line('a', 1), line('b', 2))).toBe(2);
  expect(apart(rows('a', 0, 1, 0, 56), rows('b', 0, 2, 0, 56))).toBe(1);
});
