// The files of a page. What opens them is loaded with their first use: most pages that load a model have it from a URL.
import type { Files } from '../../base/files.js';

/** Opened on their first use. */
export function browserFiles(): Files {
  let opened: Promise<Files> | undefined;
  const open = async (): Promise<Files> => (await import('./open-files.js')).openFiles();
  const files = (): Promise<Files> => (opened ??= open());
  return {
    read: async (path) => (await files()).read(path),
    size: async (path) => (await files()).size(path),
    exists: async (path) => (await files()).exists(path),
    list: async (path) => (await files()).list(path),
    write: async (path, bytes) => (await files()).write(path, bytes),
    writeAt: async (path, offset, bytes) => (await files()).writeAt(path, offset, bytes),
    remove: async (path) => (await files()).remove(path),
    makeDirectory: async (path) => (await files()).makeDirectory(path),
  };
}
