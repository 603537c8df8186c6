// Tar archives (POSIX ustar): named files one after the other. Only what lies in the archive is read; links, devices and
// whatever else an entry may ask for are passed over.
import { DataError } from '../base/errors.js';

const blockLength = 512;

/**
 * The files of an archive by name, as views of `bytes`. `place` is what errors call it: `'x.tar'`.
 * @throws DataError if it is no archive, cut off or damaged
 */
export function readTar(bytes: Uint8Array, place: string): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let at = 0;
  for (;;) {
    if (at + blockLength > bytes.length)
      throw new DataError(
        `${place}: the tar archive ends at byte ${bytes.length} without its last block. It is cut off.`,
      );
    const header = bytes.subarray(at, at + blockLength);
    if (header.every((byte) => byte === 0)) return files;
    checkHeader(header, `${place}, byte ${at}`);
    const name =
      text(header, 345, 155) === '' ? text(header, 0, 100) : `${text(header, 345, 155)}/${text(header, 0, 100)}`;
    const length = octal(header, 124, 12);
    const start = at + blockLength;
    if (length === undefined)
      throw new DataError(`${place}, '${name}': expected a length in octal digits, received another. It is damaged.`);
    if (start + length > bytes.length)
      throw new DataError(
        `${place}, '${name}': expected ${length} bytes, received ${bytes.length - start}. The archive is cut off.`,
      );
    const type = header[156]!;
    const isFile = type === 0 || type === 0x30;
    if (isFile) files.set(name, bytes.subarray(start, start + length));
    at = start + Math.ceil(length / blockLength) * blockLength;
  }
}

/** The header's checksum is the sum of its bytes, those of the checksum itself taken for spaces. */
function checkHeader(header: Uint8Array, place: string): void {
  const expected = octal(header, 148, 8);
  let sum = 8 * 0x20;
  header.forEach((byte, index) => (sum += index >= 148 && index < 156 ? 0 : byte));
  if (sum !== expected)
    throw new DataError(
      `${place}: expected the header of a file in a tar archive with checksum ${sum}, received ${expected ?? 'none'}. It is damaged, or no tar archive.`,
    );
}

/** Up to the first zero. */
function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, start: number, length: number): number | undefined {
  const digits = text(header, start, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}
