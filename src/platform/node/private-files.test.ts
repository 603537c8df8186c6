import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  directoryProblem,
  makePrivateDirectory,
  readPrivateFile,
  readRecord,
  temporaryDirectory,
  writePrivateFile,
  writeRecord,
} from './private-files.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-private-'));
  path = join(folder, 'file');
});

afterEach(() => rm(folder, { recursive: true }));

const isRoot = process.getuid?.() === 0;
const somebody = 65_534;
const modeOf = async (name: string): Promise<number> => (await lstat(name)).mode & 0o777;

describe('a private folder', () => {
  test('is made with those above it, and entered by nobody else', async () => {
    const made = join(folder, 'a', 'b');
    expect(await makePrivateDirectory(made)).toBeUndefined();
    expect(await makePrivateDirectory(made)).toBeUndefined();
    expect(await modeOf(made)).toBe(0o700);
    expect(await modeOf(join(folder, 'a'))).toBe(0o700);
  });

  test('is not one that is missing, a file, a link, or open to others', async () => {
    await writeFile(path, '');
    await mkdir(join(folder, 'open'));
    await symlink(join(folder, 'open'), join(folder, 'link'));
    expect(await directoryProblem(join(folder, 'none'))).toBe('does not exist');
    expect(await directoryProblem(path)).toBe('is not a folder');
    expect(await directoryProblem(join(folder, 'link'))).toBe('is not a folder');
    for (const mode of [0o770, 0o702, 0o777]) {
      await chmod(join(folder, 'open'), mode);
      expect(await makePrivateDirectory(join(folder, 'open'))).toBe('can be written to by other users');
    }
    await chmod(join(folder, 'open'), 0o755);
    expect(await makePrivateDirectory(join(folder, 'open'))).toBeUndefined();
  });

  test("is not another user's", async () => {
    // Whoever runs this, one of the two is not theirs.
    if (isRoot) await chown(folder, somebody, somebody);
    expect(await directoryProblem(isRoot ? folder : '/etc')).toBe('belongs to another user');
  });

  test('that cannot be made is a reason, not an error', async () => {
    await writeFile(path, '');
    expect(await makePrivateDirectory(join(path, 'below'))).toMatch(/^cannot be /);
  });
});

describe('a private file', () => {
  test('is written whole, leaves nothing beside it, and is for this user alone', async () => {
    await writePrivateFile(path, Uint8Array.of(1, 2, 3));
    await writePrivateFile(path, Uint8Array.of(4));
    expect([...(await readPrivateFile(path))!]).toEqual([4]);
    expect(await readdir(folder)).toEqual(['file']);
    expect(await modeOf(path)).toBe(0o600);
  });

  test('that cannot be written leaves nothing behind', async () => {
    await mkdir(join(path, 'full'), { recursive: true });
    await expect(writePrivateFile(path, 'text')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('is not read when it is missing, a folder, a link, or could be written by others', async () => {
    await writeFile(path, 'text', { mode: 0o600 });
    await symlink(path, join(folder, 'link'));
    expect(new TextDecoder().decode(await readPrivateFile(path))).toBe('text');
    expect(await readPrivateFile(join(folder, 'none'))).toBeUndefined();
    expect(await readPrivateFile(folder)).toBeUndefined();
    expect(await readPrivateFile(join(folder, 'link'))).toBeUndefined();
    for (const mode of [0o620, 0o602]) {
      await chmod(path, mode);
      expect(await readPrivateFile(path)).toBeUndefined();
    }
  });

  // Only root can give a file away.
  test.runIf(isRoot)("is not read when it is another user's", async () => {
    await writeFile(path, 'text', { mode: 0o600 });
    await chown(path, somebody, somebody);
    expect(await readPrivateFile(path)).toBeUndefined();
  });
});

describe('a record', () => {
  const content = { text: 'Zeile\n', list: [1, 0.5, null] };

  test('reads as it was written', async () => {
    await writeRecord(folder, 'record', content);
    expect(await readRecord(folder, 'record')).toEqual(content);
    expect(await readRecord(folder, 'none')).toBeUndefined();
  });

  test('counts as missing with any byte changed, cut short, empty, or under another name', async () => {
    await writeRecord(folder, 'record', content);
    const file = join(folder, 'record');
    const bytes = await readFile(file);
    let changes = 0;
    for (let position = 0; position < bytes.length; position++) {
      const damaged = Buffer.from(bytes);
      damaged[position]! ^= 1;
      await writeFile(file, damaged);
      expect(await readRecord(folder, 'record'), `byte ${position}`).toBeUndefined();
      changes++;
    }
    expect(changes).toBeGreaterThan(100);
    for (const text of ['', bytes.toString().slice(0, -2), 'null', '3', '{}', '{"content":1}', '"text"', '[]']) {
      await writeFile(file, text);
      expect(await readRecord(folder, 'record'), text).toBeUndefined();
    }
    await writeRecord(folder, 'record', content);
    await rename(file, join(folder, 'other'));
    expect(await readRecord(folder, 'other')).toBeUndefined();
  });
});

test('a temporary folder is for this user alone, and can go with all in it', async () => {
  const temporary = temporaryDirectory();
  expect(await directoryProblem(temporary.path)).toBeUndefined();
  expect(await modeOf(temporary.path)).toBe(0o700);
  await writeFile(join(temporary.path, 'file'), 'text');
  await temporary.remove();
  expect(await directoryProblem(temporary.path)).toBe('does not exist');
});
