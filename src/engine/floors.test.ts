import { expect, test } from 'vitest';
import { lanes4, lanes8 } from '../../tests/support/interpreter-backend.js';
import { interpret } from '../ir/interpret.js';
import { trafficOf } from '../ir/traffic.js';
import { verifyKernels } from '../ir/verify-kernel.js';
import { multiplyAddProgram, streamProgram } from './floors.js';

test.each([lanes4, lanes8])('the stream is a = b + 3 c, over $lanes lanes', (target) => {
  const length = 2 ** 16;
  const program = streamProgram(target, length);
  verifyKernels(program, target.lanes);
  const ramp = Float32Array.from({ length }, (_, i) => i % 100);
  const a = new Float32Array(length);
  interpret(program, [a, ramp, ramp], { lanes: target.lanes });
  expect(a).toEqual(ramp.map((value) => 4 * value));
});

test('the stream reads two arrays and writes one', () => {
  const program = streamProgram(lanes4);
  const { bytesRead, bytesWritten } = trafficOf(program.phases[0]![0]!, program);
  expect(bytesRead).toBe(2 * 4 * 2 ** 23);
  expect(bytesWritten).toBe(4 * 2 ** 23);
});

test.each([lanes4, lanes8])('sums keep to registers, and to their bounds, over $lanes lanes', (target) => {
  const program = multiplyAddProgram(target);
  verifyKernels(program, target.lanes);
  const kernel = program.phases[0]![0]!;
  const { bytesRead } = trafficOf(kernel, program);
  expect(bytesRead).toBe(2 * 4 * target.lanes);
  // One chunk says it all: x / 2 + 1 / 2 goes to 1, for each of the sums.
  const one = { ...program, phases: [[{ ...kernel, chunks: 1 }]] };
  const sums = new Float32Array(64 * target.lanes);
  interpret(one, [new Float32Array(2 * target.lanes).fill(0.5), sums], { lanes: target.lanes });
  const count = kernel.body.filter(({ kind }) => kind === 'let').length - 2;
  expect([...sums.subarray(0, target.lanes)]).toEqual(new Array<number>(target.lanes).fill(count));
  const loop = kernel.body.find((statement) => statement.kind === 'loop')!;
  expect(kernel.flops).toBe(64 * loop.end * loop.body.length * target.lanes * 2);
});
