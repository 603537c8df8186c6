import { expect, test } from 'vitest';
import { expectSameBits } from '../../../../tests/support/bits.js';
import { runPrinted } from '../../../../tests/support/printed-kernels.js';
import { randomProgram } from '../../../../tests/support/random-kernels.js';
import { RandomStream } from '../../../base/random.js';
import { interpret } from '../../../ir/interpret.js';
import { printKernel } from '../../../ir/print.js';

const seeds = Array.from({ length: 20 }, (_, index) => index);
const programsPerSeed = 20;

test.each(seeds)('random kernels of seed %i give the bits that the interpreter gives', (seed) => {
  const stream = new RandomStream(seed);
  let elements = 0;
  for (let number = 0; number < programsPerSeed; number++) {
    const { program, parameters } = randomProgram(stream);
    const inPlace = parameters.map((array) => array.slice());
    const expected = interpret(program, inPlace, { lanes: 4 });
    const threads = 1 + (number % 4);
    const text = program.phases
      .flat()
      .map((kernel) => printKernel(kernel, program))
      .join('\n');
    const received = runPrinted(program, parameters, threads);
    expectSameBits(received.outputs, expected, `seed ${seed}, program ${number}, ${threads} threads:\n${text}`);
    elements += expected.reduce((sum, { length }) => sum + length, 0);
  }
  expect(elements).toBeGreaterThan(100);
});
