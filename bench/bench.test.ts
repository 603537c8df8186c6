// Runs the benchmarks on next to nothing: whether they measure, not what.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { buildPrograms, builtProgram, runNode } from '../tests/support/programs.js';
import { nameOf, type Row } from './plan.js';
import { leastAccuracy } from './processes.js';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-bench-'));
  await buildPrograms();
}, 300_000);
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rm(folder, { recursive: true }));

async function bench(...options: string[]): Promise<{ rows: Row[]; output: string }> {
  const path = join(folder, 'rows.json');
  const { code, output, complaints } = await runNode([
    builtProgram('bench', 'bench.js'),
    ...['--rounds', '1', '--samples', '64', '--peers', 'none', '--json', path],
    ...options,
  ]);
  expect(code, output + complaints).toBe(0);
  expect(await readdir(folder)).toEqual(['rows.json']);
  return { rows: JSON.parse(await readFile(path, 'utf8')) as Row[], output };
}

test('trainings are checked and timed, beside the floors', async () => {
  const { rows, output } = await bench('--only', '^(first|loop)/nacre-wasm');
  const trainings = ['first/nacre-wasm-1', 'first/nacre-wasm-2', 'loop/nacre-wasm-1', 'loop/nacre-wasm-2'];
  expect(rows.map(nameOf)).toEqual([
    ...trainings,
    'multiply-add/floor-wasm-1',
    'stream/floor-wasm-1',
    'multiply-add/floor-wasm-2',
    'stream/floor-wasm-2',
  ]);
  for (const row of rows.slice(0, 4)) {
    expect(row).toMatchObject({ implementation: 'nacre', backend: 'wasm', measurements: 1 });
    expect(row.microsecondsPerSample).toBeGreaterThan(0);
    expect(row.fractionOfFloor).toBeGreaterThan(0);
    expect(row.nearerFloor).toBe('arithmetic');
    expect(row.gflops! * row.microsecondsPerSample! * 1000).toBeCloseTo(2 * (784 * 128 * 2 + 128 * 10 * 3), 3);
    expect(row).not.toHaveProperty('note');
  }
  for (const row of rows.slice(4)) expect(row.gflops ?? row.gigabytesPerSecond).toBeGreaterThan(0);
  expect(output).toMatch(/^first +nacre-wasm +2 +\d/m);
  expect(output).toMatch(/^loop: nacre-wasm on 2 threads reaches \d+\.\d\d of the speed of fit$/m);
});

test('starts are measured over whole processes', async () => {
  const { rows, output } = await bench('--only', '^(first-start/nacre-wasm|first-compile)');
  expect(rows.map(nameOf)).toEqual(['first-start/nacre-wasm-2', 'first-compile/nacre-native-2']);
  const [start, compile] = rows;
  for (const row of rows) {
    expect(row).not.toHaveProperty('note');
    expect(row.seconds).toBeGreaterThan(0);
  }
  expect(start).not.toHaveProperty('compileSeconds');
  expect(compile!.compileSeconds).toBeLessThan(compile!.seconds!);
  expect(output).toMatch(
    /^first-start +nacre-wasm +2 +\d+\.\d\d s to the first step, at least \d+\.\d\d; the bar is 0\.4 s$/m,
  );
});

test('so are imports, and predictions by a network from a file', async () => {
  const { rows, output } = await bench('--only', '^(import|cnn-load-weights-h5)/nacre-(none|wasm)');
  expect(rows.map(nameOf)).toEqual(['import/nacre-none-1', 'cnn-load-weights-h5/nacre-wasm-2']);
  for (const row of rows) expect(row).not.toHaveProperty('note');
  const [imported, loaded] = rows;
  expect(imported!.seconds).toBeGreaterThan(0);
  expect(imported).not.toHaveProperty('barSeconds');
  expect(loaded).toMatchObject({ measurements: 1, barSeconds: 0.5, leastSeconds: loaded!.seconds });
  expect(output).toMatch(/^import +nacre-none +1 +\d+\.\d\d s to the end of import, at least/m);
  expect(output).toMatch(/^cnn-load-weights-h5 +nacre-wasm +2 +\d+\.\d\d s to the first prediction, at least/m);
});

test('so are memory and the time to a trained network', async () => {
  const { rows, output } = await bench('--only', '^(cnn-memory|first-trained)/nacre-wasm');
  expect(rows.map(nameOf)).toEqual(['cnn-memory/nacre-wasm-2', 'first-trained/nacre-wasm-2']);
  for (const row of rows) expect(row).not.toHaveProperty('note');
  const [memory, trained] = rows;
  expect(memory!.peakMegabytes).toBeGreaterThan(60);
  expect(trained!.seconds).toBeGreaterThan(0);
  expect(trained!.accuracy).toBeGreaterThan(leastAccuracy.first);
  expect(output).toMatch(/^first-trained +nacre-wasm +2 +\d+\.\d\d s to a test accuracy of 9\d\.\d\d%$/m);
});

test('inference and single computations are checked and timed too', async () => {
  const { rows, output } = await bench('--only', '^(first-infer-b1|matmul-64|matmul-64-call|conv-13x13.*)/nacre.*wasm');
  const named = (name: string): Row => rows.find((row) => nameOf(row) === name)!;
  expect(rows.filter(({ implementation }) => implementation !== 'floor').map(nameOf)).toEqual([
    'first-infer-b1/nacre-wasm-2',
    'first-infer-b1/nacre-compile-wasm-2',
    'matmul-64/nacre-wasm-2',
    'matmul-64-call/nacre-wasm-2',
    'conv-13x13x32-3x3x64-valid/nacre-wasm-2',
  ]);
  for (const row of rows) expect(row).not.toHaveProperty('note');
  const product = named('matmul-64/nacre-wasm-2');
  expect(product.gflops! * product.microsecondsPerSample! * 1000).toBeCloseTo(2 * 64 ** 3, 3);
  expect(product).not.toHaveProperty('p50Microseconds');
  for (const name of ['first-infer-b1/nacre-wasm-2', 'matmul-64-call/nacre-wasm-2']) {
    const { p50Microseconds: p50, p99Microseconds: p99 } = named(name);
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50!);
  }
  expect(output).toMatch(/^matmul-64-call +nacre-wasm +2 .*a call: p50 /m);
});

test('what is not there shows as such, and is no failure', async () => {
  vi.stubEnv('NACRE_BENCH_PYTHON', join(folder, 'nowhere', 'python'));
  const { rows, output } = await bench('--only', '^first/jax-jit', '--peers', 'all');
  expect(rows[0]).toMatchObject({ workload: 'first', microsecondsPerSample: null, gflops: null });
  expect(rows[0]!.note).toMatch(/^not installed/);
  expect(output).toMatch(/^first +jax-jit +2 +not installed/m);
});
