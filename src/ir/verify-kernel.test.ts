import { describe, expect, test } from 'vitest';
import {
  asOutput,
  asParameter,
  asTemporary,
  assign,
  at,
  binary,
  buffer,
  define,
  f32,
  gatherLanes,
  i32,
  kernel,
  kernelProgram,
  load,
  loop,
  mask,
  num,
  position,
  reg,
  scalarF32,
  scalarI32,
  scalarLoad,
  select,
  splat,
  store,
  unary,
} from '../../tests/support/kernels.js';
import { InternalError } from '../base/errors.js';
import type { KernelBuffer, KernelExpr, KernelStatement } from './kernel.js';
import { verifyKernel, verifyKernels } from './verify-kernel.js';

const buffers = [
  buffer('out', 'float32', 10, asOutput(0)),
  buffer('x', 'float32', 10, asParameter(0)),
  buffer('bytes', 'uint8', 10, asParameter(1)),
  buffer('flags', 'bool', 10, asParameter(2)),
];

function verify(body: KernelStatement[], chunks = 2): void {
  const sample = kernel(body, { chunks });
  verifyKernel(sample, kernelProgram(buffers, [[sample]]), 4);
}

/** Verifies a kernel that computes a value and stores nothing. */
const verifyValue = (value: KernelExpr): void => verify([define('value', value)]);

describe('verifyKernel', () => {
  test('accepts a kernel that is in order', () => {
    expect(() =>
      verify([
        define('sum', num(0)),
        loop('i', 0, 9, 4, [
          define('next', load(1, at(0, ['i', 1]), 2)),
          assign('sum', binary('add', reg('sum'), reg('next'))),
        ]),
        store(0, at(0, ['chunk', 5]), 4, reg('sum')),
        store(0, at(4, ['chunk', 5]), 1, num(1, scalarF32)),
      ]),
    ).not.toThrow();
  });

  test('positions are checked over the whole range of their loops', () => {
    const inLoop = (begin: number, end: number, step: number, count: number): (() => void) => {
      return () => verify([loop('i', begin, end, step, [store(0, at(0, ['i', 1]), count, num(1))])]);
    };
    expect(inLoop(0, 10, 4, 2)).not.toThrow();
    expect(inLoop(0, 10, 4, 3)).toThrow(
      'kernel sample: elements 0 to 10 of out are accessed, it has 10 in "out[i ..+3] = <1.0>"',
    );
    expect(inLoop(-1, 4, 1, 1)).toThrow('elements -1 to 3 of out');
    // A loop that never runs accesses nothing.
    expect(inLoop(20, 20, 1, 1)).not.toThrow();
    expect(() => verify([store(0, at(10, ['chunk', -1]), 1, num(1))])).toThrow('elements 9 to 10 of out');
    expect(() => verify([define('v', load(1, at(0), 4, f32, 3))])).not.toThrow();
    expect(() => verify([define('v', load(1, at(2), 4, f32, 3))])).toThrow('elements 2 to 11 of x');
    expect(() => verify([define('v', load(1, at(2), 4, f32, -1))])).toThrow('elements -1 to 2 of x');
  });

  test('positions that depend on a register are left to whoever runs the kernel', () => {
    const body = [define('row', unary('toInt', scalarLoad(1, at(0)), 'i32')), store(0, at(99, ['row', 1]), 1, num(1))];
    expect(() => verify(body)).not.toThrow();
  });

  test('vectors have as many lanes as the target', () => {
    expect(() => verify([store(0, at(0), 5, num(1))])).toThrow('expected 1 to 4 elements for f32v, received 5');
    expect(() => verify([store(0, at(0), 0, num(1))])).toThrow('received 0');
    expect(() => verify([store(0, at(0), 2, num(1, scalarF32))])).toThrow(
      'expected 1 to 1 elements for f32, received 2',
    );
    expect(() => verifyValue(load(1, at(0), 6))).toThrow('received 6');
    expect(() => verifyValue({ kind: 'lane', value: num(0), lane: 4, type: scalarF32 })).toThrow('no lane 4 of 4');
  });

  test('registers are defined before use, and seen only where they are defined', () => {
    expect(() => verify([define('a', reg('b'))])).toThrow('b is not defined here in "let a: f32v = b"');
    expect(() => verify([assign('a', num(1))])).toThrow('a is not a register that is defined here');
    const inner = loop('i', 0, 2, 1, [define('a', num(1))]);
    expect(() => verify([inner, define('b', reg('a'))])).toThrow('a is not defined here');
    expect(() => verify([inner, store(0, at(0, ['i', 1]), 1, num(1))])).toThrow('i is not defined here');
  });

  test('every name is declared once', () => {
    expect(() => verify([define('a', num(1)), define('a', num(2))])).toThrow('a is declared twice');
    expect(() => verify([loop('i', 0, 1, 1, []), loop('i', 0, 1, 1, [])])).toThrow('i is declared twice');
    expect(() => verify([loop('chunk', 0, 1, 1, [])])).toThrow('chunk is declared twice');
  });

  test('loop variables are read as positions and never set', () => {
    expect(() => verify([loop('i', 0, 2, 1, [define('a', reg('i', scalarI32))])])).toThrow('i is a loop variable');
    expect(() => verify([loop('i', 0, 2, 1, [assign('i', num(0, scalarI32))])])).toThrow('i is not a register');
    expect(() => verify([loop('i', 0, 2, 1, [define('a', position(at(0, ['i', 3])))])])).not.toThrow();
  });

  test('a register keeps its type', () => {
    expect(() => verify([define('a', num(1)), assign('a', num(1, i32))])).toThrow('register a is f32v, received i32v');
    expect(() => verify([define('a', num(1)), define('b', reg('a', scalarF32))])).toThrow('register a is f32v');
    expect(() => verify([define('a', num(1)), store(0, at(0, ['a', 1]), 1, num(1))])).toThrow(
      'a position is made of i32 scalars, a is f32v',
    );
  });

  test('operations take and give the right lanes', () => {
    expect(() => verifyValue(unary('sqrt', num(4, i32)))).toThrow('expected f32, received i32v <4>');
    expect(() => verifyValue(unary('toInt', num(1)))).toThrow('the result of toInt(<1.0>) is i32v, received f32v');
    expect(() => verifyValue(binary('div', num(1, i32), num(1, i32)))).toThrow('expected f32');
    expect(() => verifyValue(binary('add', num(1), num(1, i32)))).toThrow(
      'the first operand of add is f32v, received i32v',
    );
    expect(() => verifyValue(binary('add', num(1), num(1, scalarF32)))).toThrow(
      'the first operand of add is f32v, received f32',
    );
    expect(() => verifyValue(binary('less', num(1), num(1)))).toThrow('is maskv, received f32v');
    expect(() => verifyValue(binary('and', num(1), num(1)))).toThrow('expected i32 or mask');
    expect(() => verifyValue(select(num(1), num(1), num(1)))).toThrow(
      'the condition of select is maskv, received f32v',
    );
    expect(() => verifyValue(select(num(1, mask), num(1), num(1, i32)))).toThrow('the first value of select is f32v');
    expect(() => verifyValue(splat(num(1)))).toThrow('splat takes a scalar');
    expect(() => verifyValue(gatherLanes(1, at(0), num(0)))).toThrow('the index of gather is i32v, received f32v');
    expect(() => verifyValue({ kind: 'shift', op: 'shiftLeft', value: num(1, i32), bits: 32, type: i32 })).toThrow(
      'cannot shift by 32 bits',
    );
    expect(() => verifyValue({ kind: 'horizontal', op: 'add', value: num(1), type: f32 })).toThrow(
      'the result of horizontal is f32, received f32v',
    );
    expect(() => verifyValue({ kind: 'horizontal', op: 'add', value: num(1, scalarF32), type: scalarF32 })).toThrow(
      'horizontal takes a vector',
    );
  });

  test('values fit their type', () => {
    expect(() => verifyValue(num(0.5, i32))).toThrow('0.5 is not a value of i32');
    expect(() => verifyValue(num(2 ** 31, i32))).toThrow('2147483648 is not a value of i32');
    expect(() => verifyValue(num(-1, mask))).toThrow('-1 is not a value of mask');
    expect(() => verifyValue(num(0.1))).not.toThrow();
  });

  test('elements are held as their dtype says', () => {
    expect(() => verifyValue(load(2, at(0), 4))).toThrow('bytes holds uint8, held as i32, received f32v');
    expect(() => verifyValue(load(2, at(0), 4, i32))).not.toThrow();
    expect(() => verifyValue(load(3, at(0), 4, i32))).toThrow('flags holds bool, held as mask');
    expect(() => verify([store(0, at(0), 4, num(1, i32))])).toThrow('out holds float32, held as f32, received i32v');
    expect(() => verify([store(9, at(0), 4, num(1))])).toThrow('there is no buffer 9');
  });

  test('loops and chunks are whole', () => {
    expect(() => verify([loop('i', 0, 4, 0, [])])).toThrow('a step of at least 1 in "for i in 0..4 step 0"');
    expect(() => verify([loop('i', 0, 4.5, 1, [])])).toThrow('whole numbers');
    expect(() => verify([], 0)).toThrow('expected at least 1 chunk, received 0');
    expect(() => verify([store(0, at(0, ['chunk', 0.5]), 1, num(1))])).toThrow('whole numbers in 0.5*chunk');
  });
});

describe('verifyKernels', () => {
  const check = (wrong: KernelBuffer): (() => void) => {
    return () =>
      verifyKernels(
        { ...kernelProgram([buffer('y', 'int32', 1, asOutput(0)), wrong], []), temporaryBytes: 64, parameterCount: 1 },
        4,
      );
  };

  test('buffers lie where there is room for them', () => {
    expect(check(buffer('t', 'float32', 4, asTemporary(48)))).not.toThrow();
    expect(check(buffer('t', 'float32', 5, asTemporary(48)))).toThrow(
      'buffer t: 5 elements of float32 at byte 48 end after the last of 64',
    );
    expect(check(buffer('t', 'float32', 1, asTemporary(2)))).toThrow('byte 2 is not a multiple of 4');
    expect(check(buffer('t', 'float64', 1, asTemporary(0)))).toThrow('do not compute with float64');
    expect(check(buffer('p', 'float32', 1, asParameter(1)))).toThrow('there is no parameter 1 of 1');
    expect(check(buffer('p', 'float32', -1, asParameter(0)))).toThrow(InternalError);
  });

  test('every output has a buffer, every kernel is checked', () => {
    const program = kernelProgram(buffers, [[], [kernel([define('a', reg('b'))], { name: 'second' })]]);
    expect(() => verifyKernels(program, 4)).toThrow('kernel second: b is not defined here');
    expect(() => verifyKernels({ ...kernelProgram([], []), outputCount: 1 }, 4)).toThrow('output 0 has no buffer');
  });
});
