// Files as data, formats and platforms see them: an interface without a file system of its own, and the version of it
// that lives in memory (for pages without private storage, and for tests).

/** Named bytes. Paths are separated by `/`. Failures other than a missing file are DataErrors that name the path. */
export interface Files {
  /** The whole file, or undefined when there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Length in bytes, or undefined when there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** Whether a file or folder of this name exists. */
  exists(path: string): Promise<boolean>;
  /** Makes or replaces the file whole: a reader sees the old bytes or all the new ones, whenever it looks. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes in place from byte `offset` on, making the file when there is none. Not atomic: for unfinished downloads. */
  writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Removes a file; a missing one is no error. */
  remove(path: string): Promise<void>;
  /** Makes a folder and those above it; new ones are private to the user. */
  makeDirectory(path: string): Promise<void>;
}

/** Files that live as long as the returned object. */
export function memoryFiles(): Files {
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  const folders = new Set<string>();
  return {
    read: async (path) => contents.get(path)?.slice(),
    size: async (path) => contents.get(path)?.byteLength,
    exists: async (path) => contents.has(path) || folders.has(path),
    write: async (path, bytes) => void contents.set(path, new Uint8Array(bytes)),
    writeAt: async (path, offset, bytes) => {
      const before = contents.get(path) ?? new Uint8Array(0);
      const after = new Uint8Array(Math.max(before.byteLength, offset + bytes.byteLength));
      after.set(before);
      after.set(bytes, offset);
      contents.set(path, after);
    },
    remove: async (path) => void contents.delete(path),
    makeDirectory: async (path) => void folders.add(path),
  };
}
