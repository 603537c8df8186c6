import { describe, expect, test } from 'vitest';
import { indicesOf, nodeOf, valuesOf } from '../../../tests/support/graph-values.js';
import type { DType } from '../../base/dtype.js';
import { InternalError } from '../../base/errors.js';
import { binary, cast, unary, where } from '../../ir/build.js';
import { makeNode, type BinaryOp, type UnaryOp } from '../../ir/graph.js';
import { evaluate } from './evaluate.js';

const apply1 = (op: UnaryOp, dtype: DType, values: number[]): number[] =>
  valuesOf(unary(op, nodeOf(dtype, [values.length], values)));

const apply2 = (op: BinaryOp, dtype: DType, a: number[], b: number[]): number[] =>
  valuesOf(binary(op, nodeOf(dtype, [a.length], a), nodeOf(dtype, [b.length], b)));

describe('unary ops', () => {
  test('round takes halves to the even neighbour and keeps the sign of zero', () => {
    const x = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, 2.51, -0.2, NaN, Infinity, -Infinity, 8388609, 3e30];
    const expected = [0, 2, 2, -0, -2, -2, 0, 3, -0, NaN, Infinity, -Infinity, 8388609, Math.fround(3e30)];
    expect(apply1('round', 'float32', x)).toEqual(expected);
    expect(apply1('round', 'float64', [4503599627370497, 0.49999999999999994])).toEqual([4503599627370497, 0]);
  });

  test('sign is -1, 0 or 1, and NaN of NaN', () => {
    expect(apply1('sign', 'float32', [-3, 0, 1e-40, NaN, -Infinity])).toEqual([-1, 0, 1, NaN, -1]);
    expect(apply1('sign', 'int32', [-7, 0, 9])).toEqual([-1, 0, 1]);
  });

  test('float32 results are the double result rounded once', () => {
    const x = [0.1, 0.7, 2.5, 11.3].map(Math.fround);
    expect(apply1('exp', 'float32', x)).toEqual(x.map((v) => Math.fround(Math.exp(v))));
    expect(apply1('log', 'float32', x)).toEqual(x.map((v) => Math.fround(Math.log(v))));
    expect(apply1('tanh', 'float64', x)).toEqual(x.map(Math.tanh));
  });

  test('sigmoid reaches its limits without overflow', () => {
    expect(apply1('sigmoid', 'float32', [-Infinity, -1000, 0, 1000, Infinity])).toEqual([0, 0, 0.5, 1, 1]);
    expect(apply1('sigmoid', 'float32', [-90])[0]).toBeGreaterThan(0);
  });

  test('int32 wraps where the result does not fit', () => {
    expect(apply1('neg', 'int32', [-2147483648, 5])).toEqual([-2147483648, -5]);
    expect(apply1('abs', 'int32', [-2147483648, -5])).toEqual([-2147483648, 5]);
  });

  test('isNaN, not and stopGradient', () => {
    expect(apply1('isNaN', 'float32', [NaN, 0, Infinity])).toEqual([1, 0, 0]);
    expect(apply1('not', 'bool', [0, 1])).toEqual([1, 0]);
    expect(apply1('stopGradient', 'uint8', [0, 200])).toEqual([0, 200]);
  });

  test('an empty array stays empty', () => {
    expect(apply1('exp', 'float32', [])).toEqual([]);
    expect(apply2('add', 'int32', [], [])).toEqual([]);
  });
});

describe('binary ops', () => {
  test('int32 arithmetic is modulo 2^32', () => {
    expect(apply2('add', 'int32', [2147483647], [1])).toEqual([-2147483648]);
    expect(apply2('sub', 'int32', [-2147483648], [1])).toEqual([2147483647]);
    expect(apply2('mul', 'int32', [123456789], [987654321])).toEqual([-67153019]);
  });

  test('uint8 and bool operands compute as int32', () => {
    expect(apply2('add', 'uint8', [200], [100])).toEqual([300]);
    expect(apply2('add', 'bool', [1], [1])).toEqual([2]);
  });

  test("floorDiv and mod have Python's sign rule", () => {
    const a = [7, -7, 7, -7, 6, -6, 0];
    const b = [3, 3, -3, -3, 3, 3, -3];
    for (const dtype of ['int32', 'float32', 'float64'] as const) {
      expect(apply2('floorDiv', dtype, a, b).map((v) => v + 0)).toEqual([2, -3, -3, 2, 2, -2, 0]);
      expect(apply2('mod', dtype, a, b).map((v) => v + 0)).toEqual([1, 2, -2, -1, 0, 0, 0]);
    }
  });

  test('int32 division by 0 gives 0, and the smallest by -1 wraps', () => {
    expect(apply2('floorDiv', 'int32', [5, -5, 0, -2147483648], [0, 0, 0, -1])).toEqual([0, 0, 0, -2147483648]);
    expect(apply2('mod', 'int32', [5, -5, 0, -2147483648], [0, 0, 0, -1])).toEqual([0, 0, 0, 0]);
  });

  test('float floorDiv and mod agree with each other where the quotient rounds up to a whole number', () => {
    expect(apply2('floorDiv', 'float64', [1], [0.1])).toEqual([9]);
    expect(apply2('mod', 'float64', [1], [0.1])[0]).toBeCloseTo(0.1, 12);
    expect(apply2('floorDiv', 'float32', [1, -1, Infinity, 3], [0, 0, 2, NaN])).toEqual([
      Infinity,
      -Infinity,
      NaN,
      NaN,
    ]);
    const byInfinity = apply2('floorDiv', 'float32', [1, -1, -1], [Infinity, Infinity, -Infinity]);
    expect(byInfinity.map((v) => v + 0)).toEqual([0, -1, 0]);
    expect(apply2('mod', 'float32', [1, Infinity, 3], [0, 2, NaN])).toEqual([NaN, NaN, NaN]);
  });

  test('pow is IEEE pow', () => {
    const base = [1, 1, -1, -1, 0, -8, 2, NaN, -2, 0];
    const exponent = [NaN, Infinity, Infinity, -Infinity, 0, 1 / 3, -1, 0, 3, -1];
    expect(apply2('pow', 'float64', base, exponent)).toEqual([1, 1, 1, 1, 1, NaN, 0.5, 1, -8, Infinity]);
    expect(apply2('pow', 'float32', [3], [0.5])).toEqual([Math.fround(Math.sqrt(3))]);
  });

  test('max and min give NaN when either operand is NaN', () => {
    expect(apply2('max', 'float32', [NaN, 1, 2, -1], [1, NaN, 3, -2])).toEqual([NaN, NaN, 3, -1]);
    expect(apply2('min', 'float32', [NaN, 1, 2, -1], [1, NaN, 3, -2])).toEqual([NaN, NaN, 2, -2]);
  });

  test('comparisons with NaN are false, but notEqual', () => {
    const a = [1, 2, NaN, NaN];
    const b = [2, 2, 1, NaN];
    expect(apply2('equal', 'float32', a, b)).toEqual([0, 1, 0, 0]);
    expect(apply2('notEqual', 'float32', a, b)).toEqual([1, 0, 1, 1]);
    expect(apply2('less', 'float32', a, b)).toEqual([1, 0, 0, 0]);
    expect(apply2('lessEqual', 'float32', a, b)).toEqual([1, 1, 0, 0]);
    expect(apply2('greater', 'float32', a, b)).toEqual([0, 0, 0, 0]);
    expect(apply2('greaterEqual', 'float32', a, b)).toEqual([0, 1, 0, 0]);
  });

  test('and, or over all pairs', () => {
    const pairs = indicesOf([2, 2]);
    const a = pairs.map(([x]) => x!);
    const b = pairs.map(([, y]) => y!);
    expect(apply2('and', 'bool', a, b)).toEqual([0, 0, 0, 1]);
    expect(apply2('or', 'bool', a, b)).toEqual([0, 1, 1, 1]);
  });

  test('operands broadcast before the loop', () => {
    const sum = binary('add', nodeOf('float32', [2, 1], [1, 2]), nodeOf('float32', [3], [10, 20, 30]));
    expect(evaluate([sum])[0]).toEqual({
      dtype: 'float32',
      shape: [2, 3],
      data: Float32Array.of(11, 21, 31, 12, 22, 32),
    });
  });

  test('a node whose operands were not broadcast is refused', () => {
    const wrong = makeNode('add', [nodeOf('float32', [1], [1]), nodeOf('float32', [2], [1, 2])], {}, [2], 'float32');
    expect(() => evaluate([wrong])).toThrow(InternalError);
  });
});

describe('where and cast', () => {
  test('where picks by the condition', () => {
    const picked = where(nodeOf('bool', [3], [1, 0, 1]), nodeOf('int32', [3], [1, 2, 3]), nodeOf('int32', [], [9]));
    expect(valuesOf(picked)).toEqual([1, 9, 3]);
  });

  test('floats to int32 truncate and saturate, NaN gives 0', () => {
    const x = nodeOf('float32', [7], [1.9, -1.9, 3e9, -3e9, NaN, Infinity, -Infinity]);
    expect(valuesOf(cast(x, 'int32'))).toEqual([1, -1, 2147483647, -2147483648, 0, 2147483647, -2147483648]);
  });

  test('floats to uint8 go by way of int32 modulo 256', () => {
    const x = nodeOf('float64', [6], [255.9, 256, -1, 300.5, 3e9, NaN]);
    expect(valuesOf(cast(x, 'uint8'))).toEqual([255, 0, 255, 44, 255, 0]);
    expect(valuesOf(cast(nodeOf('int32', [3], [-1, 256, 511]), 'uint8'))).toEqual([255, 0, 255]);
  });

  test('anything but 0 is true', () => {
    expect(valuesOf(cast(nodeOf('float32', [4], [0, -0, 1e-40, NaN]), 'bool'))).toEqual([0, 0, 1, 1]);
    expect(valuesOf(cast(nodeOf('uint8', [2], [0, 2]), 'bool'))).toEqual([0, 1]);
  });

  test('integers and booleans keep their value as floats, rounded to float32', () => {
    expect(valuesOf(cast(nodeOf('int32', [2], [16777217, -5]), 'float32'))).toEqual([16777216, -5]);
    expect(valuesOf(cast(nodeOf('bool', [2], [0, 1]), 'float64'))).toEqual([0, 1]);
    expect(valuesOf(cast(nodeOf('float64', [1], [0.1]), 'float32'))).toEqual([Math.fround(0.1)]);
  });
});
