import { describe, expect, test } from 'vitest';
import {
  asOutput,
  asParameter,
  assign,
  at,
  binary,
  buffer,
  define,
  kernel,
  kernelProgram,
  load,
  loop,
  num,
  reg,
  scalarLoad,
  splat,
  store,
} from '../../../../tests/support/kernels.js';
import { runPrinted } from '../../../../tests/support/printed-kernels.js';
import { RandomStream } from '../../../base/random.js';
import { interpret } from '../../../ir/interpret.js';
import type { Kernel, KernelProgram, KernelStatement } from '../../../ir/kernel.js';

/** C [M, N] = A [M, K] B [K, N], N a multiple of 4: a chunk is a row. */
function product(M: number, K: number, N: number): Kernel {
  const body: KernelStatement[] = [
    loop('n', 0, N, 4, [
      define('sum', num(0)),
      loop('k', 0, K, 1, [
        assign(
          'sum',
          binary(
            'add',
            reg('sum'),
            binary('mul', splat(scalarLoad(0, at(0, ['m', K], ['k', 1]))), load(1, at(0, ['k', N], ['n', 1]))),
          ),
        ),
      ]),
      store(2, at(0, ['m', N], ['n', 1]), 4, reg('sum')),
    ]),
  ];
  return kernel(body, { name: 'product', chunks: M, chunkVariable: 'm' });
}

function productProgram(M: number, K: number, N: number): KernelProgram {
  return kernelProgram(
    [
      buffer('a', 'float32', M * K, asParameter(0)),
      buffer('b', 'float32', K * N, asParameter(1)),
      buffer('c', 'float32', M * N, asOutput(0)),
    ],
    [[product(M, K, N)]],
  );
}

const random = (stream: RandomStream, length: number): Float32Array =>
  Float32Array.from({ length }, () => stream.normal());

describe('a printed program', () => {
  test('multiplies matrices as the interpreter does, however many threads share the rows', () => {
    const program = productProgram(7, 5, 12);
    const stream = new RandomStream(1);
    const parameters = [random(stream, 35), random(stream, 60)];
    const expected = interpret(program, parameters, { lanes: 4 });
    for (const threads of [1, 2, 3, 4, 9]) expect(runPrinted(program, parameters, threads).outputs).toEqual(expected);
  });
});
