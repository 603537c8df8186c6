// What a module exports beside `run`, whose programs the other tests here run.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asOutput, at, buffer, kernel, kernelProgram, num, store } from '../../../../tests/support/kernels.js';
import { nodeNativeTools } from '../../../platform/node/native-tools.js';
import { printPrograms } from './print-program.js';

interface Module {
  readonly run: (...values: unknown[]) => void;
  readonly watch: (...values: unknown[]) => void;
}

async function loadModule(): Promise<Module> {
  const program = kernelProgram(
    [buffer('result', 'float32', 4, asOutput(0))],
    [[kernel([store(0, at(0), 4, num(1))])]],
  );
  const directory = await mkdtemp(join(tmpdir(), 'nacre-module-'));
  try {
    const compiler = await nodeNativeTools({ directory }).findCompiler();
    const path = join(directory, 'module.node');
    await writeFile(path, await compiler.compile([printPrograms([program], 4)]), { mode: 0o700 });
    const loaded = { exports: {} as Module };
    process.dlopen(loaded, path);
    return loaded.exports;
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('watch returns whether the word has the value or not, and refuses what is not bytes and numbers', async () => {
  const { run, watch } = await loadModule();
  const bytes = new Uint8Array(64);
  new Uint32Array(bytes.buffer)[3] = 7;
  expect(watch(bytes, 12, 7)).toBeUndefined();
  expect(watch(bytes, 12, 8)).toBeUndefined();
  expect(() => watch(bytes, 12)).toThrow(/watch: expected bytes, an address and a value/);
  expect(() => watch('bytes', 12, 7)).toThrow(/watch: expected bytes/);
  expect(() => run(bytes, 1, 0, 1, 1, 0, 0)).toThrow(/run: expected bytes, the number of a program/);
});
