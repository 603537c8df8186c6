// Writes safetensors files. Apart from safetensors.ts, which reads them, since a page that only loads models writes none.
import { bytesPerElement, type DType } from '../base/dtype.js';
import { ValueError } from '../base/errors.js';
import type { Safetensors } from './safetensors.js';

// As in safetensors.ts, which stays out of pages that import this file, and this one out of pages that import that.
const lengthBytes = 8;
const metadataKey = '__metadata__';

/** What the format calls the element types that Nacre has. */
const names: { readonly [D in DType]: string } = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};

/**
 * The bytes of a file with these arrays and texts; equal contents give equal bytes. Larger elements come first, so that
 * every array lies at a multiple of its elements' size.
 * @throws ValueError for an array named `__metadata__`
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  if (tensors.has(metadataKey)) throw new ValueError(`safetensors: an array cannot be named '${metadataKey}'.`);
  const entries = [...tensors].sort(
    ([a, { dtype: first }], [b, { dtype: second }]) =>
      bytesPerElement(second) - bytesPerElement(first) || (a < b ? -1 : 1),
  );
  const header: [string, unknown][] = [];
  if (metadata.size > 0) header.push([metadataKey, Object.fromEntries(metadata)]);
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype: names[dtype], shape, data_offsets: [begin, end] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(text.byteLength / lengthBytes) * lengthBytes;
  const bytes = new Uint8Array(lengthBytes + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(text, lengthBytes);
  bytes.fill(0x20, lengthBytes + text.byteLength, lengthBytes + headerLength);
  let at = lengthBytes + headerLength;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
