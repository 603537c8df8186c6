// NumPy's .npy files (NEP 1, versions 1 to 3): one array, its header a line of Python. Numbers and booleans are read in
// either byte order and either order of axes; what holds Python objects is refused, never executed.
import { allocate, bytesPerElement, viewOf, type DType, type TypedArray } from '../base/dtype.js';
import { DataError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sizeOf, stridesOf, type Shape } from '../base/shape.js';
import { half } from './stored-types.js';

/** What stands before the elements. */
export interface NpyHeader {
  /** NumPy's own word for the element type, such as `<f4`; `|O` for Python objects. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the elements begin. */
  readonly dataStart: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** NumPy's own limit is 10,000 bytes. */
const longestHeader = 65536;
/** NumPy's limit. */
const mostAxes = 64;

/** The longest that the header of an .npy file may be, with all that stands before it. */
export const npyHeaderLimit = 12 + longestHeader;

/** An element type that is read: `decode` makes elements of bytes in this machine's order. */
interface Stored {
  readonly byteLength: number;
  readonly decode: (bytes: Uint8Array<ArrayBuffer>, count: number) => Pick<NDArray, 'dtype' | 'data'>;
}

const plain = (dtype: DType): Stored => ({
  byteLength: bytesPerElement(dtype),
  decode: (bytes, count) => ({ dtype, data: viewOf(dtype, bytes.buffer, 0, count) }),
});

const toInt32 = (
  byteLength: number,
  numbers: (buffer: ArrayBuffer, count: number) => ArrayLike<number> & Iterable<number>,
): Stored => ({
  byteLength,
  decode: ({ buffer }, count) => ({ dtype: 'int32', data: Int32Array.from(numbers(buffer, count)) }),
});

const storedTypes: Readonly<Record<string, Stored>> = {
  f2: {
    byteLength: 2,
    decode: ({ buffer }, count) => ({
      dtype: 'float32',
      data: Float32Array.from(new Uint16Array(buffer, 0, count), half),
    }),
  },
  f4: plain('float32'),
  f8: plain('float64'),
  i1: toInt32(1, (buffer, count) => new Int8Array(buffer, 0, count)),
  i2: toInt32(2, (buffer, count) => new Int16Array(buffer, 0, count)),
  i4: plain('int32'),
  i8: { byteLength: 8, decode: ({ buffer }, count) => ({ dtype: 'int32', data: fromWords(buffer, count, true) }) },
  u1: plain('uint8'),
  u2: toInt32(2, (buffer, count) => new Uint16Array(buffer, 0, count)),
  u4: {
    byteLength: 4,
    decode: ({ buffer }, count) => {
      const data = new Int32Array(buffer, 0, count);
      const large = data.findIndex((value) => value < 0);
      if (large !== -1) throw new DataError(`element ${large} is ${data[large]! >>> 0}, which does not fit into int32`);
      return { dtype: 'int32', data };
    },
  },
  u8: { byteLength: 8, decode: ({ buffer }, count) => ({ dtype: 'int32', data: fromWords(buffer, count, false) }) },
  b1: {
    byteLength: 1,
    decode: (bytes) => {
      for (let index = 0; index < bytes.length; index++) if (bytes[index]! > 1) bytes[index] = 1;
      return { dtype: 'bool', data: bytes };
    },
  },
};

/** Whole numbers of 64 bits, as those of 32 that most of them are. */
function fromWords(buffer: ArrayBuffer, count: number, isSigned: boolean): Int32Array {
  const words = new Int32Array(buffer, 0, 2 * count);
  const data = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const low = words[2 * index]!;
    const high = words[2 * index + 1]!;
    if (isSigned ? high !== low >> 31 : high !== 0 || low < 0) {
      const bits = (BigInt(high) << 32n) | BigInt(low >>> 0);
      const value = isSigned ? bits : BigInt.asUintN(64, bits);
      throw new DataError(`element ${index} is ${value}, which does not fit into int32`);
    }
    data[index] = low;
  }
  return data;
}

const unreadKinds: Readonly<Record<string, string>> = {
  O: 'Python objects (pickle), which could run code and are never loaded',
  U: 'text',
  S: 'text',
  a: 'text',
  c: 'complex numbers',
  M: 'dates',
  m: 'spans of time',
  V: 'records or bytes without a type',
  f: 'numbers of a precision that Nacre does not have',
};

/** How the elements of a header are read. @throws DataError for a type that is not */
function storedType(descr: string, place: string): { type: Stored; isBigEndian: boolean } {
  const parts = /^([<>=|]?)([a-zA-Z])(\d*)/.exec(descr);
  const name = parts === null ? '' : `${parts[2]}${parts[3]}`;
  const type = /^[<>=|]?[a-z]\d+$/.test(descr) && Object.hasOwn(storedTypes, name) ? storedTypes[name] : undefined;
  if (type === undefined) {
    const what = parts === null ? undefined : unreadKinds[parts[2]!];
    throw new DataError(
      `${place}: expected elements of ${Object.keys(storedTypes).join(', ')}, received '${descr.slice(0, 40)}'${what === undefined ? '' : ` (${what})`}. Save numbers, for example with array.astype('float32').`,
    );
  }
  return { type, isBigEndian: parts![1] === '>' };
}

/**
 * Reads what stands before the elements of an .npy file. `place` is what errors call it: `'x.npy'`.
 * @throws DataError if it is no .npy file, is cut off there, or its header is not one that NumPy writes
 */
export function readNpyHeader(bytes: Uint8Array, place: string): NpyHeader {
  if (!magic.every((byte, index) => bytes[index] === byte))
    throw new DataError(`${place}: expected an .npy file, which begins with \\x93NUMPY, received something else.`);
  const version = bytes[6];
  if (bytes.length < 10 || (bytes.length < 12 && version !== 1))
    throw new DataError(`${place}: expected a header, received ${bytes.length} bytes in all.`);
  if (version !== 1 && version !== 2 && version !== 3)
    throw new DataError(`${place}: expected version 1, 2 or 3 of the .npy format, received ${version}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader)
    throw new DataError(`${place}: expected a header of at most ${longestHeader} bytes, received ${length}.`);
  const dataStart = start + length;
  if (dataStart > bytes.length)
    throw new DataError(
      `${place}: expected a header that ends at byte ${dataStart}, received ${bytes.length} bytes. It is cut off.`,
    );
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, dataStart)).trim();
  return { ...parseHeader(text, place), dataStart };
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: Python's way to write it, which may move the keys. */
function parseHeader(text: string, place: string): Omit<NpyHeader, 'dataStart'> {
  const fail = (expected: string): never => {
    throw new DataError(`${place}, its header: expected ${expected}, received ${JSON.stringify(text.slice(0, 200))}.`);
  };
  const found = new Map<string, string>();
  let rest = /^\{(.*)\}$/s.exec(text)?.[1]?.trim() ?? fail('a dictionary');
  while (rest !== '') {
    const item = /^'(descr|fortran_order|shape)'\s*:\s*('[^']*'|True|False|\([\d\sL,]*\)|\[.*\])\s*(?:,\s*|$)/s.exec(
      rest,
    );
    if (item === null || found.has(item[1]!)) return fail("'descr', 'fortran_order' and 'shape', each once");
    found.set(item[1]!, item[2]!);
    rest = rest.slice(item[0].length);
  }
  const descr = found.get('descr');
  if (descr?.startsWith('['))
    throw new DataError(`${place}: expected an array of numbers, received records (a structured dtype).`);
  if (descr?.startsWith("'") !== true) return fail("'descr' with the element type");
  const order = found.get('fortran_order');
  if (order !== 'True' && order !== 'False') return fail("'fortran_order' with True or False");
  const sizes = /^\((.*)\)$/s.exec(found.get('shape') ?? '')?.[1] ?? fail("'shape' with a tuple");
  const shape = sizes
    .split(',')
    .map((size) => size.trim())
    // The comma after the last.
    .filter((size, index, all) => size !== '' || index < all.length - 1)
    .map((size) => (/^\d+L?$/.test(size) ? Number.parseInt(size, 10) : fail('whole numbers as sizes')));
  if (shape.length > mostAxes) return fail(`at most ${mostAxes} axes`);
  return { descr: descr.slice(1, -1), fortranOrder: order === 'True', shape };
}

/**
 * Reads an .npy file. Half precision becomes float32; whole numbers other than uint8 become int32 where they fit.
 * `place` is what errors call it: `'x.npy'`.
 * @throws DataError if it is damaged, or holds text, records or Python objects
 */
export function readNpy(bytes: Uint8Array, place: string): NDArray {
  const header = readNpyHeader(bytes, place);
  checkNpyLength(header, bytes.length, place);
  return decodeElements(header, bytes.subarray(header.dataStart), place);
}

/**
 * The array that these bytes are, of which nothing is kept. They are as many as its type and shape say.
 * @throws DataError for a type that is not read, and for whole numbers that do not fit into int32
 */
export function decodeElements(
  { descr, shape, fortranOrder }: Omit<NpyHeader, 'dataStart'>,
  bytes: Uint8Array,
  place: string,
): NDArray {
  const { type, isBigEndian } = storedType(descr, place);
  const count = sizeOf(shape);
  if (bytes.length !== count * type.byteLength)
    throw new DataError(
      `${place}: expected ${count * type.byteLength} bytes for '${descr}' of shape ${formatShape(shape)}, received ${bytes.length}.`,
    );
  // A copy lies where its elements can be read, and does not keep the whole file.
  const own = new Uint8Array(bytes);
  if (isBigEndian) swapBytes(own, type.byteLength);
  let read: Pick<NDArray, 'dtype' | 'data'>;
  try {
    read = type.decode(own, count);
  } catch (error) {
    throw error instanceof DataError ? new DataError(`${place}: ${error.message}.`, { cause: error }) : error;
  }
  const { dtype, data } = read;
  return { dtype, shape, data: fortranOrder && shape.length > 1 ? toRowMajor(dtype, data, shape) : data };
}

/**
 * Checks the length of a whole file against its header, for which the first bytes of it are enough.
 * @throws DataError unless they agree, or the elements are of a type that is not read
 */
export function checkNpyLength({ descr, shape, dataStart }: NpyHeader, byteLength: number, place: string): void {
  const { type } = storedType(descr, place);
  // A product above 2^53 is inexact, but then it exceeds any file, which is all that is asked of it.
  const expected = dataStart + sizeOf(shape) * type.byteLength;
  if (byteLength === expected) return;
  throw new DataError(
    `${place}: expected ${expected} bytes for '${descr}' of shape ${formatShape(shape)}, received ${byteLength}. ${byteLength < expected ? 'It is cut off.' : 'Something was added at its end.'}`,
  );
}

function swapBytes(bytes: Uint8Array, byteLength: number): void {
  if (byteLength === 1) return;
  for (let at = 0; at < bytes.length; at += byteLength) bytes.subarray(at, at + byteLength).reverse();
}

/** Elements in the order of the first axis first, as those of the last axis first. */
function toRowMajor(dtype: DType, data: TypedArray, shape: Shape): TypedArray {
  const result = allocate(dtype, data.length);
  // Where a step along each axis of the result goes in the file.
  const steps = stridesOf([...shape].reverse()).reverse();
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

const descrOf: { readonly [D in DType]: string } = {
  float32: '<f4',
  float64: '<f8',
  int32: '<i4',
  uint8: '|u1',
  bool: '|b1',
};

/** The bytes of an .npy file (version 1.0) as NumPy writes it. */
export function writeNpy({ dtype, shape, data }: NDArray): Uint8Array<ArrayBuffer> {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descrOf[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // A line that ends where elements of any type may begin.
  const dataStart = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(dataStart + data.byteLength);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, dataStart - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(dataStart - 11)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart);
  return bytes;
}
