// A process that is killed while it saves leaves the old file or the new one, whole, in every format. NACRE_KILLS says
// how often: .ci/run has 200.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RandomStream } from '../../src/base/random.js';
import { layers, loadModel, sequential, type Sequential } from '../../src/node.js';

const kills = Number(process.env.NACRE_KILLS ?? 14);
const seed = Number(process.env.NACRE_SEED ?? 4);

/** They take turns. */
const endings = ['.safetensors', '.keras', '.h5', '.weights.h5', '.npz', '.onnx', '.json'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-killed-'));
  // The library for HDF5 is found from where the program lies.
  await symlink(
    fileURLToPath(new URL('../../node_modules', import.meta.url)),
    join(folder, 'node_modules'),
    'junction',
  );
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

/** Runs the program and kills it `milliseconds` after its first save ended. */
function killedAfter(milliseconds: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'program', 'program.mjs'), path], {
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

/** The model of a file; of weights alone, in a model of these layers. */
async function modelIn(path: string): Promise<Sequential> {
  if (!path.endsWith('.weights.h5')) return loadModel(path, { compile: false });
  const model = sequential([
    layers.dense({ units: 400, inputShape: [400], name: 'dense' }),
    layers.dense({ units: 5, name: 'last' }),
  ]);
  await model.loadWeights(path);
  return model;
}

test(`${kills} kills leave whole files: ${endings.join(', ')}`, { timeout: 60_000 + kills * 5000 }, async () => {
  const stream = new RandomStream(seed, 0);
  const paths = endings.map((ending) => join(folder, 'models', ending.replaceAll('.', '_'), `model${ending}`));
  for (const path of paths) await mkdir(join(path, '..'), { recursive: true });
  const seen = new Set<number>();
  let unfinished = 0;
  for (let kill = 0; kill < kills; kill++) {
    const path = paths[kill % paths.length]!;
    expect(await killedAfter(stream.below(60), path)).toBe('SIGKILL');
    const model = await modelIn(path);
    let value: number | undefined;
    for (const weight of model.getWeights()) {
      const data = await weight.data();
      value ??= data[0]!;
      const isNamed = path.endsWith('.weights.h5') || model.name === `all_${value}`;
      if (!isNamed || ![1, 2].includes(value) || !data.every((element) => element === value))
        throw new Error(`seed ${seed}, kill ${kill}: '${path}' has parts of two models.`);
    }
    seen.add(value!);
    for (const name of await readdir(join(path, '..'))) if (name.endsWith('.tmp')) unfinished++;
  }
  // Otherwise nothing was proved: both models were found, and kills did come in the middle of a save.
  expect(seen).toEqual(new Set([1, 2]));
  expect(unfinished).toBeGreaterThan(0);
});
