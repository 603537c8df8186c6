// Where the files of a model are: in a folder, at a URL, in the browser's database, among what the user keeps, in files
// that the user chose, or in memory. Whoever reads or writes a model sees a main file and files beside it.
import { DataError, ValueError } from '../../../base/errors.js';
import type { FileGroups } from '../../../base/files.js';
import { show } from '../../check.js';
import { activeFiles } from '../../files.js';
import type { FetchOptions, ReadPlace, WritePlace } from './place.js';

/** What an entry point connects. */
export interface PlaceServices {
  /** The web's `fetch`. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** The browser's database; undefined where there is none. */
  readonly database: FileGroups | undefined;
  /** Hands a file to the user to keep; undefined where there is no page. */
  readonly download: ((name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>) | undefined;
}

let services: PlaceServices | undefined;

/** Connects what lies beyond files. */
export function setPlaceServices(connected: PlaceServices): void {
  services = connected;
}

const database = 'indexeddb://';
const downloads = 'downloads://';

/** The part of a path before `://`, in lower case; undefined of a path of a file. */
function schemeOf(path: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1]?.toLowerCase();
}

/** Whether a path names a file in a folder, and nothing elsewhere. */
export const isFilePath = (path: string): boolean => schemeOf(path) === undefined;

const splitPath = (path: string): [folder: string, name: string] => {
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end)];
};

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

function nameAfter(path: string, scheme: string, what: string): string {
  const name = path.slice(scheme.length);
  if (name === '' || name.includes('/'))
    throw new ValueError(`${what}: expected a name without '/' after '${scheme}', received '${path}'.`);
  return name;
}

function unknownScheme(path: string, what: string): never {
  const remedy = schemeOf(path) === 'file' ? " Write the path without 'file://'." : '';
  throw new ValueError(
    `${what}: expected the path of a file, a URL with http or https (to load), '${database}name' or '${downloads}name' (in a page), received '${path}'.${remedy}`,
  );
}

/** @throws ValueError for a place that nothing can be written to, or that is not there */
export function placeToWrite(path: string, what: string): WritePlace {
  const fileName = fileNameOf(path, what);
  if (schemeOf(path) === 'indexeddb') return inDatabase(path, fileName, what);
  if (schemeOf(path) === 'downloads') return asDownloads(path, fileName, what);
  return inFolder(path);
}

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
      return inDatabase(source, nameAfter(source, database, what), what);
    case 'downloads':
      throw new ValueError(
        `${what}: a page cannot read what it gave the user to keep, received '${source}'. Let the user choose the file (<input type="file">), and give that File.`,
      );
    default:
      return unknownScheme(source, what);
  }
}

function inFolder(path: string): WritePlace {
  const [folder, fileName] = splitPath(path);
  return {
    name: path,
    fileName,
    read: () => activeFiles().read(path),
    beside: (name) => activeFiles().read(folder + name),
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
  // Loaded when it is used: most models come from files.
  const opened = import('./url-place.js').then(({ openUrl }) => openUrl(url, fetch, options, what));
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

function connected(what: string): PlaceServices {
  if (services) return services;
  throw new ValueError(
    `${what}: only files can be used here. Import 'nacre' itself, whose entry points connect the rest.`,
  );
}

/** Under one name in the browser's database, all files together. */
function inDatabase(path: string, fileName: string, what: string): WritePlace {
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

/** The main file. @throws DataError where there is none */
export async function mainFile(place: ReadPlace, what: string): Promise<Uint8Array> {
  const bytes = await place.read();
  if (bytes) return bytes;
  throw new DataError(`${what}: there is no file '${place.name}'.`);
}
