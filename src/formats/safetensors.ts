// Safetensors files: named arrays and a few texts. The layout is that of github.com/huggingface/safetensors: the length
// of the header (8 bytes, little-endian), the header (JSON), then the arrays' bytes without gaps. Nothing in a file is
// believed before it was checked against the file's own length. write-safetensors.ts writes them.
import { DataError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sizeOf } from '../base/shape.js';
import { isRecord, parseJson, type Json } from './json.js';
import { storedTypes, type StoredType } from './stored-types.js';

export interface Safetensors {
  /** The arrays by name. */
  readonly tensors: ReadonlyMap<string, NDArray>;
  /** Texts by name. */
  readonly metadata: ReadonlyMap<string, string>;
}

const lengthBytes = 8;
/** The format's own limit. */
const largestHeader = 100_000_000;
const metadataKey = '__metadata__';

interface Described {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a file's bytes. Half precision becomes float32; other whole numbers become int32 where they fit. `file` names it
 * in errors. Arrays are copies, unless `shared` says that nobody else writes to `bytes`.
 * @throws DataError that names the file, the place in it and what is wrong, before memory for any array is taken
 */
export function readSafetensors(
  bytes: Uint8Array,
  file: string,
  options: { readonly shared?: boolean } = {},
): Safetensors {
  const { header, dataStart } = readHeader(bytes, file);
  const described: Described[] = [];
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(header)) {
    if (name === metadataKey) readMetadata(value, metadata, `'${file}', ${metadataKey}`);
    else described.push(describe(name, value, `'${file}', tensor '${name}'`));
  }
  checkLayout(described, bytes.byteLength - dataStart, file);
  const tensors = new Map<string, NDArray>();
  for (const { name, type, shape, begin, end } of described) {
    const stored = bytes.subarray(dataStart + begin, dataStart + end);
    // Elements can be read where they lie at a multiple of their size.
    const inPlace = type.isConverted || (options.shared === true && stored.byteOffset % type.byteLength === 0);
    try {
      tensors.set(name, { ...type.read(inPlace ? stored : new Uint8Array(stored), sizeOf(shape)), shape });
    } catch (error) {
      throw new DataError(`'${file}', tensor '${name}': ${(error as Error).message}.`, { cause: error });
    }
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, Json>; dataStart: number } {
  const size = bytes.byteLength;
  if (size < lengthBytes)
    throw new DataError(
      `'${file}': expected a safetensors file of at least ${lengthBytes} bytes, received ${size}. Is it complete?`,
    );
  const length = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > BigInt(largestHeader) || Number(length) > size - lengthBytes)
    throw new DataError(
      `'${file}', bytes 0 to 7: expected the length of a header within the file's ${size} bytes, received ${length}. It is cut off, or no safetensors file.`,
    );
  const dataStart = lengthBytes + Number(length);
  const place = `'${file}', its header`;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(lengthBytes, dataStart));
  } catch (error) {
    throw new DataError(`${place}: expected UTF-8 text.`, { cause: error });
  }
  const header = parseJson(text, place);
  if (!isRecord(header)) throw new DataError(`${place}: expected an object with a description of each tensor.`);
  return { header, dataStart };
}

function readMetadata(value: Json, metadata: Map<string, string>, place: string): void {
  if (!isRecord(value)) throw new DataError(`${place}: expected an object of texts.`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw new DataError(`${place}: expected '${key}' to be a text, received ${brief(text)}.`);
    metadata.set(key, text);
  }
}

/** The beginning of a value of the header, as errors show it. */
function brief(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

function describe(name: string, value: Json, place: string): Described {
  if (!isRecord(value)) throw new DataError(`${place}: expected an object with dtype, shape and data_offsets.`);
  const { dtype, shape, data_offsets: offsets } = value;
  const typeName = typeof dtype === 'string' ? dtype : '';
  const type = Object.hasOwn(storedTypes, typeName) ? storedTypes[typeName] : undefined;
  if (!type)
    throw new DataError(
      `${place}: expected a dtype of ${Object.keys(storedTypes).join(', ')}, received ${brief(dtype)}.`,
    );
  const isSizes = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (!isSizes(shape) || shape.length > 32)
    throw new DataError(`${place}: expected a shape of at most 32 whole numbers, received ${brief(shape)}.`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw new DataError(`${place}: expected data_offsets [begin, end], received ${brief(offsets)}.`);
  const [begin, end] = offsets as [number, number];
  const byteLength = sizeOf(shape) * type.byteLength;
  if (byteLength !== end - begin)
    throw new DataError(
      `${place}: shape ${formatShape(shape)} of ${typeName} takes ${byteLength} bytes, and data_offsets [${begin}, ${end}] are ${end - begin}.`,
    );
  return { name, type, shape, begin, end };
}

/** Together the tensors are the whole rest of the file, each byte once. */
function checkLayout(described: readonly Described[], byteLength: number, file: string): void {
  let at = 0;
  for (const { name, begin, end } of [...described].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw new DataError(
        `'${file}', tensor '${name}': expected its data to begin at ${at}, received ${begin}. Tensors must follow each other without gaps.`,
      );
    at = end;
  }
  if (at !== byteLength)
    throw new DataError(
      `'${file}': expected ${at} bytes of data, received ${byteLength}. ${at > byteLength ? 'It is cut off.' : 'Something was added at its end.'}`,
    );
}
