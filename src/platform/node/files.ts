// Files on disk.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError, messageOf } from '../../base/errors.js';
import { sortedEntries, type Files, type FolderEntry } from '../../base/files.js';

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'The user may not do this; choose another folder or change its permissions.',
  EPERM: 'The user may not do this; choose another folder or change its permissions.',
  EROFS: 'The file system is read-only; choose another folder.',
  ENOSPC: 'The disk is full.',
  EFBIG: 'The file is larger than this user or this file system may have (see ulimit -f).',
  EDQUOT: "The user's disk quota is used up.",
  EISDIR: 'It is a folder; a file was expected.',
  ENOTDIR: 'A part of the path is a file, not a folder.',
  ENOENT: 'A folder of the path does not exist.',
};

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code);

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

function failure(doing: string, path: string, error: unknown): DataError {
  const remedy = remedies[codeOf(error)];
  return new DataError(
    `Could not ${doing} '${path}': ${messageOf(error)}.${remedy === undefined ? '' : ` ${remedy}`}`,
    {
      cause: error,
    },
  );
}

/** The result of `action`, or undefined when the file it needs does not exist. */
async function unlessMissing<T>(doing: string, path: string, action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw failure(doing, path, error);
  }
}

/** From this size on, several threads pay off, whose number is that of Node's own. */
const largeFile = 8 * 2 ** 20;
const pieces = 4;

/** Most of the time goes into memory that is touched for the first time: each thread does so for a piece of a large file. */
async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size < largeFile) return await handle.readFile();
    const bytes = new Uint8Array(size);
    const step = Math.ceil(size / pieces);
    const starts = Array.from({ length: pieces }, (_, index) => index * step);
    const read = await Promise.all(
      starts.map((start) => readInto(handle, bytes.subarray(start, Math.min(size, start + step)), start)),
    );
    // It became shorter meanwhile.
    return read.every(Boolean) ? bytes : await readFile(path);
  } finally {
    await handle.close();
  }
}

/** Whether the file had as many bytes from `offset` on; a single read may give fewer. */
async function readInto(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<boolean> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, offset + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

/** Writes all of `bytes` at `offset`; a single write may take fewer. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, offset + done);
    done += bytesWritten;
  }
}

/** Puts a folder's new names on the disk, where the system lets a folder be opened at all. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY).catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
    // Some systems and file systems know no such thing, and the file is there.
  } finally {
    await handle?.close();
  }
}

export const nodeFiles: Files = {
  read: async (path) => unlessMissing('read', path, readWhole(path)),

  size: async (path) => {
    const status = await unlessMissing('look at', path, stat(path));
    return status?.isFile() ? status.size : undefined;
  },

  exists: async (path) => (await unlessMissing('look at', path, stat(path))) !== undefined,

  list: async (path) => {
    const found = await unlessMissing('list', path, readdir(path, { withFileTypes: true }));
    if (found === undefined) return undefined;
    const entries = await Promise.all(
      found.map(async (entry): Promise<FolderEntry | undefined> => {
        const isLink = entry.isSymbolicLink();
        // A link that leads nowhere, or round in a circle, stands for nothing.
        const target = isLink ? await stat(join(path, entry.name)).catch(() => undefined) : entry;
        const kind = target?.isDirectory() ? 'folder' : target?.isFile() ? 'file' : undefined;
        return kind === undefined ? undefined : { name: entry.name, kind, isLink };
      }),
    );
    return sortedEntries(entries.filter((entry) => entry !== undefined));
  },

  write: async (path, bytes) => {
    let beside: string | undefined;
    try {
      // Through a link to the file itself, so that the link stays one.
      const target = await realpath(path).catch(() => path);
      const mode = (await stat(target).catch(() => undefined))?.mode ?? 0o666;
      const name = `${target}.${randomBytes(6).toString('hex')}.tmp`;
      const handle = await open(name, 'wx', mode & 0o777);
      beside = name;
      try {
        await writeAll(handle, bytes, 0);
        // The new name must not outlive a power cut that the bytes did not.
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(name, target);
      beside = undefined;
      await syncFolder(dirname(target));
    } catch (error) {
      if (beside !== undefined) await rm(beside, { force: true });
      throw failure('write', path, error);
    }
  },

  writeAt: async (path, offset, bytes) => {
    try {
      const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o666);
      try {
        await writeAll(handle, bytes, offset);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw failure('write', path, error);
    }
  },

  remove: async (path) => {
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw failure('remove', path, error);
    }
  },

  makeDirectory: async (path) => {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw failure('make the folder', path, error);
    }
  },
};
