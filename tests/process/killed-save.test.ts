// A process that is killed while it saves leaves the old file or the new one, whole, in every format. NACRE_KILLS says
// how often: .ci/run has 200.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RandomStream } from '../../src/base/random.js';
import { loadModel } from '../../src/node.js';

const kills = Number(process.env.NACRE_KILLS ?? 12);
const seed = Number(process.env.NACRE_SEED ?? 4);

/** Formats of whole models. */
const endings = ['.safetensors'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-killed-'));
  await build({
    logLevel: 'error',
    configFile: false,
    build: {
      ssr: fileURLToPath(new URL('killed-save-program.ts', import.meta.url)),
      outDir: join(folder, 'program'),
      rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  });
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs the program and kills it `milliseconds` after its first save began. */
function killedAfter(milliseconds: number, paths: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'program', 'program.mjs'), ...paths], {
      env: { ...process.env, NACRE_BACKEND: 'wasm', NACRE_THREADS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let problems = '';
    child.stderr.on('data', (text: Buffer) => (problems += text.toString()));
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (problems === '') resolve(signal ?? `code ${code}`);
      else reject(new Error(problems));
    });
  });
}

test(`${kills} kills leave whole files: ${endings.join(', ')}`, { timeout: 60_000 + kills * 5000 }, async () => {
  const stream = new RandomStream(seed, 0);
  const places = join(folder, 'models');
  const paths = endings.map((ending) => join(places, ending.replaceAll('.', '_'), `model${ending}`));
  for (const path of paths) await mkdir(join(path, '..'), { recursive: true });
  const seen = new Set<string>();
  let unfinished = 0;
  // Long enough for a few rounds at the beginning, so that every file is there.
  let ended = await killedAfter(2000, paths);
  for (let kill = 0; kill < kills; kill++) {
    expect(ended).toBe('SIGKILL');
    for (const path of paths) {
      const model = await loadModel(path, { compile: false });
      const [, value] = /^all_([12])$/.exec(model.name)!;
      for (const weight of model.getWeights()) {
        const data = await weight.data();
        if (!data.every((element) => element === Number(value)))
          throw new Error(`seed ${seed}, kill ${kill}: '${path}' has the name of one model and numbers of another.`);
      }
      seen.add(`${path} ${value}`);
      unfinished += (await readdir(join(path, '..'))).filter((name) => name.endsWith('.tmp')).length;
    }
    ended = await killedAfter(stream.below(40 * paths.length), paths);
  }
  // Otherwise nothing was proved: both models were found, and kills did come in the middle of a save.
  expect(seen.size).toBe(2 * paths.length);
  expect(unfinished).toBeGreaterThan(0);
});
