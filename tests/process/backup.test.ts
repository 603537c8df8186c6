// A training process that is killed at random moments, again and again, ends with the weights, the optimizer's state and
// the log of one that was not.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RandomStream } from '../../src/base/random.js';
import { readSafetensors } from '../../src/formats/safetensors.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-backup-'));
  await build({
    logLevel: 'error',
    configFile: false,
    build: {
      ssr: fileURLToPath(new URL('backup-program.ts', import.meta.url)),
      outDir: join(folder, 'program'),
      rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  });
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs the program; kills it once it has printed so many batches. Gives how it ended. */
function runProgram(
  directory: string,
  saveFreq: string,
  seed: number | undefined,
  killAfter = Infinity,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(folder, 'program', 'program.mjs'), directory, join(directory, 'result.json'), saveFreq],
      {
        env: {
          ...process.env,
          NACRE_BACKEND: 'wasm',
          NACRE_THREADS: '2',
          ...(seed === undefined ? {} : { FIXED_SEED: String(seed) }),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let lines = 0;
    let problems = '';
    child.stderr.on('data', (text: Buffer) => (problems += text.toString()));
    child.stdout.on('data', (text: Buffer) => {
      lines += text.toString().split('\n').length - 1;
      if (lines >= killAfter) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (problems !== '') reject(new Error(problems));
      else resolve(signal ?? `code ${code}`);
    });
  });
}

interface Result {
  readonly weights: readonly (readonly number[])[];
  readonly state: readonly (readonly number[])[];
  readonly last: number;
}

async function resultIn(directory: string): Promise<Result & { log: string }> {
  const result = JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')) as Result;
  return { ...result, log: await readFile(join(directory, 'log.csv'), 'utf8') };
}

const seed = 20;

test.each(['epoch', '1', '3'])('killed at random moments, kept after every %s', async (saveFreq) => {
  const whole = await mkdtemp(join(folder, 'whole-'));
  expect(await runProgram(whole, saveFreq, seed)).toBe('code 0');
  const expected = await resultIn(whole);
  expect(expected.last).toBe(5);

  const directory = await mkdtemp(join(folder, 'killed-'));
  const stream = new RandomStream(seed, Number(saveFreq) || 0);
  const backup = join(directory, 'backup', 'latest.safetensors');
  let kills = 0;
  let ended = '';
  for (let round = 0; ended !== 'code 0' && round < 40; round++) {
    const kept = await readFile(backup).catch(() => undefined);
    // What a kill leaves behind is an old file or a new one, whole.
    if (kept) readSafetensors(kept, 'backup');
    // Only what has no backup yet begins with a chosen seed; all else has to come from the backup.
    ended = await runProgram(directory, saveFreq, kept ? undefined : seed, 1 + stream.below(9));
    if (ended === 'SIGKILL') kills++;
  }
  expect(ended).toBe('code 0');
  expect(kills).toBeGreaterThan(2);
  expect(await resultIn(directory)).toEqual(expected);
  expect(await readdir(join(directory, 'backup'))).not.toContain('latest.safetensors');
});
