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
  laneNumbers,
  load,
  loop,
  mask,
  num,
  position,
  reg,
  scalarF32,
  scalarLoad,
  select,
  splat,
  store,
  unary as kernelUnary,
} from '../../tests/support/kernels.js';
import {
  argMax,
  binary as graphBinary,
  concat,
  constant,
  contract,
  data,
  fold,
  iota,
  loopAxis,
  pad,
  parameter,
  permute,
  random,
  reduce,
  slice,
  unary,
  window,
} from './build.js';
import type { GraphNode } from './graph.js';
import { formatAffine, formatExpr, printGraph, printKernels, printProgram } from './print.js';

describe('printGraph', () => {
  test('a node a line, numbered from 1', () => {
    const x = parameter(0, [2, 3], 'float32');
    const row = parameter(1, [3], 'float32');
    const sum = graphBinary('add', x, row);
    expect(printGraph([reduce('max', sum, [1], 'first'), sum])).toBe(
      [
        '%1 = parameter float32 [2, 3] index=0',
        '%2 = parameter float32 [3] index=1',
        '%3 = reshape float32 [1, 3] %2',
        '%4 = broadcast float32 [2, 3] %3',
        '%5 = add float32 [2, 3] %1 %4',
        '%6 = reduce float32 [2, 1] %5 kind=max axes=[1] ties=first',
        'return %6 %5',
        '',
      ].join('\n'),
    );
  });

  test('ops show what they carry', () => {
    const x = parameter(0, [4, 6], 'float32');
    const line = (node: GraphNode): string =>
      printGraph([node])
        .split('\n')
        .at(-3)!
        .replace(/^%\d+ = /, '');
    expect(line(constant(-0, [2], 'float32'))).toBe('constant float32 [2] value=-0');
    expect(line(iota([2, 3], 1))).toBe('iota int32 [2, 3] axis=1');
    expect(line(random([5], 7, 2, constant(3, [], 'int32')))).toBe('random float32 [5] %2 %1 stream=2');
    expect(line(reduce('sum', x, [0, 1]))).toBe('reduce float32 [1, 1] %1 kind=sum axes=[0, 1]');
    expect(line(argMax(x, [1]))).toBe('argMax int32 [4, 1] %1 axes=[1]');
    expect(line(permute(x, [1, 0]))).toBe('permute float32 [6, 4] %1 axes=[1, 0]');
    expect(
      line(
        slice(x, [
          { start: 1, size: 2, step: 1 },
          { start: 5, size: 3, step: -2 },
        ]),
      ),
    ).toBe('slice float32 [2, 3] %1 axes=[1 size 2 step 1, 5 size 3 step -2]');
    expect(
      line(
        pad(
          x,
          [
            { low: 1, high: 0, interior: 0 },
            { low: 0, high: 2, interior: 1 },
          ],
          5,
        ),
      ),
    ).toBe('pad float32 [5, 13] %1 axes=[1:0, 0:2:1] value=5');
    expect(line(concat([x, x], 1))).toBe('concat float32 [4, 12] %1 %1 axis=1');
    const axes = [{ axis: 1, size: 3, stride: 2, dilation: 1 }];
    const windows = window(x, axes);
    expect(line(windows)).toBe('window float32 [4, 2, 3] %1 axes=[1 size 3 stride 2 dilation 1]');
    expect(line(fold(windows, axes, [4, 6]))).toBe('fold float32 [4, 6] %2 axes=[1 size 3 stride 2 dilation 1]');
    expect(line(data({ dtype: 'int32', shape: [1], data: Int32Array.of(1) }))).toBe('data int32 [1]');
    expect(line(unary('neg', x))).toBe('neg float32 [4, 6] %1');
    const sliding = {
      terms: [
        { loop: 0, coefficient: 2 },
        { loop: 2, coefficient: -1 },
      ],
      offset: -1,
    };
    const spec = { loops: [3, 6, 2], outputRank: 2, a: [sliding, loopAxis(1)], b: [loopAxis(2)] };
    expect(line(contract(x, parameter(1, [2], 'float32'), spec))).toBe(
      'contract float32 [3, 6] %1 %2 loops=[3, 6 | 2] a=[2*i0 - i2 - 1, i1] b=[i2]',
    );
  });

  test('a program shows its outputs and updates', () => {
    const state = parameter(0, [], 'int32');
    const next = graphBinary('add', state, constant(1, [], 'int32'));
    const program = {
      parameters: [state as GraphNode<'parameter'>],
      outputs: [state],
      updates: [{ parameter: 0, value: next }],
    };
    expect(printProgram(program)).toBe(
      [
        '%1 = parameter int32 [] index=0',
        '%2 = constant int32 [] value=1',
        '%3 = add int32 [] %1 %2',
        'output 0 = %1',
        'update %1 = %3',
        '',
      ].join('\n'),
    );
  });
});

describe('printKernels', () => {
  test('buffers, phases, and kernels as indented loops', () => {
    const product = binary('mul', splat(scalarLoad(0, at(0, ['row', 5]))), load(1, at(2, ['row', 8], ['i', 1]), 4));
    const program = kernelProgram(
      [
        buffer('x', 'float32', 40, asParameter(0)),
        buffer('t', 'float32', 64, asTemporary(128)),
        buffer('t', 'int32', 8, asOutput(0)),
      ],
      [
        [
          kernel(
            [
              define('sum', num(0)),
              loop('i', 0, 8, 4, [assign('sum', binary('add', reg('sum'), product))]),
              store(1, at(0, ['row', 8]), 3, reg('sum')),
            ],
            { name: 'rows', comment: 'mul [8, 5]', chunks: 8, chunkVariable: 'row', flops: 640 },
          ),
        ],
        [kernel([loop('j', 0, 8, 1, [store(2, at(0, ['j', 1]), 1, position(at(0, ['j', 1])))])], { name: 'count' })],
      ],
      512,
    );
    expect(printKernels(program)).toBe(
      [
        'buffer x: float32 [40], parameter 0',
        'buffer t#1: float32 [64], temporary at byte 128',
        'buffer t#2: int32 [8], output 0',
        'phase 0',
        'kernel rows: row in 0..8, 640 flops; mul [8, 5]',
        '  let sum: f32v = <0.0>',
        '  for i in 0..8 step 4',
        '    sum = sum + (splat(x[5*row]) * t#1[8*row + i + 2 ..+4])',
        '  t#1[8*row ..+3] = sum',
        'phase 1',
        'kernel count: chunk in 0..1, 0 flops; by hand',
        '  for j in 0..8',
        '    t#2[j] = position(j)',
        '',
      ].join('\n'),
    );
  });

  test('values read as formulas', () => {
    const program = kernelProgram([buffer('x', 'float32', 9, asParameter(0))], []);
    const text = (...[expr]: Parameters<typeof formatExpr>): string => formatExpr(expr, program);
    const x = load(0, at(0), 2, f32, 3);
    expect(text(x, program)).toBe('x[0 ..+2 by 3]');
    expect(text(gatherLanes(0, at(1), laneNumbers(2), 3), program)).toBe('gather(x[1 ..+4], laneNumbers(2) * 3)');
    expect(text(select(binary('less', x, num(0.5), 'mask'), num(-0), num(1, f32)), program)).toBe(
      'select((x[0 ..+2 by 3] < <0.5>), <-0.0>, <1.0>)',
    );
    expect(text(binary('pmax', x, num(Infinity)), program)).toBe('pmax(x[0 ..+2 by 3], <Infinity>)');
    expect(text(kernelUnary('not', num(1, mask)), program)).toBe('not(<true>)');
    expect(text({ kind: 'shift', op: 'shiftRightLogical', value: num(7, i32), bits: 3, type: i32 }, program)).toBe(
      '(<7> >>> 3)',
    );
    expect(text({ kind: 'horizontal', op: 'max', value: x, type: scalarF32 }, program)).toBe(
      'horizontal max(x[0 ..+2 by 3])',
    );
    expect(text({ kind: 'lane', lane: 1, value: x, type: scalarF32 }, program)).toBe('lane 1(x[0 ..+2 by 3])');
  });

  test('positions read as sums', () => {
    expect(formatAffine(at(0))).toBe('0');
    expect(formatAffine(at(-3, ['i', -1], ['j', -2], ['k', 4]))).toBe('-i - 2*j + 4*k - 3');
    expect(formatAffine(at(2, ['i', 1]))).toBe('i + 2');
  });
});
