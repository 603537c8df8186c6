import { expect, test } from 'vitest';
import { randomProgram } from '../../../../tests/support/random-kernels.js';
import { RandomStream } from '../../../base/random.js';
import { printFiles, printPrograms } from './print-program.js';

const lanes = 8;
const stream = new RandomStream(5);
const programs = Array.from({ length: 40 }, () => randomProgram(stream, lanes).program);

/** The kernels' functions, and those of their parts. */
const functionsIn = (file: string): string[] => file.match(/^(static )?NOINLINE [^]*?^}$/gm) ?? [];

test('a small program is one file, and any is where one compiler runs', () => {
  expect(printFiles(programs.slice(0, 1), lanes, 8)).toEqual([printPrograms(programs.slice(0, 1), lanes)]);
  expect(printFiles(programs, lanes, 1)).toEqual([printPrograms(programs, lanes)]);
});

test('each kernel of a large one is in one of the files, printed as in a file of its own', () => {
  const whole = printPrograms(programs, lanes);
  const files = printFiles(programs, lanes, 3);
  expect(files).toHaveLength(3);
  const functions = functionsIn(whole);
  expect(functions.length).toBeGreaterThanOrEqual(programs.flatMap(({ phases }) => phases.flat()).length);
  expect(files.flatMap(functionsIn).sort()).toEqual(functions.sort());
});

test('files are of similar length and say which they are', () => {
  const files = printFiles(programs, lanes, 3);
  expect(files.map((file) => file.split('\n', 1)[0])).toEqual([
    '// Printed by Nacre: file 1 of 3, kernels and what runs them.',
    '// Printed by Nacre: file 2 of 3, kernels.',
    '// Printed by Nacre: file 3 of 3, kernels.',
  ]);
  const lengths = files.map(({ length }) => length);
  expect(Math.max(...lengths) / Math.min(...lengths)).toBeLessThan(1.5);
});

test('what is printed is the same each time', () => {
  expect(printFiles(programs, lanes, 4)).toEqual(printFiles(programs, lanes, 4));
});
