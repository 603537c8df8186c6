// Where there is no room or no permission, saving says so with the path, keeps the old file, and leaves nothing beside it.
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const endings = ['.safetensors', '.keras', '.h5', '.weights.h5', '.npz', '.onnx', '.json'];

/** What an error names: of a model.json, the file of the weights, which is written first. */
const named = (path: string): string => (path.endsWith('.json') ? `${path.slice(0, -5)}-1of1-[0-9a-f]{16}.bin` : path);

let program: string;
let root: string;
let folder: string;
let paths: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nacre-unwritable-'));
  await chmod(root, 0o755);
  program = join(root, 'program', 'program.mjs');
  await build({
    logLevel: 'error',
    configFile: false,
    // Another user may not see where the packages lie.
    ssr: { noExternal: true },
    build: {
      ssr: fileURLToPath(new URL('save-once-program.ts', import.meta.url)),
      outDir: join(root, 'program'),
      rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  });
});

afterAll(() => rm(root, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'models-'));
  paths = endings.map((ending) => join(folder, `model${ending}`));
  for (const path of paths) await writeFile(path, `old ${path}`);
});

/** Runs the program after `before` in a shell; gives its lines. */
function savedAfter(before: string, user?: number): string[] {
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['-c', `${before} && exec "$0" "$@"`, process.execPath, program, ...paths],
    {
      encoding: 'utf8',
      env: { ...process.env, NACRE_BACKEND: 'wasm' },
      ...(user === undefined ? {} : { uid: user, gid: user }),
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

async function expectOldFiles(): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(endings.map((ending) => `model${ending}`).sort());
  for (const path of paths) expect(await readFile(path, 'utf8')).toBe(`old ${path}`);
}

const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'bash', '-c', 'mount -t tmpfs -o size=64k none /tmp']).status === 0;

describe.skipIf(process.platform === 'win32')('saving where nothing can be written', () => {
  test('a limit of the size of files', async () => {
    const lines = savedAfter('ulimit -f 64');
    expect(lines).toHaveLength(paths.length);
    for (const [index, path] of paths.entries())
      expect(lines[index]).toMatch(
        new RegExp(`^DataError: Could not write '${named(path)}': EFBIG.* The file is larger than this user`),
      );
    await expectOldFiles();
  });

  // Needs namespaces, which some systems do not let every user have.
  test.skipIf(!canMount)(`a full disk${canMount ? '' : ' (left out: this user cannot mount a small one)'}`, () => {
    const script = `set -e
      cp -r "$FOLDER" "$FOLDER.disk"
      mount -t tmpfs -o size=256k none "$FOLDER"
      cp "$FOLDER.disk"/* "$FOLDER"
      "$0" "$@"
      diff -r "$FOLDER.disk" "$FOLDER" && echo 'the old files, and nothing else'
      rm -r "$FOLDER.disk"`;
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['-rm', 'bash', '-c', script, process.execPath, program, ...paths],
      {
        encoding: 'utf8',
        env: { ...process.env, FOLDER: folder, NACRE_BACKEND: 'wasm' },
      },
    );
    const lines = stdout.trim().split('\n');
    expect({ stderr, last: lines.pop() }).toEqual({ stderr: '', last: 'the old files, and nothing else' });
    expect(lines).toHaveLength(paths.length);
    for (const [index, path] of paths.entries())
      expect(lines[index]).toMatch(
        new RegExp(`^DataError: Could not write '${named(path)}': ENOSPC.* The disk is full\\.$`),
      );
  });

  test('a folder that may not be written to', async () => {
    // Permissions do not hold back the superuser, who tries as somebody else.
    const somebody = process.getuid?.() === 0 ? 65_534 : undefined;
    if (somebody !== undefined) {
      await chown(folder, somebody, somebody);
      for (const path of paths) await chown(path, somebody, somebody);
    }
    await mkdir(join(root, 'home'), { recursive: true, mode: 0o777 });
    await chmod(folder, 0o555);
    const lines = savedAfter(`export HOME=${join(root, 'home')} NACRE_CACHE=${join(root, 'home')}`, somebody);
    await chmod(folder, 0o755);
    expect(lines).toHaveLength(paths.length);
    for (const [index, path] of paths.entries())
      expect(lines[index]).toMatch(
        new RegExp(
          `^DataError: Could not write '${named(path)}': EACCES.* choose another folder or change its permissions`,
        ),
      );
    await expectOldFiles();
  });
});
