// The lines that are spoken with Python, with a program of Node's in the place of the interpreter.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Unavailable, type Setting } from './implementation.js';
import { PeerFiles } from './peer-files.js';
import { findPython, PythonRunner } from './python.js';
import { workloads, type Workload } from './workloads.js';

/** Answers as bench/peers/host.py does; what it answers is told by the name of the backend. */
const standIn = `
let setting;
const answers = {
  create: ({ setting: created }) => {
    setting = created;
    if (setting.backend === 'missing') return { unavailable: "not installed: No module named 'torch'" };
    if (setting.backend === 'broken') return { error: 'ValueError: it does not work' };
    if (setting.backend === 'gone') process.exit(3);
    return { value: JSON.stringify([setting.inputs, process.env.OMP_NUM_THREADS, process.env.NPROC, process.env.KERAS_BACKEND]) };
  },
  check: ({ spots, steps, rows }) =>
    rows !== undefined
      ? { value: Array.from({ length: rows }, () => 0.5) }
      : spots === undefined
        ? { value: Array.from({ length: steps }, (_, i) => 2 - i / 10) }
        : { value: spots.map(({ positions }) => positions.map((position) => position / 2)) },
  round: () => ({ value: [setting.samples, 1.5] }),
};
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  if (setting?.backend === 'chatty' && request.method === 'round') return console.log('Loading...');
  console.log(JSON.stringify(answers[request.method](request)));
});
`;

let folder = '';
let script = '';
const files = new PeerFiles();
const started: PythonRunner[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-bench-'));
  script = join(folder, 'stand-in.cjs');
  await writeFile(script, standIn);
});
afterEach(() => {
  for (const runner of started.splice(0)) runner.close();
});
afterAll(async () => {
  await files.close();
  await rm(folder, { recursive: true });
});

function start(backend: string, workload: Workload = workloads['matmul-64'], implementation = 'pytorch'): PythonRunner {
  const setting: Setting = { implementation, backend, threads: 2, workload, samples: 64 };
  const runner = new PythonRunner(setting, files, { interpreter: process.execPath, script });
  started.push(runner);
  return runner;
}

test('create tells what a computation begins with, and the number of threads', async () => {
  const version = await start('eager').create();
  expect(JSON.parse(version!)).toEqual([
    {
      a: { shape: [64, 64], seed: 1, scale: 1 },
      b: { shape: [64, 64], seed: 2, scale: Math.sqrt(3 / 64) },
    },
    '2',
    '2',
    null,
  ]);
});

test('Keras is told its backend', async () => {
  expect(JSON.parse((await start('jax', workloads['matmul-64'], 'keras').create())!)).toContain('jax');
});

test('results are checked here, not there', async () => {
  const runner = start('eager');
  await runner.create();
  const spots = [{ name: 'y', positions: [2, 8], values: [1, 4], tolerance: 1e-3 }];
  expect(await runner.check({ kind: 'kernel', spots })).toBeUndefined();
  expect(await runner.check({ kind: 'kernel', spots: [{ ...spots[0]!, values: [1, 5] }] })).toBe(
    'element 8 of its y is 4, it should be 5',
  );
  const losses = [2, 1.9, 1.8, 1.7, 1.6, 1.5, 1.4, 1.3];
  expect(await runner.check({ kind: 'training', weights: [], losses, hasDropout: false })).toBeUndefined();
  expect(
    await runner.check({ kind: 'training', weights: [], losses: losses.map((loss) => loss + 1), hasDropout: true }),
  ).toContain('its first losses are 2.0000');
  const probabilities = Array.from({ length: 32 }, () => 0.5);
  expect(await runner.check({ kind: 'inference', probabilities })).toBeUndefined();
  expect(await runner.check({ kind: 'inference', probabilities: [0.4, ...probabilities.slice(1)] })).toContain(
    'its probability 0 is 0.5',
  );
});

test('a round gives the times', async () => {
  const runner = start('eager');
  await runner.create();
  expect(await runner.round()).toEqual([64, 1.5]);
  expect(await runner.round()).toEqual([64, 1.5]);
});

test('a package that is missing is no failure, anything else is', async () => {
  await expect(start('missing').create()).rejects.toThrow(new Unavailable("not installed: No module named 'torch'"));
  await expect(start('missing').create()).rejects.toBeInstanceOf(Unavailable);
  const error = await start('broken')
    .create()
    .catch((reason: unknown) => reason);
  expect(error).toEqual(new Error('ValueError: it does not work'));
  expect(error).not.toBeInstanceOf(Unavailable);
});

test('a process that ends or says something else is told of', async () => {
  await expect(start('gone').create()).rejects.toThrow('its process ended (3)');
  const chatty = start('chatty');
  await chatty.create();
  await expect(chatty.round()).rejects.toThrow("it answered 'Loading...', which is no reply");
});

test('without an interpreter a peer is not installed', async () => {
  const setting: Setting = {
    ...{ implementation: 'jax', backend: 'jit', threads: 1, samples: 64 },
    workload: workloads['matmul-64'],
  };
  const none = new PythonRunner(setting, files, { interpreter: undefined, script });
  await expect(none.create()).rejects.toBeInstanceOf(Unavailable);
  none.close();
  const nowhere = new PythonRunner(setting, files, { interpreter: join(folder, 'python'), script });
  await expect(nowhere.create()).rejects.toThrow(/^not installed: .*python/);
  nowhere.close();
});

test('NACRE_BENCH_PYTHON names the interpreter', () => {
  expect(findPython({ NACRE_BENCH_PYTHON: '/some/python' })).toBe('/some/python');
  expect(findPython({ NACRE_BENCH_PYTHON: '' })).not.toBe('');
});
