import { describe, expect, test } from 'vitest';
import {
  asOutput,
  asParameter,
  at,
  asTemporary,
  binary,
  buffer,
  define,
  gatherLanes,
  i32,
  kernel,
  kernelProgram,
  load,
  loop,
  num,
  position,
  reg,
  scalarI32,
  scalarLoad,
  splat,
  store,
} from '../../tests/support/kernels.js';
import type { Kernel, KernelBuffer, KernelStatement } from './kernel.js';
import { trafficOf, type KernelTraffic } from './traffic.js';

const x = buffer('x', 'float32', 1000, asParameter(0));
const y = buffer('y', 'float32', 1000, asOutput(0));

function traffic(
  body: KernelStatement[],
  buffers: KernelBuffer[] = [x, y],
  options: Partial<Kernel> = {},
): KernelTraffic {
  return trafficOf(kernel(body, options), kernelProgram(buffers, []));
}

describe('what loops walk over', () => {
  test('an element-wise kernel reads and writes every element once, edges included', () => {
    const body = [
      loop('i', 0, 96, 4, [store(1, at(0, ['i', 1]), 4, load(0, at(0, ['i', 1])))]),
      store(1, at(96), 3, load(0, at(96), 3)),
    ];
    expect(traffic(body)).toEqual({ bytesRead: 4 * 99, bytesWritten: 4 * 99 });
  });

  test('an element that is read again counts once', () => {
    const again = loop('j', 0, 50, 1, [define('a', load(0, at(8)))]);
    expect(traffic([again, define('b', load(0, at(10)))]).bytesRead).toBe(4 * 6);
  });

  test('chunks share the work out, and their number is a loop like any other', () => {
    const body = [loop('i', 0, 10, 1, [store(1, at(0, ['chunk', 20], ['i', 1]), 1, scalarLoad(0, at(7)))])];
    expect(traffic(body, [x, y], { chunks: 5 })).toEqual({ bytesRead: 4, bytesWritten: 4 * 50 });
  });

  test('windows that overlap count their union', () => {
    // 10 windows of 3 at a stride of 2: elements 0 to 20.
    const body = [loop('i', 0, 10, 1, [loop('k', 0, 3, 1, [define('a', scalarLoad(0, at(0, ['i', 2], ['k', 1])))])])];
    expect(traffic(body).bytesRead).toBe(4 * 21);
  });

  test('windows along two axes count their union', () => {
    // 3 x 3 windows at 4 x 4 places of rows of 10: 6 x 6 elements.
    const innermost = define('a', scalarLoad(0, at(0, ['y', 10], ['ky', 10], ['x', 1], ['kx', 1])));
    const body = ['x', 'y'].reduce(
      (inner, name) => [loop(name, 0, 4, 1, inner)],
      ['kx', 'ky'].reduce<KernelStatement[]>((inner, name) => [loop(name, 0, 3, 1, inner)], [innermost]),
    );
    expect(traffic(body).bytesRead).toBe(4 * 36);
  });

  test('a loop backwards touches the same elements', () => {
    const body = [loop('i', 0, 10, 1, [define('a', scalarLoad(0, at(99, ['i', -3])))])];
    expect(traffic(body).bytesRead).toBe(4 * 10);
  });

  test('lanes apart touch one element each', () => {
    expect(traffic([define('a', load(0, at(0), 4, undefined, 5))]).bytesRead).toBe(4 * 4);
  });

  test('a loop that never runs touches nothing', () => {
    expect(traffic([loop('i', 4, 4, 1, [define('a', scalarLoad(0, at(0, ['i', 1])))])]).bytesRead).toBe(0);
  });

  test('a product of matrices reads each operand once', () => {
    // [8, 16] x [16, 12]
    const buffers = [
      buffer('a', 'float32', 128, asParameter(0)),
      buffer('b', 'float32', 192, asParameter(1)),
      buffer('c', 'float32', 96, asOutput(0)),
    ];
    const sum = loop('k', 0, 16, 1, [
      define('p', binary('mul', splat(scalarLoad(0, at(0, ['m', 16], ['k', 1]))), load(1, at(0, ['k', 12], ['n', 1])))),
    ]);
    const body = [loop('m', 0, 8, 1, [loop('n', 0, 12, 4, [sum, store(2, at(0, ['m', 12], ['n', 1]), 4, num(0))])])];
    expect(traffic(body, buffers)).toEqual({ bytesRead: 4 * (128 + 192), bytesWritten: 4 * 96 });
  });
});

describe('which array', () => {
  test('elements take the bytes of their dtype', () => {
    const bytes = [buffer('x', 'uint8', 100, asParameter(0)), y];
    expect(traffic([define('a', load(0, at(0), 4))], bytes).bytesRead).toBe(4);
  });

  test('a state that is replaced in place is one array, read once and written once', () => {
    const buffers = [x, buffer('new x', 'float32', 1000, asParameter(0))];
    const body = [
      loop('i', 0, 40, 4, [
        define('old', load(0, at(0, ['i', 1]))),
        store(1, at(0, ['i', 1]), 4, load(1, at(0, ['i', 1]))),
      ]),
    ];
    expect(traffic(body, buffers)).toEqual({ bytesRead: 160, bytesWritten: 160 });
  });

  test('temporaries are different arrays even where they share bytes', () => {
    const buffers = [0, 1].map((i) => buffer(`t${i}`, 'float32', 10, asTemporary(0)));
    expect(traffic([define('a', load(0, at(0))), define('b', load(1, at(0)))], buffers).bytesRead).toBe(32);
  });
});

describe('positions that depend on values', () => {
  const rows = buffer('rows', 'int32', 8, asParameter(1));

  test('rows that are looked up count once for each look', () => {
    const body = [
      define('row', scalarLoad(1, at(0, ['chunk', 1]), scalarI32)),
      loop('i', 0, 20, 4, [define('a', load(0, at(0, ['row', 20], ['i', 1])))]),
    ];
    expect(traffic(body, [x, rows], { chunks: 8 }).bytesRead).toBe(4 * 8 * 20 + 4 * 8);
  });

  test('a row that is the same for all chunks counts once', () => {
    const body = [
      define('row', scalarLoad(1, at(3), scalarI32)),
      loop('i', 0, 20, 4, [define('a', load(0, at(0, ['row', 20], ['i', 1])))]),
    ];
    expect(traffic(body, [x, rows], { chunks: 8 }).bytesRead).toBe(4 * 20 + 4);
  });

  test('what a register depends on is found through other registers', () => {
    const body = [
      define('number', position(at(1, ['chunk', 2]))),
      define('row', binary('add', reg('number', scalarI32), num(1, scalarI32))),
      define('a', load(0, at(0, ['row', 4]))),
    ];
    expect(traffic(body, [x], { chunks: 5 }).bytesRead).toBe(4 * 4 * 5);
  });

  test('registers that follow from the number of the chunk are followed', () => {
    // Tiles of 2 x 4 of a matrix [6, 40], columns 0 to 7 alone: chunk = 3 x column + row.
    const body = [
      define('column', binary('intDiv', position(at(0, ['chunk', 1])), num(3, scalarI32))),
      define('row', position(at(0, ['chunk', 1], ['column', -3]))),
      loop('k', 0, 2, 1, [store(0, at(0, ['row', 80], ['k', 40], ['column', 4]), 4, num(0))]),
      define('a', load(1, at(0, ['column', 4]))),
    ];
    const matrix = buffer('matrix', 'float32', 240, asParameter(0));
    expect(traffic(body, [matrix, { ...x, place: asParameter(1) }], { chunks: 6 })).toEqual({
      bytesRead: 4 * 8,
      bytesWritten: 4 * 6 * 8,
    });
  });

  test('no more than all of the array', () => {
    const body = [
      define('row', scalarLoad(1, at(0, ['chunk', 1]), scalarI32)),
      loop('i', 0, 500, 4, [define('a', load(0, at(0, ['row', 20], ['i', 1])))]),
    ];
    expect(traffic(body, [x, rows], { chunks: 8 }).bytesRead).toBe(4 * 1000 + 4 * 8);
  });

  test('lanes that pick elements count each pick', () => {
    const body = [loop('i', 0, 8, 4, [define('a', gatherLanes(0, at(0), load(1, at(0, ['i', 1]), 4, i32), 3))])];
    expect(traffic(body, [x, rows]).bytesRead).toBe(4 * 8 + 4 * 8);
  });
});
