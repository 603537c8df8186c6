import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { codeStore, codeStoreState } from './code-store.js';
import { sha256 } from './private-files.js';

let folder: string;
let directory: string;
let temporary: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-store-'));
  directory = join(folder, 'cache', 'native');
  temporary = join(folder, 'temporary');
  await mkdir(temporary);
  // The processes that run tests do not end as others do, and would leave their temporary folders behind.
  vi.stubEnv('TMPDIR', temporary);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const store = (byteLimit = 1_000_000) => codeStore({ directory, byteLimit });
const code = Uint8Array.from({ length: 500 }, (_, index) => index % 251);
const recordOf = (key: string): string => join(directory, `${sha256(key)}.json`);

/** Sets when the files of a key were last used, in seconds from some start. */
async function usedAt(key: string, path: string, seconds: number): Promise<void> {
  for (const file of [path, recordOf(key)]) await utimes(file, 1_000_000 + seconds, 1_000_000 + seconds);
}

test('what was kept is found, in this process and the next', async () => {
  const first = store();
  expect(await first.find('key')).toBeUndefined();
  const kept = await first.keep('key', code, 'a program');
  expect(kept).toEqual({ path: join(directory, `${sha256(code)}.node`), description: 'a program' });
  expect(new Uint8Array(await readFile(kept.path))).toEqual(code);
  for (const other of [first, store()]) {
    expect(await other.find('key')).toEqual(kept);
    expect(await other.find('another key')).toBeUndefined();
  }
  expect((await readdir(directory)).sort()).toEqual([`${sha256(code)}.node`, `${sha256('key')}.json`].sort());
});

test('the folder and its files are for this user alone', async () => {
  const { path } = await store().keep('key', code, '');
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  for (const file of [path, recordOf('key')]) expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('keys may share code, and a key may get other code', async () => {
  const keeper = store();
  const one = await keeper.keep('one', code, 'first');
  const two = await keeper.keep('two', code, 'second');
  expect(two.path).toBe(one.path);
  expect(await keeper.find('one')).toEqual(one);
  const other = await keeper.keep('one', code.subarray(1), 'other');
  expect(other.path).not.toBe(one.path);
  expect(await store().find('one')).toEqual(other);
  expect(await store().find('two')).toEqual(two);
});

describe('what is damaged or foreign counts as missing, and is made good by keeping it again', () => {
  const damages: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    'code with a changed byte': (path) => writeFile(path, code.with(7, 99)),
    'code cut short': (path) => writeFile(path, code.subarray(0, 100)),
    'code removed': (path) => rm(path),
    'code open to others': (path) => chmod(path, 0o666),
    'code that is a link': async (path) => {
      await writeFile(join(folder, 'elsewhere'), code, { mode: 0o600 });
      await rm(path);
      await symlink(join(folder, 'elsewhere'), path);
    },
    'a record with a changed byte': async () => {
      const text = await readFile(recordOf('key'), 'utf8');
      await writeFile(recordOf('key'), text.replace('a program', 'b program'));
    },
    'an empty record': () => writeFile(recordOf('key'), ''),
    'a record open to others': () => chmod(recordOf('key'), 0o620),
    "another key's record": async () => {
      await store().keep('other', code, 'other');
      await writeFile(recordOf('key'), await readFile(recordOf('other')));
    },
  };
  test.each(Object.keys(damages))('%s', async (name) => {
    const { path } = await store().keep('key', code, 'a program');
    await damages[name]!(path);
    expect(await store().find('key')).toBeUndefined();
    const again = await store().keep('key', code, 'a program');
    expect(again.path).toBe(path);
    expect(await store().find('key')).toEqual(again);
  });
});

describe('a folder that is not to be trusted is not used', () => {
  test.each([0o777, 0o770])('permissions %o', async (mode) => {
    const { path } = await store().keep('key', code, 'a program');
    await chmod(directory, mode);
    const before = await readdir(directory);
    const careful = store();
    expect(await careful.find('key')).toBeUndefined();
    const kept = await careful.keep('key', code, 'own');
    expect(kept.path).not.toBe(path);
    expect(await careful.find('key')).toEqual(kept);
    // For this process alone.
    expect(await store().find('key')).toBeUndefined();
    expect(await readdir(directory)).toEqual(before);
    expect((await codeStoreState(directory)).problem).toBe('can be written to by other users');
  });

  test('a link to a folder', async () => {
    await mkdir(join(folder, 'elsewhere'), { mode: 0o700 });
    await mkdir(join(folder, 'cache'));
    await symlink(join(folder, 'elsewhere'), directory);
    const kept = await store().keep('key', code, 'own');
    expect(dirname(dirname(kept.path))).toBe(temporary);
    expect(await readdir(join(folder, 'elsewhere'))).toEqual([]);
  });
});

test('where the folder takes nothing, code is kept for this process in a folder of its own', async () => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // A folder of the record's name, with something in it, is in the way of whoever writes it, root too.
  await mkdir(join(recordOf('key'), 'in the way'), { recursive: true });
  const alone = store();
  const kept = await alone.keep('key', code, 'own');
  expect(dirname(dirname(kept.path))).toBe(temporary);
  expect((await stat(dirname(kept.path))).mode & 0o777).toBe(0o700);
  expect(new Uint8Array(await readFile(kept.path))).toEqual(code);
  expect(await alone.find('key')).toEqual(kept);
  expect(await store().find('key')).toBeUndefined();
  // Systems clear their folder for temporary files.
  await rm(dirname(kept.path), { recursive: true });
  expect(await alone.find('key')).toBeUndefined();
  const again = await alone.keep('key', code, 'own');
  expect(await alone.find('key')).toEqual(again);
});

describe('the folder is bounded', () => {
  const big = (byte: number): Uint8Array => new Uint8Array(10_000).fill(byte);

  test('and what was not used for longest goes first', async () => {
    const keeper = store(33_000);
    for (const [position, key] of ['a', 'b', 'c'].entries())
      await usedAt(key, (await keeper.keep(key, big(position), key)).path, position);
    // Finding is using.
    expect(await keeper.find('a')).toBeDefined();
    await keeper.keep('d', big(3), 'd');
    const found = await Promise.all(['a', 'b', 'c', 'd'].map((key) => store().find(key)));
    expect(found.map((stored) => stored?.description)).toEqual(['a', undefined, 'c', 'd']);
    expect((await codeStoreState(directory)).byteLength).toBeLessThanOrEqual(33_000);
  });

  test('but what was just kept stays, however big', async () => {
    const keeper = store(5_000);
    const kept = await keeper.keep('a', big(1), 'a');
    expect(await store().find('a')).toEqual(kept);
    const next = await keeper.keep('b', big(2), 'b');
    expect(await store().find('a')).toBeUndefined();
    expect(await store().find('b')).toEqual(next);
    expect((await readdir(directory)).length).toBe(2);
  });

  test('files left unfinished go after an hour, those of others never', async () => {
    const keeper = store(1);
    const unfinished = `${sha256('x')}.node.0123456789ab.tmp`;
    await keeper.keep('a', big(1), 'a');
    await writeFile(join(directory, unfinished), 'half');
    await writeFile(join(directory, 'notes.txt'), 'mine');
    await keeper.keep('b', big(2), 'b');
    expect(await readdir(directory)).toContain(unfinished);
    await utimes(join(directory, unfinished), 1_000_000, 1_000_000);
    await keeper.keep('c', big(3), 'c');
    const names = await readdir(directory);
    expect(names).not.toContain(unfinished);
    expect(names).toContain('notes.txt');
  });
});

test('its state counts programs and bytes', async () => {
  expect(await codeStoreState(directory)).toEqual({ directory, problem: undefined, byteLength: 0, programs: 0 });
  await store().keep('one', code, '');
  await store().keep('two', code, '');
  await store().keep('three', code.subarray(100), '');
  const state = await codeStoreState(directory);
  expect(state.programs).toBe(2);
  expect(state.byteLength).toBeGreaterThan(900);
});
