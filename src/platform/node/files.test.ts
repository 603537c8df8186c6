import { chmod, mkdtemp, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFiles as files } from './files.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-files-'));
  path = join(folder, 'file');
});

afterEach(() => rm(folder, { recursive: true }));

const bytesOf = async (name: string): Promise<number[]> => [...(await files.read(name))!];

describe('nodeFiles', () => {
  test('reads what was written, and leaves nothing beside it', async () => {
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 253);
    await files.write(path, bytes.subarray(5));
    expect(Buffer.compare((await files.read(path))!, bytes.subarray(5))).toBe(0);
    expect(await files.size(path)).toBe(bytes.length - 5);
    await files.write(path, Uint8Array.of(1, 2));
    expect(await bytesOf(path)).toEqual([1, 2]);
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('reads a large file, which it does in pieces', async () => {
    const bytes = Uint8Array.from({ length: 9_000_001 }, (_, index) => (index * index) >>> 8);
    await files.write(path, bytes);
    const read = (await files.read(path))!;
    expect(read.length).toBe(bytes.length);
    expect(Buffer.compare(read, bytes)).toBe(0);
  });

  test('a reader sees the old bytes or the new ones, never a part', async () => {
    const versions = [1, 2].map((value) => new Uint8Array(2_000_000).fill(value));
    await files.write(path, versions[0]!);
    const writing = (async () => {
      for (let round = 1; round <= 6; round++) await files.write(path, versions[round % 2]!);
      return 'done';
    })();
    let state: string | undefined;
    do {
      const seen = (await files.read(path))!;
      expect(seen.length).toBe(2_000_000);
      expect(seen.every((byte) => byte === seen[0])).toBe(true);
      state = await Promise.race([writing, Promise.resolve(undefined)]);
    } while (state === undefined);
  });

  test('a missing file reads as undefined and is removed without an error', async () => {
    expect(await files.read(path)).toBeUndefined();
    expect(await files.size(path)).toBeUndefined();
    expect(await files.exists(path)).toBe(false);
    await files.remove(path);
    await files.write(path, new Uint8Array(0));
    expect(await files.read(join(path, 'below a file'))).toBeUndefined();
    expect(await files.exists(path)).toBe(true);
    expect(await files.size(path)).toBe(0);
    await files.remove(path);
    expect(await files.exists(path)).toBe(false);
  });

  test('a folder exists but has no size', async () => {
    await files.makeDirectory(join(folder, 'a', 'b'));
    await files.makeDirectory(join(folder, 'a', 'b'));
    expect(await files.exists(join(folder, 'a', 'b'))).toBe(true);
    expect(await files.size(join(folder, 'a', 'b'))).toBeUndefined();
  });

  test('lists what a folder holds, by name', async () => {
    await files.makeDirectory(join(folder, 'B'));
    await files.write(path, Uint8Array.of(1));
    await symlink(join(folder, 'B'), join(folder, 'a'));
    await symlink(path, join(folder, 'c'));
    await symlink(join(folder, 'nowhere'), join(folder, 'broken'));
    await symlink(join(folder, 'circle'), join(folder, 'circle'));
    expect(await files.list(folder)).toEqual([
      { name: 'B', kind: 'folder', isLink: false },
      { name: 'a', kind: 'folder', isLink: true },
      { name: 'c', kind: 'file', isLink: true },
      { name: 'file', kind: 'file', isLink: false },
    ]);
    expect(await files.list(join(folder, 'B'))).toEqual([]);
    expect(await files.list(join(folder, 'none'))).toBeUndefined();
    expect(await files.list(path)).toBeUndefined();
  });

  test('writes in place from an offset on', async () => {
    await files.writeAt(path, 0, Uint8Array.of(1, 2, 3));
    await files.writeAt(path, 2, Uint8Array.of(7, 8));
    expect(await bytesOf(path)).toEqual([1, 2, 7, 8]);
    await files.writeAt(path, 0, Uint8Array.of(5));
    expect(await bytesOf(path)).toEqual([5, 2, 7, 8]);
  });

  test('says what stands in the way, and leaves nothing behind', async () => {
    await expect(files.write(join(folder, 'none', 'file'), Uint8Array.of(1))).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: expect.stringMatching(
          /^Could not write '.*none.file': ENOENT.* A folder of the path does not exist\.$/,
        ) as string,
      }),
    );
    await expect(files.writeAt(join(folder, 'none', 'file'), 0, Uint8Array.of(1))).rejects.toThrow('Could not write');
    await expect(files.read(folder)).rejects.toThrow(/^Could not read '.*': EISDIR.* It is a folder/);
    await expect(files.write(folder, Uint8Array.of(1))).rejects.toThrow('It is a folder');
    await expect(files.remove(folder)).rejects.toThrow('Could not remove');
    await files.write(path, Uint8Array.of(1));
    await expect(files.makeDirectory(path)).rejects.toThrow('Could not make the folder');
    expect(await readdir(folder)).toEqual(['file']);
    await rm(path);
  });

  test.skipIf(process.platform === 'win32')('keeps the permissions of a file, and a link a link', async () => {
    await files.write(path, Uint8Array.of(1));
    await chmod(path, 0o600);
    const link = join(folder, 'link');
    await symlink(path, link);
    await files.write(link, Uint8Array.of(2));
    expect(await readlink(link)).toBe(path);
    expect(await bytesOf(path)).toEqual([2]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
