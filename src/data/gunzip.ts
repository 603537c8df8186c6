// Unpacks gzip (RFC 1952) with the platform's own DecompressionStream, up to a size that the caller knows in advance.
import { DataError, messageOf } from '../base/errors.js';

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** @throws DataError if the bytes are damaged, or hold more than `byteLimit` bytes. */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>, byteLimit: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const result = new Uint8Array(byteLimit);
  let length = 0;
  for (;;) {
    let step: ReadableStreamReadResult<Uint8Array>;
    try {
      step = await reader.read();
    } catch (error) {
      throw new DataError(`The gzip data is damaged: ${messageOf(error)}.`, {
        cause: error,
      });
    }
    if (step.done) return length === byteLimit ? result : result.slice(0, length);
    if (length + step.value.length > byteLimit) {
      await reader.cancel();
      throw new DataError(`The gzip data unpacks to more than the expected ${byteLimit} bytes.`);
    }
    result.set(step.value, length);
    length += step.value.length;
  }
}
