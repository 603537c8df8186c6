// Compiled code that is kept by processes beside and after each other, and what they leave behind. These tests need a C
// compiler that works.
import { spawn } from 'node:child_process';
import { access, chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

let built: string;
let folder: string;
let directory: string;
let temporary: string;

beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'nacre-tools-'));
  // One of the tests runs it as another user.
  await chmod(built, 0o755);
  await build({
    logLevel: 'error',
    configFile: false,
    build: {
      ssr: fileURLToPath(new URL('native-tools-program.ts', import.meta.url)),
      outDir: built,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  });
});

afterAll(() => rm(built, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-tools-'));
  directory = join(folder, 'native');
  temporary = join(folder, 'temporary');
  await mkdir(temporary);
});

afterEach(async () => {
  await chmod(directory, 0o700).catch(() => undefined);
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly output: Record<string, unknown>;
}

/** Runs the program to its end; what it prints is JSON. */
function run(args: readonly string[], user?: number): Promise<Ended> {
  const child = spawn(process.execPath, [join(built, 'program.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: built,
    env: { ...process.env, TMPDIR: temporary },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (output === '') reject(new Error(complaints));
      else resolve({ code, output: JSON.parse(output) as Record<string, unknown> });
    });
  });
}

const exists = (path: unknown): Promise<boolean> =>
  access(path as string).then(
    () => true,
    () => false,
  );

test('two processes that keep and find the same keys at once find nothing that is half or another', async () => {
  const ended = await Promise.all([run(['race', directory, '1']), run(['race', directory, '2'])]);
  for (const { code, output } of ended) {
    expect(code).toBe(0);
    expect(output.wrong).toBe(0);
    expect(output.found).toBeGreaterThan(100);
  }
  // Nothing unfinished, and nothing beside the 3 codes and 4 keys.
  const names = await readdir(directory);
  expect(names.filter((name) => !/^[0-9a-f]{64}\.(json|node)$/.test(name))).toEqual([]);
  expect(names.length).toBe(7);
  expect(await readdir(temporary)).toEqual([]);
});

test('a read-only folder is still read, and what is new lasts as long as its process', async () => {
  const filled = await run(['fill', directory]);
  // Nothing is read-only to root, which can be somebody else instead.
  const somebody = process.getuid?.() === 0 ? 65_534 : undefined;
  if (somebody !== undefined) {
    await chmod(folder, 0o755);
    for (const path of [directory, temporary]) await chown(path, somebody, somebody);
    for (const name of await readdir(directory)) await chown(join(directory, name), somebody, somebody);
  }
  await chmod(directory, 0o500);
  const { code, output } = await run(['keep', directory], somebody);
  expect(code).toBe(0);
  expect(output.before).toBe(filled.output.kept);
  expect(output.found).toBe(output.kept);
  expect(dirname(dirname(output.kept as string))).toBe(temporary);
  expect(await exists(output.before)).toBe(true);
  expect(await exists(output.kept)).toBe(false);
  expect(await readdir(temporary)).toEqual([]);
});

test('the second process finds the compiler without starting a program', async () => {
  const [first, second] = [await run(['compiler', directory]), await run(['compiler', directory])];
  expect(first.output).toMatchObject({ atStart: false, afterwards: true });
  expect(second.output).toMatchObject({ atStart: false, afterwards: false });
  expect(second.output.identity).toBe(first.output.identity);
  expect(second.output.description).toBe(first.output.description);
});

test('a process that exits while it compiles leaves nothing behind', async () => {
  await mkdir(directory);
  await chmod(directory, 0o777);
  const { code, output } = await run(['exit', directory]);
  expect(code).toBe(0);
  expect(output.folders).toBe(2);
  expect((output.own as string).startsWith(temporary)).toBe(true);
  expect(await readdir(temporary)).toEqual([]);
});
