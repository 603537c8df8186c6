// Runs the benchmarks on next to nothing: whether they measure, not what.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPrograms, builtProgram, runNode } from '../tests/support/programs.js';
import { nameOf, type Row } from './plan.js';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-bench-'));
  await buildPrograms();
}, 300_000);
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
  const { rows, output } = await bench('--only', '^(first|loop)/');
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
    expect(row.gflops! * row.microsecondsPerSample! * 1000).toBeCloseTo(2 * (784 * 128 * 2 + 128 * 10 * 3), 3);
    expect(row).not.toHaveProperty('note');
  }
  for (const row of rows.slice(4)) expect(row.gflops ?? row.gigabytesPerSecond).toBeGreaterThan(0);
  expect(output).toMatch(/^first +nacre-wasm +2 +\d/m);
  expect(output).toMatch(/^loop: nacre-wasm on 2 threads reaches \d+\.\d\d of the speed of fit$/m);
});

test('starts and memory are measured over whole processes', async () => {
  const { rows } = await bench('--only', '^first-start|cnn-memory');
  expect(rows.map(nameOf)).toEqual(['first-start/nacre-wasm-2', 'cnn-memory/nacre-wasm-2']);
  expect(rows[0]!.secondsToFirstStep).toBeGreaterThan(0);
  expect(rows[1]!.residentMegabytes).toBeGreaterThan(10);
});
