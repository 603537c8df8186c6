import { describe, expect, test } from 'vitest';
import { expectSameBits } from '../../../../tests/support/bits.js';
import { NativePrograms } from '../../../../tests/support/native-programs.js';
import { randomProgram } from '../../../../tests/support/random-kernels.js';
import { RandomStream } from '../../../base/random.js';
import { interpret } from '../../../ir/interpret.js';
import { printKernel } from '../../../ir/print.js';

const programsPerSeed = 20;

describe.each([4, 8, 16])('vectors of %i lanes', (lanes) => {
  test.each([0, 1, 2, 3, 4])('random kernels of seed %i give the bits that the interpreter gives', async (seed) => {
    const stream = new RandomStream(100 * lanes + seed);
    const samples = Array.from({ length: programsPerSeed }, () => randomProgram(stream, lanes));
    const mostFiles = 1 + (seed % 3);
    const compiled = await NativePrograms.compile(
      samples.map(({ program }) => program),
      lanes,
      mostFiles,
    );
    expect(compiled.files).toBe(mostFiles);
    let elements = 0;
    samples.forEach(({ program, parameters }, number) => {
      const inPlace = parameters.map((array) => array.slice());
      const expected = interpret(program, inPlace, { lanes });
      const threads = 1 + (number % 3);
      const text = program.phases
        .flat()
        .map((kernel) => printKernel(kernel, program))
        .join('\n');
      const received = compiled.run(number, parameters, threads);
      expectSameBits(received, expected, `seed ${seed}, program ${number}, ${threads} threads:\n${text}`);
      elements += expected.reduce((sum, { length }) => sum + length, 0);
    });
    expect(elements).toBeGreaterThan(100);
  });
});
