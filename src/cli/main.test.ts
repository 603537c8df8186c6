// Runs the built command as a user does, in a process of its own.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFile, runCommand, type Ended } from '../../tests/support/command.js';
import { buildPrograms } from '../../tests/support/programs.js';
import type { DoctorReport } from './doctor.js';

let cache = '';
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'nacre-doctor-'));
  await buildPrograms();
}, 300_000);
afterAll(() => rm(cache, { recursive: true }));

const nacre = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  runCommand(args, { NACRE_CACHE: cache, ...environment });

async function report(environment: Readonly<Record<string, string>>, code = 0): Promise<DoctorReport> {
  const ended = await nacre(['doctor', '--quick', '--json'], environment);
  // A compiler that takes long says so, and how long it takes is the machine's affair.
  expect(ended.complaints.replace(/^Compiling this program for the machine.*\n/gm, '')).toBe('');
  expect(ended.code).toBe(code);
  return JSON.parse(ended.output) as DoctorReport;
}

describe('nacre', () => {
  test('is installed by its name, as a program', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      bin: Record<string, string>;
      version: string;
    };
    const repository = fileURLToPath(new URL('../../', import.meta.url));
    expect(Object.entries(manifest.bin).map(([name, file]) => [name, join(repository, file)])).toEqual([
      ['nacre', commandFile],
    ]);
    expect(await readFile(commandFile, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(await nacre(['--version'])).toEqual({ code: 0, output: `${manifest.version}\n`, complaints: '' });
  });

  test('says what it does', async () => {
    const help = await nacre(['--help']);
    expect(help).toMatchObject({ code: 0, complaints: '' });
    expect(help.output).toMatch(/^ {2}doctor /m);
    expect(await nacre([])).toEqual(help);
    expect((await nacre(['doctor', '-h'])).output).toMatch(/^ {2}--json /m);
  });

  test('reports what it does not know', async () => {
    expect(await nacre(['doktor'])).toEqual({
      code: 2,
      output: '',
      complaints:
        'Unknown command doktor. Did you mean doctor? Known: train, evaluate, predict, report, summary, convert, doctor, completion.\nSee nacre --help.\n',
    });
    const slip = await nacre(['doctor', '--quik']);
    expect(slip.code).toBe(2);
    expect(slip.complaints).toMatch(/Did you mean --quick\?.*\nSee nacre doctor --help\.\n$/);
    const wrong = await nacre(['doctor'], { NACRE_BACKEND: 'wsam' });
    expect(wrong).toMatchObject({ code: 1, output: '' });
    expect(wrong.complaints).toMatch(/^Unknown backend in NACRE_BACKEND 'wsam'\. Did you mean 'wasm'\? .*\n$/);
  });
});

describe('nacre doctor', () => {
  test('finds the backends, the compiler and the cache, and measures', async () => {
    const { backends, used, compiler, ...rest } = await report({ NACRE_THREADS: '2' });
    expect(backends.map(({ name }) => name)).toEqual(['native', 'wasm', 'reference']);
    for (const backend of backends) {
      if (!backend.works) throw new Error(`${backend.name}: ${backend.reason}`);
      expect(backend.threads).toBe(backend.name === 'reference' ? 1 : 2);
      expect(backend.speeds.gigaflopsPerSecond).toBeGreaterThan(0);
      expect(backend.speeds.gigabytesPerSecond).toBeGreaterThan(0);
    }
    expect(used.name).toBe('native');
    expect(compiler.description).toMatch(/^(gcc|clang|Apple clang) \d/);
    expect(rest.versions.node).toBe(process.versions.node);
    expect(rest.processor.name).not.toBe('');
    expect(rest.cache).toEqual({ directory: join(cache, 'native'), programs: 0, byteLength: 0 });
    // What it compiled to measure is there the next time.
    const next = await report({});
    expect(next.cache.programs).toBeGreaterThan(0);
    expect(next.cache.byteLength).toBeGreaterThan(1000);
  });

  test('without a compiler says why and what to do, and goes on', async () => {
    const { backends, used, compiler } = await report({ PATH: '', CC: '' });
    expect(compiler.reason).toMatch(/^No C compiler works here .* Install /);
    expect(backends[0]).toEqual({ name: 'native', works: false, reason: compiler.reason });
    expect(backends.slice(1).every(({ works }) => works)).toBe(true);
    expect(used.name).toBe('wasm');
  });

  test('fails where the backend that was chosen does not work', async () => {
    const { used } = await report({ PATH: '', CC: '', NACRE_BACKEND: 'native' }, 1);
    expect(used).toEqual({ reason: 'NACRE_BACKEND names native, which does not work here' });
  });

  test('uses the backend and the instructions that were chosen', async () => {
    const instructions = process.arch === 'arm64' ? 'neon' : 'sse2';
    const { used, compiler } = await report({ NACRE_BACKEND: 'reference', NACRE_ISA: instructions });
    expect(used.name).toBe('reference');
    expect(compiler.description === undefined ? compiler.reason : compiler.instructionSet).toBe(instructions);
  });

  test('prints it for people', async () => {
    const { code, output } = await nacre(['doctor', '--quick']);
    expect(code).toBe(0);
    expect(output).toMatch(/^C compiler +(gcc|clang|Apple clang) /m);
    expect(output).toMatch(/^wasm +\d+ +[\d.]+ GFLOP\/s +[\d.]+ GB\/s$/m);
  });
});
