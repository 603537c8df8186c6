// The files of a model in the browser's database.
import { ValueError } from '../../../base/errors.js';
import type { WritePlace } from './place.js';
import { connected, database, nameAfter } from './schemes.js';

/** Under one name in the browser's database, all files together. */
export function inDatabase(path: string, fileName: string, what: string): WritePlace {
  const { database: groups } = connected(what);
  if (!groups)
    throw new ValueError(
      `${what}: there is no IndexedDB here, received '${path}'. It is part of browsers; in Node, write a path such as 'model.safetensors'.`,
    );
  const key = nameAfter(path, database, what);
  // As they were put: another writer may put others between two reads.
  let taken: Promise<ReadonlyMap<string, Uint8Array> | undefined> | undefined;
  const files = (): NonNullable<typeof taken> => (taken ??= groups.read(key));
  return {
    name: path,
    fileName,
    read: async () => (await files())?.values().next().value,
    beside: async (name) => (await files())?.get(name),
    write: (main, beside) => groups.write(key, new Map([[fileName, main], ...beside])),
    removeBeside: () => Promise.resolve(),
  };
}
