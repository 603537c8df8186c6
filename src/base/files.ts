// Files as data, formats and platforms see them: an interface without a file system of its own, and the version of it
// that lives in memory (for pages without private storage, and for tests).

/** What a folder holds under one name. */
export interface FolderEntry {
  readonly name: string;
  /** Of a link, what it points at. */
  readonly kind: 'file' | 'folder';
  /** Whether it is a link to what it stands for; who walks down folders may thus avoid walking in circles. */
  readonly isLink: boolean;
}

/** Named bytes. Paths are separated by `/`. Failures other than a missing file are DataErrors that name the path. */
export interface Files {
  /** The whole file, or undefined when there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Length in bytes, or undefined when there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** Whether a file or folder of this name exists. */
  exists(path: string): Promise<boolean>;
  /** What the folder holds, in the order of the names; undefined when there is no such folder. Broken links are left out. */
  list(path: string): Promise<readonly FolderEntry[] | undefined>;
  /** Makes or replaces the file whole: a reader sees the old bytes or all the new ones, whenever it looks. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes in place from byte `offset` on, making the file when there is none. Not atomic: for unfinished downloads. */
  writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Removes a file; a missing one is no error. */
  remove(path: string): Promise<void>;
  /** Makes a folder and those above it; new ones are private to the user. */
  makeDirectory(path: string): Promise<void>;
}

/** Files that belong together, put and taken all at once: whoever reads finds all of one time, or all of another. */
export interface FileGroups {
  /** The files of a group by their names, in the order in which they were put; undefined when there is no such group. */
  read(group: string): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>> | undefined>;
  /** Makes or replaces a group. */
  write(group: string, files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<void>;
}

/** Entries in the order of their names' code units, which is the same on every machine. */
export const sortedEntries = (entries: readonly FolderEntry[]): FolderEntry[] =>
  [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Files that live as long as the returned object. */
export function memoryFiles(): Files {
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  const folders = new Set<string>();
  return {
    read: async (path) => contents.get(path)?.slice(),
    size: async (path) => contents.get(path)?.byteLength,
    exists: async (path) => contents.has(path) || folders.has(path),
    list: async (path) => {
      const below = `${path.replace(/\/+$/, '')}/`;
      const found = new Map<string, FolderEntry>();
      for (const [names, kind] of [
        [contents.keys(), 'file'],
        [folders, 'folder'],
      ] as const)
        for (const whole of names) {
          if (!whole.startsWith(below)) continue;
          const [name, ...rest] = whole.slice(below.length).split('/') as [string, ...string[]];
          found.set(name, { name, kind: rest.length > 0 ? 'folder' : kind, isLink: false });
        }
      if (found.size === 0 && !folders.has(below.slice(0, -1))) return undefined;
      return sortedEntries([...found.values()]);
    },
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
