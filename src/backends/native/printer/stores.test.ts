// Stores of one loop to two buffers, some number of elements apart in each: GCC 12 leaves them out where it is shown that
// the buffers begin at the same base and one is walked by twice the address of the other (OPAQUE in prelude.ts).
import { expect, test } from 'vitest';
import { expectSameBits } from '../../../../tests/support/bits.js';
import {
  asOutput,
  asParameter,
  at,
  buffer,
  kernel,
  kernelProgram,
  load,
  store,
} from '../../../../tests/support/kernels.js';
import { NativePrograms } from '../../../../tests/support/native-programs.js';
import { interpret } from '../../../ir/interpret.js';
import type { KernelProgram } from '../../../ir/kernel.js';

const chunks = 4;

/** In every chunk, the first elements of a parameter go to the chunk's own part of each output. */
function copying(first: number, second: number): KernelProgram {
  const body = [first, second].map((count, i) => store(1 + i, at(0, ['chunk', count]), count, load(0, at(0), count)));
  return kernelProgram(
    [
      buffer('x', 'float32', 16, asParameter(0)),
      buffer('first', 'float32', chunks * first, asOutput(0)),
      buffer('second', 'float32', chunks * second, asOutput(1)),
    ],
    [[kernel(body, { chunks })]],
  );
}

test.each([4, 8, 16])('vectors of %i lanes, whole and in parts, reach both buffers', async (lanes) => {
  const counts = Array.from({ length: lanes }, (_, i) => i + 1).filter((count) => count <= 8 || count === lanes);
  const programs = counts.flatMap((first) => counts.map((second) => copying(first, second)));
  const x = Float32Array.from({ length: 16 }, (_, i) => i + 1);
  const compiled = await NativePrograms.compile(programs, lanes);
  programs.forEach((program, number) => {
    const expected = interpret(program, [x.slice()], { lanes });
    const [first, second] = expected.map(({ length }) => length / chunks);
    expectSameBits(compiled.run(number, [x]), expected, `${first} and ${second} elements a chunk`);
    expect(expected.flatMap((array) => [...array]).every((value) => value > 0)).toBe(true);
  });
});
