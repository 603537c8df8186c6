// One of these tests needs a C compiler that works.
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nativeDirectory, nodeNativeTools } from './native-tools.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-tools-'));
});

afterEach(() => rm(folder, { recursive: true }));

test("compiled code lies in Nacre's cache folder, in one of its own", async () => {
  expect(nativeDirectory({ NACRE_CACHE: folder })).toBe(join(folder, 'native'));
  const { store } = nodeNativeTools({ environment: { NACRE_CACHE: folder } });
  const { path } = await store.keep('key', Uint8Array.of(1), 'a program');
  expect(path.startsWith(join(folder, 'native', ''))).toBe(true);
  expect(await store.find('key')).toEqual({ path, description: 'a program' });
});

test('a compiler is looked for once, and again only after there was none', async () => {
  const environment = { PATH: join(folder, 'bin') };
  const tools = nodeNativeTools({ environment, directory: join(folder, 'native') });
  await expect(tools.findCompiler()).rejects.toThrow('No C compiler works here');
  // Installed meanwhile, where all of this process's programs are.
  const installed = nodeNativeTools({ directory: join(folder, 'other') });
  const path = / \((.*)\)$/.exec((await installed.findCompiler()).description)![1]!;
  await symlink(join(path, '..'), environment.PATH);
  const compiler = await tools.findCompiler();
  expect(compiler.description).toContain(environment.PATH);
  expect(await tools.findCompiler()).toBe(compiler);
  expect(await tools.findCompiler(process.arch === 'arm64' ? 'neon' : 'sse2')).not.toBe(compiler);
});
