// Where the files of a model are written to: a folder, the browser's database, or among what the user keeps.
import { ValueError } from '../../../base/errors.js';
import { show } from '../../check.js';
import { activeFiles } from '../../files.js';
import { inDatabase } from './database-place.js';
import type { WritePlace } from './place.js';
import { inFolder } from './places.js';
import { connected, database, downloads, nameAfter, schemeOf, unknownScheme } from './schemes.js';

/** A name without an ending is of a safetensors file. */
const withEnding = (name: string): string => (/\.[a-z0-9]+$/i.test(name) ? name : `${name}.safetensors`);

/**
 * The name, with its ending, of the file that a model would be written to as `path`.
 * @throws ValueError for a place that nothing can be written to
 */
export function fileNameOf(path: unknown, what: string): string {
  if (typeof path !== 'string')
    throw new ValueError(
      `${what}: expected a path such as 'model.safetensors', '${database}name' or '${downloads}name', received ${show(path)}.`,
    );
  switch (schemeOf(path)) {
    case undefined:
      return path;
    case 'indexeddb':
      return withEnding(nameAfter(path, database, what));
    case 'downloads':
      return withEnding(nameAfter(path, downloads, what));
    case 'http':
    case 'https':
      throw new ValueError(
        `${what}: a model is loaded from a URL, and cannot be saved to one, received '${path}'. Send what model.toBytes() gives with fetch.`,
      );
    default:
      return unknownScheme(path, what);
  }
}

/** @throws ValueError for a place that nothing can be written to, or that is not there */
export function placeToWrite(path: string, what: string): WritePlace {
  const fileName = fileNameOf(path, what);
  if (schemeOf(path) === 'indexeddb') return inDatabase(path, fileName, what);
  if (schemeOf(path) === 'downloads') return asDownloads(path, fileName, what);
  const { folder, ...place } = inFolder(path);
  return {
    ...place,
    write: async (main, beside) => {
      const files = activeFiles();
      for (const [name, bytes] of beside) await files.write(folder + name, bytes);
      await files.write(path, main);
    },
    removeBeside: async (names) => {
      for (const name of names) await activeFiles().remove(folder + name);
    },
  };
}

function asDownloads(path: string, fileName: string, what: string): WritePlace {
  const { download } = connected(what);
  if (!download)
    throw new ValueError(
      `${what}: there is no page that could hand the user a file, received '${path}'. In Node, write a path such as 'model.safetensors'.`,
    );
  const nothing = (): Promise<undefined> => Promise.resolve(undefined);
  return {
    name: path,
    fileName,
    read: nothing,
    beside: nothing,
    write: async (main, beside) => {
      await download(fileName, main);
      for (const [name, bytes] of beside) await download(name, bytes);
    },
    removeBeside: () => Promise.resolve(),
  };
}
