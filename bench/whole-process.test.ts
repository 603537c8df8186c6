// How programs are run, with programs of a line in the place of those that train; bench.test.ts runs the real ones.
import { expect, test } from 'vitest';
import { Unavailable } from './implementation.js';
import { runProgram } from './whole-process.js';

const run = (script: string): ReturnType<typeof runProgram> =>
  runProgram(process.execPath, ['-e', script], process.env);

test('the line that a program prints is its result, and it takes time to be printed', async () => {
  const { seconds, ...result } = await run(`console.log(JSON.stringify({ value: { accuracy: 0.5 } }))`);
  expect(result).toEqual({ accuracy: 0.5 });
  expect(seconds).toBeGreaterThan(0);
});

test('a program is given its environment', async () => {
  const script = `console.log(JSON.stringify({ value: { version: process.env.NACRE_CACHE } }))`;
  expect(await runProgram(process.execPath, ['-e', script], { NACRE_CACHE: 'here' })).toMatchObject({
    version: 'here',
  });
});

test('what is not there is unavailable, what goes wrong is told', async () => {
  await expect(run(`console.log(JSON.stringify({ unavailable: 'not installed' }))`)).rejects.toThrow(
    new Unavailable('not installed'),
  );
  await expect(run(`console.log(JSON.stringify({ error: 'it failed' }))`)).rejects.toThrow(new Error('it failed'));
  await expect(run('process.exit(3)')).rejects.toThrow('its process ended (3)');
  await expect(run(`console.log('Loading...')`)).rejects.toThrow("it printed 'Loading...\n', which is no reply");
  await expect(runProgram('/nowhere/python', [], process.env)).rejects.toBeInstanceOf(Unavailable);
});
