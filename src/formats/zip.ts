// Zip archives (PKWARE's APPNOTE): a few named files, stored or deflated. What an archive says of itself is checked before
// memory is taken, and what comes out of it against its checksum. Packing and unpacking are fflate's.
import type * as Fflate from 'fflate';
import { DataError, messageOf } from '../base/errors.js';
import { crc32 } from './crc32.js';

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes that it takes unpacked. */
  readonly byteLength: number;
  /** At least the first `count` bytes of it, where it has so many; the rest is not unpacked. */
  beginning(count: number): Uint8Array;
  /** The whole. @throws DataError if it is damaged */
  read(): Uint8Array<ArrayBuffer>;
}

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endLength = 22;
const longestComment = 65535;
/** Deflate's shortest code for its longest match: 258 bytes from 2 bits. Who promises more lies. */
const mostTimes = 1032;
/** What an archive may unpack to altogether. */
const mostBytes = 2 ** 32;

const methodNames: Readonly<Record<number, string>> = { 9: 'Deflate64', 12: 'BZIP2', 14: 'LZMA', 93: 'Zstandard' };

/**
 * The files of an archive, by name, folders left out. `place` is what errors call it: `'weights.npz'`.
 * @throws DataError if it is damaged, cut off, encrypted, or promises more than can be in it
 */
export async function readZip(bytes: Uint8Array, place: string): Promise<ReadonlyMap<string, ZipEntry>> {
  const fflate = await import('fflate');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start, end } = findDirectory(view, place);
  const descriptions: Description[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const { described, next } = readDescription(bytes, view, at, end, `${place}, entry ${index} of its directory`);
    at = next;
    if (!described.name.endsWith('/')) descriptions.push(described);
  }
  checkSizes(descriptions, bytes.length, place);
  const entries = new Map<string, ZipEntry>();
  for (const described of descriptions) {
    const { name } = described;
    if (entries.has(name)) throw new DataError(`${place}: it has '${name}' twice.`);
    const data = dataOf(bytes, view, described, start, `${place}, '${name}'`);
    entries.set(name, new Entry(fflate, described, data, `${place}, '${name}'`));
  }
  return entries;
}

function checkSizes(descriptions: readonly Description[], byteLength: number, place: string): void {
  // Several entries that share their bytes are how a small archive unpacks to very much.
  const packed = descriptions.reduce((sum, { packedLength }) => sum + packedLength, 0);
  if (packed > byteLength)
    throw new DataError(`${place}: its entries are said to take ${packed} bytes, more than the ${byteLength} it has.`);
  const unpacked = descriptions.reduce((sum, each) => sum + each.byteLength, 0);
  if (unpacked > mostBytes)
    throw new DataError(`${place}: expected at most ${mostBytes / 2 ** 30} GB unpacked, received ${unpacked} bytes.`);
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** The directory of the archive, which its last bytes tell of. */
function findDirectory(view: DataView, place: string): Directory {
  const length = view.byteLength;
  const earliest = Math.max(0, length - endLength - longestComment);
  for (let at = length - endLength; at >= earliest; at--) {
    if (view.getUint32(at, true) !== endSignature || at + endLength + view.getUint16(at + 20, true) !== length)
      continue;
    const count = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 12, true);
    const start = view.getUint32(at + 16, true);
    if (count === 0xffff || start === 0xffffffff)
      throw new DataError(`${place}: expected a zip archive below 4 GB, received a larger one (zip64).`);
    if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== count)
      throw new DataError(`${place}: expected a zip archive in one piece, received a part of one.`);
    if (start + size > at)
      throw new DataError(
        `${place}: its directory is said to take bytes ${start} to ${start + size}, and it ends at byte ${at}. It is damaged.`,
      );
    return { count, start, end: start + size };
  }
  const isArchive = length >= 4 && view.getUint32(0, true) === localSignature;
  throw new DataError(
    isArchive
      ? `${place}: the directory at the end of the zip archive is missing. It is cut off.`
      : `${place}: expected a zip archive, received something else.`,
  );
}

/** An entry as the directory describes it. */
interface Description {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc: number;
  readonly packedLength: number;
  readonly byteLength: number;
  /** Where its own header begins. */
  readonly headerStart: number;
}

function readDescription(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  place: string,
): { described: Description; next: number } {
  if (at + 46 > end || view.getUint32(at, true) !== centralSignature)
    throw new DataError(`${place} (byte ${at}): expected a description of a file. The archive is damaged.`);
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) throw new DataError(`${place} (byte ${at}): it goes beyond the directory. The archive is damaged.`);
  const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
  const method = view.getUint16(at + 10, true);
  if (view.getUint16(at + 8, true) & 1) throw new DataError(`${place}: '${name}' is encrypted, which is not read.`);
  if (method !== 0 && method !== 8)
    throw new DataError(
      `${place}: '${name}' is packed by ${methodNames[method] ?? `method ${method}`}; expected it stored or deflated.`,
    );
  const packedLength = view.getUint32(at + 20, true);
  const byteLength = view.getUint32(at + 24, true);
  const fits = method === 0 ? byteLength === packedLength : byteLength <= mostTimes * packedLength + 64;
  if (!fits)
    throw new DataError(
      `${place}: '${name}' is said to unpack from ${packedLength} to ${byteLength} bytes, which is not possible. The archive is damaged.`,
    );
  return {
    described: {
      name,
      isDeflated: method === 8,
      crc: view.getUint32(at + 16, true),
      packedLength,
      byteLength,
      headerStart: view.getUint32(at + 42, true),
    },
    next,
  };
}

/** The packed bytes of an entry, which lie behind a header of its own and before the directory. */
function dataOf(
  bytes: Uint8Array,
  view: DataView,
  { headerStart, packedLength }: Description,
  limit: number,
  place: string,
): Uint8Array {
  if (headerStart + 30 > limit || view.getUint32(headerStart, true) !== localSignature)
    throw new DataError(`${place}: expected its header at byte ${headerStart}. The archive is damaged.`);
  const start = headerStart + 30 + view.getUint16(headerStart + 26, true) + view.getUint16(headerStart + 28, true);
  if (start + packedLength > limit)
    throw new DataError(`${place}: its ${packedLength} bytes from byte ${start} on are not all there.`);
  return bytes.subarray(start, start + packedLength);
}

class Entry implements ZipEntry {
  readonly name: string;
  readonly byteLength: number;
  readonly #fflate: typeof Fflate;
  readonly #described: Description;
  readonly #data: Uint8Array;
  readonly #place: string;

  constructor(fflate: typeof Fflate, described: Description, data: Uint8Array, place: string) {
    this.name = described.name;
    this.byteLength = described.byteLength;
    this.#fflate = fflate;
    this.#described = described;
    this.#data = data;
    this.#place = place;
  }

  beginning(count: number): Uint8Array {
    if (!this.#described.isDeflated) return this.#data.subarray(0, count);
    const parts: Uint8Array[] = [];
    let length = 0;
    const inflate = new this.#fflate.Inflate((part) => {
      parts.push(part);
      length += part.length;
    });
    // Little at a time, as little may become a thousand times as much.
    const step = 512;
    try {
      for (let at = 0; at < this.#data.length && length < count; at += step)
        inflate.push(this.#data.subarray(at, at + step), at + step >= this.#data.length);
    } catch (error) {
      throw this.#damaged(error);
    }
    const result = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      result.set(part, at);
      at += part.length;
    }
    return result;
  }

  read(): Uint8Array<ArrayBuffer> {
    const { isDeflated, crc } = this.#described;
    // A copy does not keep the whole archive, and lies where any elements can be read.
    const bytes = isDeflated ? this.#inflated() : new Uint8Array(this.#data);
    const sum = crc32(bytes);
    if (sum !== crc)
      throw new DataError(
        `${this.#place}: expected the checksum ${hex(crc)}, received ${hex(sum)}. The archive is damaged.`,
      );
    return bytes;
  }

  #inflated(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.byteLength);
    let bytes: Uint8Array;
    try {
      bytes = this.#fflate.inflateSync(this.#data, { out });
    } catch (error) {
      throw this.#damaged(error);
    }
    if (bytes.length !== out.length || bytes.buffer !== out.buffer)
      throw this.#damaged(new Error(`expected ${out.length} bytes, received ${bytes.length}`));
    return out;
  }

  #damaged(error: unknown): DataError {
    return new DataError(`${this.#place}: it could not be unpacked (${messageOf(error)}). The archive is damaged.`, {
      cause: error,
    });
  }
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0');

export interface WriteZipOptions {
  /** Whether files are deflated; stored as they are unless given. */
  readonly compress?: boolean;
}

/** An archive of these files in this order; equal files give equal bytes. */
export async function writeZip(
  files: ReadonlyMap<string, Uint8Array>,
  { compress = false }: WriteZipOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { zipSync } = await import('fflate');
  // The time of writing would make equal contents differ; this is the earliest that the format has.
  const options = { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) } as const;
  return zipSync(Object.fromEntries(Array.from(files, ([name, bytes]) => [name, [bytes, options]])));
}
