// Files that only this user can have written: what is run or believed without looking at it again lies in such files.
import { createHash, randomBytes } from 'node:crypto';
import { constants, mkdtempSync, rmSync } from 'node:fs';
import { lstat, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, messageOf } from '../../base/errors.js';
import { atExit } from './at-exit.js';

/** Permission to write for the group or for everybody. */
const writableByOthers = 0o022;

/** Systems without numbered users (Windows) keep a user's folders apart by other means. */
const thisUser = process.getuid?.();

const isForeign = (status: { readonly uid: number; readonly mode: number }): boolean =>
  thisUser !== undefined && (status.uid !== thisUser || (status.mode & writableByOthers) !== 0);

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Why a folder is not to be trusted, as the end of a sentence; undefined if it is. */
export async function directoryProblem(path: string): Promise<string | undefined> {
  let status;
  try {
    status = await lstat(path);
  } catch (error) {
    return (error as { code?: unknown }).code === 'ENOENT' ? 'does not exist' : `cannot be read (${messageOf(error)})`;
  }
  if (!status.isDirectory()) return 'is not a folder';
  if (thisUser !== undefined && status.uid !== thisUser) return 'belongs to another user';
  return isForeign(status) ? 'can be written to by other users' : undefined;
}

/** Makes a folder that is private to this user where there is none, and says as `directoryProblem` what is wrong. */
export async function makePrivateDirectory(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    return (await directoryProblem(path)) ?? `cannot be made (${messageOf(error)})`;
  }
  return directoryProblem(path);
}

// Windows has neither flag. Without NONBLOCK a pipe of that name would be waited on for ever.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** The bytes of a file; undefined if there is none, or another user made it or could have changed it, or it is a link. */
export async function readPrivateFile(path: string): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const status = await handle.stat();
      return !status.isFile() || isForeign(status) ? undefined : await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** Ends the names of files that are being written. */
export const unfinishedSuffix = '.tmp';

/**
 * Makes or replaces a file whole, so that no reader sees a part of it.
 * @throws whatever the file system says
 */
export async function writePrivateFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}${unfinishedSuffix}`;
  try {
    await writeFile(beside, bytes, { flag: 'wx', mode: 0o600 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

const seal = (path: string, content: unknown): string => sha256(JSON.stringify([path, content]));

/** The content of a file that `writeRecord` made under this name; undefined if it is missing, damaged or foreign. */
export async function readRecord(directory: string, name: string): Promise<unknown> {
  const bytes = await readPrivateFile(join(directory, name));
  if (bytes === undefined) return undefined;
  try {
    const record = JSON.parse(new TextDecoder().decode(bytes)) as { content?: unknown; seal?: unknown } | null;
    return record !== null && record.seal === seal(name, record.content) ? record.content : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes what JSON can hold, sealed by its hash and its file's name.
 * @throws whatever the file system says
 */
export function writeRecord(directory: string, name: string, content: unknown): Promise<void> {
  return writePrivateFile(join(directory, name), JSON.stringify({ seal: seal(name, content), content }));
}

export interface TemporaryDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes a folder that no other user can enter, which goes with the process if not before.
 * @throws DataError if the system's folder for temporary files takes none
 */
export function temporaryDirectory(): TemporaryDirectory {
  let path: string;
  try {
    // At once: it must not be there while nothing yet stands ready to remove it.
    path = mkdtempSync(join(tmpdir(), 'nacre-'));
  } catch (error) {
    throw new DataError(
      `Could not make a folder for temporary files: ${messageOf(error)}. Set TMPDIR to a folder that can be written to.`,
      { cause: error },
    );
  }
  const withdraw = atExit(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      withdraw();
    },
  };
}
