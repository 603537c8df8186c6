// TFRecord files: records of any bytes, one after the other, each with its length and two checksums.
import { DataError } from '../base/errors.js';
import { crc32c } from './crc32c.js';

const lengthBytes = 8;
const crcBytes = 4;
/** What stands before a record's bytes: their number, and its checksum. */
const headerBytes = lengthBytes + crcBytes;

/** A checksum as the format keeps it: rotated and shifted, since a CRC over bytes that hold their own CRC is weak. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** `data` as a record: uint64 length, checksum of the length, the data, checksum of the data, all little-endian. */
export function frameRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(headerBytes + data.byteLength + crcBytes);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.byteLength), true);
  view.setUint32(lengthBytes, maskedCrc(record.subarray(0, lengthBytes)), true);
  record.set(data, headerBytes);
  view.setUint32(headerBytes + data.byteLength, maskedCrc(data), true);
  return record;
}

/**
 * The records of a file, as views of its bytes. A record that is cut off at the end is left out: a file that is still
 * being written may end in one.
 * @throws DataError, beginning with `name`, where a checksum does not fit
 */
export function* readRecords(bytes: Uint8Array, name: string): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const check = (start: number, end: number, what: string): void => {
    const [expected, received] = [view.getUint32(end, true), maskedCrc(bytes.subarray(start, end))];
    if (expected !== received)
      throw new DataError(
        `${name}: the record at byte ${start} is damaged: expected checksum ${expected} of its ${what}, received ${received}.`,
      );
  };
  for (let start = 0; start + headerBytes <= bytes.byteLength;) {
    check(start, start + lengthBytes, 'length');
    const dataStart = start + headerBytes;
    const dataEnd = dataStart + Number(view.getBigUint64(start, true));
    if (dataEnd + crcBytes > bytes.byteLength) return;
    check(dataStart, dataEnd, 'data');
    yield bytes.subarray(dataStart, dataEnd);
    start = dataEnd + crcBytes;
  }
}
