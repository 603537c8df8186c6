// Where the files of a model are read from: a folder, a URL, the browser's database, files that the user chose, or memory.
// Whoever reads a model sees a main file and files beside it. write-places.ts has where they are written to.
import { DataError, ValueError } from '../../../base/errors.js';
import { show } from '../../check.js';
import { activeFiles } from '../../files.js';
import type { FetchOptions, ReadPlace } from './place.js';
import { connected, database, nameAfter, schemeOf, unknownScheme } from './schemes.js';
import { openUrl } from './url-place.js';

const splitPath = (path: string): [folder: string, name: string] => {
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end)];
};

/** @throws ValueError for what is no source */
export function placeToRead(source: unknown, what: string, options: FetchOptions = {}): ReadPlace {
  if (source instanceof Uint8Array) return inMemory(source);
  if (source instanceof ArrayBuffer) return inMemory(new Uint8Array(source));
  if (source instanceof URL) return placeToRead(source.href, what, options);
  if (source instanceof Blob) return inBlobs([source], what);
  if (Array.isArray(source) && source.length > 0 && source.every((item) => item instanceof Blob))
    return inBlobs(source, what);
  if (typeof source !== 'string')
    throw new ValueError(
      `${what}: expected a path or the bytes of a file, a URL, a File or a list of Files, received ${show(source)}.`,
    );
  switch (schemeOf(source)) {
    case undefined:
      return inFolder(source);
    case 'http':
    case 'https':
      return atUrl(source, what, options);
    case 'indexeddb':
      return lazilyInDatabase(source, what);
    case 'downloads':
      throw new ValueError(
        `${what}: a page cannot read what it gave the user to keep, received '${source}'. Let the user choose the file (<input type="file">), and give that File.`,
      );
    default:
      return unknownScheme(source, what);
  }
}

/** A file in a folder, and those beside it. */
export function inFolder(path: string): ReadPlace & { readonly folder: string; readonly fileName: string } {
  const [folder, fileName] = splitPath(path);
  return {
    name: path,
    folder,
    fileName,
    read: () => activeFiles().read(path),
    beside: (name) => activeFiles().read(folder + name),
  };
}

function inMemory(bytes: Uint8Array): ReadPlace {
  return {
    name: 'the bytes given',
    fileName: undefined,
    read: () => Promise.resolve(bytes),
    beside: () => Promise.resolve(undefined),
  };
}

/** Files that the user chose: the one that is no list of weights' bytes is the main one. */
function inBlobs(blobs: readonly Blob[], what: string): ReadPlace {
  const nameOf = (blob: Blob): string | undefined => (blob as Partial<File>).name;
  const isMain = (blob: Blob): boolean => nameOf(blob)?.toLowerCase().endsWith('.json') === true;
  const mains = blobs.length === 1 ? blobs : blobs.filter(isMain);
  if (mains.length !== 1)
    throw new ValueError(
      `${what}: expected one file, or a model.json and the files of its weights, received ${blobs.map((blob) => show(nameOf(blob) ?? 'a Blob')).join(', ')}.`,
    );
  const main = mains[0]!;
  const bytesOf = async (blob: Blob | undefined): Promise<Uint8Array | undefined> =>
    blob && new Uint8Array(await blob.arrayBuffer());
  const fileName = nameOf(main);
  return {
    name: fileName ?? 'the Blob given',
    fileName,
    read: () => bytesOf(main),
    // Files that a user chooses come without their folders.
    beside: (name) => bytesOf(blobs.find((blob) => nameOf(blob) === splitPath(name)[1])),
  };
}

function atUrl(url: string, what: string, options: FetchOptions): ReadPlace {
  const { fetch } = connected(what);
  const opened = Promise.resolve(openUrl(url, fetch, options, what));
  // Whoever reads hears of a failure.
  opened.catch(() => undefined);
  const [, fileName] = splitPath(new URL(url).pathname);
  return {
    name: url,
    fileName,
    read: async () => (await opened).read(),
    beside: async (name) => (await opened).beside(name),
  };
}

/** Loaded when it is used: most models come from files. */
function lazilyInDatabase(path: string, what: string): ReadPlace {
  const fileName = nameAfter(path, database, what);
  const place = import('./database-place.js').then(({ inDatabase }) => inDatabase(path, fileName, what));
  // Whoever reads hears of a failure.
  place.catch(() => undefined);
  return {
    name: path,
    fileName,
    read: async () => (await place).read(),
    beside: async (name) => (await place).beside(name),
  };
}

/** The main file. @throws DataError where there is none */
export async function mainFile(place: ReadPlace, what: string): Promise<Uint8Array> {
  const bytes = await place.read();
  if (bytes) return bytes;
  throw new DataError(`${what}: there is no file '${place.name}'.`);
}
