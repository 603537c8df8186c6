// Files in the origin's private file system, where the browser has one, else in memory.
import { DataError, messageOf } from '../../base/errors.js';
import { memoryFiles, sortedEntries, type Files, type FolderEntry } from '../../base/files.js';

/** Files below a folder of the File System Standard (fs.spec.whatwg.org). */
export function folderFiles(root: FileSystemDirectoryHandle): Files {
  const parts = (path: string): string[] => path.split('/').filter((part) => part !== '');

  const isMissing = (error: unknown): boolean =>
    error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'TypeMismatchError');

  const attempt = async <T>(doing: string, path: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw new DataError(`Could not ${doing} '${path}': ${messageOf(error)}`, { cause: error });
    }
  };

  const folder = async (names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> => {
    let handle = root;
    for (const name of names) handle = await handle.getDirectoryHandle(name, { create });
    return handle;
  };

  const fileHandle = async (path: string, create: boolean): Promise<FileSystemFileHandle> => {
    const names = parts(path);
    return (await folder(names.slice(0, -1), false)).getFileHandle(names.at(-1) ?? '', { create });
  };

  const file = async (path: string): Promise<File | undefined> =>
    attempt('read', path, async () => {
      try {
        return await (await fileHandle(path, false)).getFile();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });

  const put = async (path: string, bytes: Uint8Array, offset: number, keepExistingData: boolean): Promise<void> =>
    attempt('write', path, async () => {
      // The browser writes to a copy and puts it in place when the stream is closed.
      const stream = await (await fileHandle(path, true)).createWritable({ keepExistingData });
      try {
        // The DOM's types exclude shared memory, which a stream does not take.
        const data = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
        await stream.write({ type: 'write', position: offset, data });
      } catch (error) {
        await stream.abort();
        throw error;
      }
      await stream.close();
    });

  return {
    read: async (path) => {
      const found = await file(path);
      return found === undefined
        ? undefined
        : attempt('read', path, async () => new Uint8Array(await found.arrayBuffer()));
    },
    size: async (path) => (await file(path))?.size,
    exists: async (path) => {
      if ((await file(path)) !== undefined) return true;
      return folder(parts(path), false).then(
        () => true,
        () => false,
      );
    },
    list: async (path) =>
      attempt('list', path, async () => {
        const entries: FolderEntry[] = [];
        try {
          for await (const [name, { kind }] of (await folder(parts(path), false)).entries())
            entries.push({ name, kind: kind === 'directory' ? 'folder' : 'file', isLink: false });
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
        return sortedEntries(entries);
      }),
    write: async (path, bytes) => put(path, bytes, 0, false),
    writeAt: async (path, offset, bytes) => put(path, bytes, offset, true),
    remove: async (path) =>
      attempt('remove', path, async () => {
        const names = parts(path);
        try {
          await (await folder(names.slice(0, -1), false)).removeEntry(names.at(-1) ?? '');
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }),
    makeDirectory: async (path) =>
      attempt('make the folder', path, async () => {
        await folder(parts(path), true);
      }),
  };
}

/** The page's files; a page that may not keep any (no https, private window) gets memory. */
export async function openFiles(): Promise<Files> {
  try {
    // The DOM's types promise `storage`; pages outside a secure context lack it.
    const storage = navigator.storage as StorageManager | undefined;
    return storage === undefined ? memoryFiles() : folderFiles(await storage.getDirectory());
  } catch {
    return memoryFiles();
  }
}
