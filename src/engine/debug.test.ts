import { expect, test } from 'vitest';
import { lanes4 } from '../../tests/support/interpreter-backend.js';
import { asOutput, asParameter, asTemporary, buffer, kernel, kernelProgram } from '../../tests/support/kernels.js';
import type { DebugLevel } from '../base/flags.js';
import { compileProgram } from '../compiler/compile.js';
import { binary, contract, loopAxis, parameter } from '../ir/build.js';
import type { GraphNode } from '../ir/graph.js';
import type { Program } from '../ir/program.js';
import { debugReport } from './debug.js';

/** [32, 64] x [64, 16], less the state [32, 16], which it then replaces. */
function program(): Program {
  const shapes = [
    [32, 64],
    [64, 16],
    [32, 16],
  ];
  const parameters = shapes.map((shape, i) => parameter(i, shape, 'float32') as GraphNode<'parameter'>);
  const [a, b, state] = parameters as [GraphNode, GraphNode, GraphNode];
  const product = contract(a, b, {
    loops: [32, 16, 64],
    outputRank: 2,
    a: [loopAxis(0), loopAxis(2)],
    b: [loopAxis(2), loopAxis(1)],
  });
  return { parameters, outputs: [], updates: [{ parameter: 2, value: binary('sub', product, state) }] };
}

function printed(level: DebugLevel): string {
  const parts: string[] = [];
  const report = debugReport(level, (text) => parts.push(text));
  compileProgram(program(), lanes4, report);
  report?.loaded('sample');
  return parts.join('\n');
}

test('level 0 prints nothing', () => {
  expect(debugReport(0)).toBeUndefined();
});

test('level 1 prints what was compiled, and its memory', () => {
  const lines = printed(1).split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^nacre: \d+ kernels in 1 phases, 0\.07 MFLOP a step, compiled in \d+ ms, loaded by sample/);
  expect(lines[1]).toMatch(/^nacre: temporaries take 0\.00 MiB.*parameters 0\.01 MiB, outputs 0\.00 MiB$/);
});

test('memory shows the plan, the floor, and what sharing saves', () => {
  const parts: string[] = [];
  const report = debugReport(1, (text) => parts.push(text))!;
  const mebibyte = 2 ** 20;
  const buffers = [
    buffer('state', 'uint8', 5 * mebibyte, asParameter(0)),
    buffer('new state', 'uint8', 5 * mebibyte, asParameter(0)),
    buffer('y', 'float32', mebibyte, asOutput(0)),
    buffer('t0', 'float32', mebibyte / 2, asTemporary(0)),
    buffer('t1', 'float32', mebibyte / 2, asTemporary(0)),
    buffer('own', 'float32', mebibyte / 16, { kind: 'local', byteOffset: 0 }),
  ];
  const totalBytes = 3 * mebibyte;
  const program = { ...kernelProgram(buffers, [[kernel([])]]), localBytes: mebibyte / 4 };
  report.done(program, { offsets: [], totalBytes, floorBytes: 2 * mebibyte });
  report.loaded('sample');
  expect(parts[1]).toBe(
    'nacre: temporaries take 3.00 MiB, 2.00 MiB of it alive at the worst moment (the floor: no plan needs less), ' +
      "4.00 MiB if none shared memory; each thread's own 0.25 MiB; parameters 5.00 MiB, outputs 4.00 MiB",
  );
});

test('level 2 adds the graph after each pass', () => {
  const text = printed(2);
  expect(text).toContain('--- after simplify\n');
  expect(text).toContain('contract float32 [32, 16]');
  expect(text).not.toContain('--- kernels');
});

test('level 3 adds the kernels, and their tiles, blocks and chunks', () => {
  const text = printed(3);
  expect(text).toContain('--- kernels\n');
  expect(text).toMatch(/--- schedule\nphase 0: contract_32x16_\d+: \d+ chunks?; (.* > )?64, tile \d+ x \d+/);
});
