// Downloads a file whose checksum is known from the first of several mirrors that has it, plain or compressed by gzip,
// and keeps it unpacked. Only bytes with the right checksum are ever returned or kept under the file's name.
import { DataError, messageOf } from '../base/errors.js';
import { download, HttpStatusError } from './download.js';
import { gunzip, isGzip } from './gunzip.js';
import { md5 } from './md5.js';
import { PartFile } from './part-file.js';
import type { DownloadProgress } from './progress.js';
import type { DataServices } from './services.js';
import { sha256 } from './sha256.js';

/** A file as its publisher made it, with one checksum: the one that was published. */
export interface KnownFile {
  /** Before compression. */
  readonly name: string;
  /** Before compression; where the checksum is another than `sha256`, at most so many. */
  readonly byteLength: number;
  /** Of the file before compression; 64 hexadecimal digits. */
  readonly sha256?: string | undefined;
  /** Of the file compressed by gzip, which is then the only form that is asked for. */
  readonly gzipSha256?: string | undefined;
  /** Of a file for which its publisher gives no better one; 32 hexadecimal digits. */
  readonly md5?: string | undefined;
  /** Whether mirrors have the file as it is and not compressed again. */
  readonly isPlain?: boolean | undefined;
}

export interface MirrorOptions {
  /** URLs of folders that hold the file as `NAME.gz` or `NAME`, tried in this order. */
  readonly mirrors: readonly string[];
  /** Folder to keep the file in; without it the file is downloaded for this call alone. */
  readonly directory?: string | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * Downloads `file`, checks it, and writes it to `directory`.
 * @throws DataError with every mirror and what it answered, if none gave the right bytes.
 * @throws StoppedError if `signal` asks to stop.
 */
export async function downloadKnownFile(
  services: DataServices,
  file: KnownFile,
  options: MirrorOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const failures: string[] = [];
  for (const mirror of options.mirrors) {
    const base = mirror.endsWith('/') ? mirror : `${mirror}/`;
    for (const ending of endingsOf(file)) {
      const url = `${base}${file.name}${ending}`;
      try {
        const bytes = await downloadChecked(services, file, url, options);
        await keep(services, file, bytes, options.directory);
        return bytes;
      } catch (error) {
        // StoppedError and mistakes of ours end it; what a mirror does wrong is a reason to try the next.
        if (!(error instanceof DataError)) throw error;
        failures.push(`${url}: ${error.message}`);
        // Storage services answer 403 for what they do not have.
        const absent = error instanceof HttpStatusError && [403, 404, 410].includes(error.status);
        if (!absent) break;
      }
    }
  }
  throw new DataError(`Could not download ${file.name}.\n${failures.map((failure) => `- ${failure}`).join('\n')}`);
}

function endingsOf(file: KnownFile): readonly string[] {
  if (file.gzipSha256 !== undefined) return ['.gz'];
  return file.isPlain === true ? [''] : ['.gz', ''];
}

async function downloadChecked(
  services: DataServices,
  file: KnownFile,
  url: string,
  options: MirrorOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  // Named after the URL as well: the rest of one mirror's file does not fit the beginning of another's.
  const suffix = (await sha256(new TextEncoder().encode(url))).slice(0, 8);
  const partPath = options.directory === undefined ? undefined : `${options.directory}/${file.name}.${suffix}.part`;
  const { timeoutMs, signal, onProgress } = options;
  // Room for what gzip adds to bytes that it cannot compress.
  const byteLimit = file.byteLength + (file.byteLength >> 10) + 1024;
  for (;;) {
    const received = await download(services, {
      url,
      file: file.name,
      part: partPath === undefined ? undefined : new PartFile(services.files, partPath),
      byteLimit,
      timeoutMs,
      signal,
      onProgress,
    });
    const damage = await check(file, received.bytes);
    // Right or wrong, these bytes are whole: the next download must not begin with them.
    if (partPath !== undefined) await services.files.remove(partPath);
    if (!(damage instanceof DataError)) return damage;
    // What was kept from an earlier run may be at fault rather than the mirror.
    if (!received.resumed) throw damage;
  }
}

/** The file's own bytes, or the error that says how they differ. */
async function check(file: KnownFile, received: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | DataError> {
  if (file.gzipSha256 !== undefined) {
    const sum = await sha256(received);
    if (sum !== file.gzipSha256)
      return new DataError(
        `expected a file with SHA-256 ${file.gzipSha256}, received ${received.length} bytes with SHA-256 ${sum}. The damaged file was removed.`,
      );
  }
  let bytes = received;
  if (isGzip(received)) {
    try {
      bytes = await gunzip(received, file.byteLength);
    } catch (error) {
      if (error instanceof DataError)
        return new DataError(`${error.message} The damaged file was removed.`, { cause: error });
      throw error;
    }
  }
  const [name, expected] = file.md5 === undefined ? ['SHA-256', file.sha256] : ['MD5', file.md5];
  if (expected === undefined) return bytes;
  const sum = file.md5 === undefined ? await sha256(bytes) : md5(bytes);
  if (sum === expected) return bytes;
  return new DataError(
    `expected ${file.byteLength} bytes with ${name} ${expected}, received ${bytes.length} bytes with ${name} ${sum}. The damaged file was removed.`,
  );
}

async function keep(
  services: DataServices,
  file: KnownFile,
  bytes: Uint8Array,
  directory: string | undefined,
): Promise<void> {
  if (directory === undefined) return;
  try {
    await services.files.write(`${directory}/${file.name}`, bytes);
  } catch (error) {
    services.warn(
      `${file.name} was downloaded but could not be kept, so that it will be downloaded again: ${messageOf(error)}`,
    );
  }
}
