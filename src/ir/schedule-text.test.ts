import { expect, test } from 'vitest';
import {
  assign,
  at,
  binary,
  define,
  kernel,
  load,
  loop,
  num,
  reg,
  scalarLoad,
  splat,
  store,
} from '../../tests/support/kernels.js';
import type { KernelStatement } from './kernel.js';
import { describeSchedule } from './schedule-text.js';

/** sums[row][vector] += a[row] * b[vector], over 784 steps. */
function tile(rows: number, vectors: number): KernelStatement[] {
  const body: KernelStatement[] = [];
  const sums: KernelStatement[] = [];
  for (let row = 0; row < rows; row++) {
    body.push(define(`a${row}`, splat(scalarLoad(0, at(784 * row, ['k', 1])))));
    for (let vector = 0; vector < vectors; vector++) {
      if (row === 0) body.push(define(`b${vector}`, load(1, at(4 * vector, ['k', 8]))));
      const sum = `c${row}_${vector}`;
      sums.push(define(sum, num(0)));
      body.push(assign(sum, binary('add', reg(sum), binary('mul', reg(`a${row}`), reg(`b${vector}`)))));
    }
  }
  return [...sums, loop('k', 0, 784, 1, body)];
}

test('a contraction shows its chunks, its loops and the tile in registers', () => {
  expect(describeSchedule(kernel([loop('m', 0, 32, 4, tile(4, 2))], { chunks: 16 }))).toBe(
    '16 chunks; 32 by 4 > 784, tile 4 x 2',
  );
});

test('edges are nests of their own, and those that look alike are shown once', () => {
  const body = [loop('m', 0, 12, 4, tile(4, 2)), loop('m', 12, 15, 3, tile(3, 2)), ...tile(1, 1), ...tile(1, 1)];
  expect(describeSchedule(kernel(body))).toBe(
    '1 chunk; 12 by 4 > 784, tile 4 x 2; 12 to 15 by 3 > 784, tile 3 x 2; 784, tile 1 x 1',
  );
});

test('sums that make no tile are counted', () => {
  const sum = assign('sum', binary('add', reg('sum'), load(0, at(0, ['i', 1]))));
  expect(describeSchedule(kernel([define('sum', num(0)), loop('i', 0, 100, 4, [sum])]))).toBe(
    '1 chunk; 100 by 4, 1 sum',
  );
});

test('element-wise work has loops alone, or none', () => {
  const copy = store(1, at(0, ['i', 1]), 4, load(0, at(0, ['i', 1])));
  expect(describeSchedule(kernel([loop('i', 0, 100, 4, [copy])], { chunks: 3 }))).toBe('3 chunks; 100 by 4');
  expect(describeSchedule(kernel([store(1, at(0), 4, num(0))], { chunks: 2 }))).toBe('2 chunks');
});

test('nests beyond a few are counted', () => {
  const body = Array.from({ length: 6 }, (_, i) => loop('i', 0, 10 + i, 1, []));
  expect(describeSchedule(kernel(body))).toBe('1 chunk; 10; 11; 12; 13; 2 more');
});
