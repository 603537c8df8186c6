// A process that has used a backend with workers ends by itself, and not before its work is done.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-exit-'));
  await build({
    logLevel: 'error',
    configFile: false,
    build: {
      ssr: fileURLToPath(new URL('idle-program.ts', import.meta.url)),
      outDir: folder,
      rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  });
});

afterAll(() => rm(folder, { recursive: true }));

/** What the program prints, and its exit code. */
function runProgram(...args: string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    // A process that does not end is killed, and fails the test.
    execFile(process.execPath, [join(folder, 'program.mjs'), ...args], { timeout: 50_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, output: stdout + stderr });
    });
  });
}

const backends = ['wasm, shared memory', 'wasm, unshared memory', 'native'];

test.each(backends)('a process whose workers are idle ends (%s)', async (backend) => {
  expect(await runProgram(backend)).toEqual({ code: 0, output: 'counted to 100000\n' });
});

test.each(backends)('a process waits for a run under way (%s)', async (backend) => {
  expect(await runProgram(backend, 'busy')).toEqual({ code: 0, output: 'counted to 100000\nand on\n' });
});

test.each(backends)('a process can exit in the middle of a run (%s)', async (backend) => {
  expect(await runProgram(backend, 'exit')).toEqual({ code: 3, output: 'counted to 100000\n' });
});
