// The browser's database, where there is one. What reads and writes it is loaded with its first use.
import type { FileGroups } from '../../base/files.js';

/** The page's database; undefined where the browser keeps none for it. */
export function browserDatabase(): FileGroups | undefined {
  const { indexedDB: factory } = globalThis as { indexedDB?: IDBFactory };
  if (!factory) return undefined;
  const groups = async (): Promise<FileGroups> => (await import('./database-groups.js')).databaseGroups(factory);
  return {
    read: async (group) => (await groups()).read(group),
    write: async (group, files) => (await groups()).write(group, files),
  };
}
