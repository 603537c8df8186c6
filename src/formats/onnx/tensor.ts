// Arrays of ONNX files: their elements as raw bytes, as lists of numbers, or in a file beside. What a file says of sizes
// is checked against the bytes that are there before memory is taken.
import { allocate, viewOf, type DType } from '../../base/dtype.js';
import { DataError } from '../../base/errors.js';
import { formatShape, sizeOf } from '../../base/shape.js';
import { bfloat16, half } from '../small-floats.js';
import type { EntryMessage, TensorMessage, Unfinished } from './messages.js';
import { elementTypes, type ElementType, type OnnxTensor } from './model.js';

type NumberList = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data';

/** How elements of a type lie in a file, and what they become. */
interface Stored {
  readonly dtype: DType;
  readonly byteLength: number;
  /** The list of numbers that holds elements which are not raw bytes. */
  readonly list: NumberList;
  readonly raw: (view: DataView, at: number) => number | bigint;
  /** The element that a number of the list or of the raw bytes stands for; itself where it is left out. */
  readonly element?: (value: number) => number;
}

const stored: Readonly<Record<Exclude<ElementType, 'string'>, Stored>> = {
  float: { dtype: 'float32', byteLength: 4, list: 'floatData', raw: (view, at) => view.getFloat32(at, true) },
  double: { dtype: 'float64', byteLength: 8, list: 'doubleData', raw: (view, at) => view.getFloat64(at, true) },
  float16: {
    dtype: 'float32',
    byteLength: 2,
    list: 'int32Data',
    raw: (view, at) => view.getUint16(at, true),
    element: half,
  },
  bfloat16: {
    dtype: 'float32',
    byteLength: 2,
    list: 'int32Data',
    raw: (view, at) => view.getUint16(at, true),
    element: bfloat16,
  },
  uint8: { dtype: 'uint8', byteLength: 1, list: 'int32Data', raw: (view, at) => view.getUint8(at) },
  bool: {
    dtype: 'bool',
    byteLength: 1,
    list: 'int32Data',
    raw: (view, at) => view.getUint8(at),
    element: (value) => (value === 0 ? 0 : 1),
  },
  int8: { dtype: 'int32', byteLength: 1, list: 'int32Data', raw: (view, at) => view.getInt8(at) },
  uint16: { dtype: 'int32', byteLength: 2, list: 'int32Data', raw: (view, at) => view.getUint16(at, true) },
  int16: { dtype: 'int32', byteLength: 2, list: 'int32Data', raw: (view, at) => view.getInt16(at, true) },
  int32: { dtype: 'int32', byteLength: 4, list: 'int32Data', raw: (view, at) => view.getInt32(at, true) },
  uint32: { dtype: 'int32', byteLength: 4, list: 'uint64Data', raw: (view, at) => view.getUint32(at, true) },
  int64: { dtype: 'int32', byteLength: 8, list: 'int64Data', raw: (view, at) => view.getBigInt64(at, true) },
  uint64: { dtype: 'int32', byteLength: 8, list: 'uint64Data', raw: (view, at) => view.getBigUint64(at, true) },
};

const typeNames = new Map(
  Object.entries(elementTypes).map(([name, number]) => [number as number, name as ElementType]),
);

/** The element type of ONNX's number; undefined for those that are not known here. */
export function elementTypeOf(number: number): ElementType | undefined {
  return typeNames.get(number);
}

const wholeLimit = 2 ** 31;
/** Whole numbers beyond int32 become its limits: only the ends of slices go that far, where they mean "to the end". */
const limited = (value: number): number => Math.min(Math.max(value, -wholeLimit), wholeLimit - 1);

/** The bytes of a file beside the model's, by its name; undefined where there is none. */
export type ReadBeside = (name: string) => Promise<Uint8Array | undefined>;

/** @throws DataError that begins with `place` */
export async function readTensor(message: TensorMessage, place: string, beside: ReadBeside): Promise<OnnxTensor> {
  const type = elementTypeOf(message.dataType);
  if (type === undefined || type === 'string')
    throw new DataError(
      `${place}: expected elements of type ${Object.keys(stored).join(', ')}, received ${type ?? `type ${message.dataType}`}.`,
    );
  const shape = shapeOf(message.dims, place);
  const { dtype, byteLength, list, raw, element } = stored[type];
  const count = sizeOf(shape);
  const check = (expected: number, received: number, unit: string): void => {
    if (received !== expected)
      throw new DataError(
        `${place}: shape ${formatShape(shape)} of ${type} takes ${expected} ${unit}, and the file has ${received}.`,
      );
  };
  const isRaw = message.dataLocation === 1 || message[list].length === 0;
  const bytes = message.dataLocation === 1 ? await external(message.externalData, place, beside) : message.rawData;
  if (isRaw) check(count * byteLength, bytes.byteLength, 'bytes');
  else check(count, message[list].length, 'elements');
  if (isRaw && !element && (dtype !== 'int32' || type === 'int32')) {
    // A copy lies where its elements can be read, and does not keep the whole file.
    const own = bytes.slice();
    return { type, array: { dtype, shape, data: viewOf(dtype, own.buffer, own.byteOffset, count) } };
  }
  const data = allocate(dtype, count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    const value = Number(isRaw ? raw(view, i * byteLength) : message[list][i]!);
    const own = element ? element(value) : value;
    data[i] = dtype === 'int32' ? limited(own) : own;
  }
  return { type, array: { dtype, shape, data } };
}

function shapeOf(dims: readonly bigint[], place: string): number[] {
  const shape = dims.map(Number);
  if (shape.length > 32 || shape.some((size) => !Number.isSafeInteger(size) || size < 0))
    throw new DataError(`${place}: expected a shape of at most 32 sizes, received [${dims.slice(0, 40).join(', ')}].`);
  return shape;
}

/** The bytes that a file beside has for an array. Only names in the same folder are followed. */
async function external(entries: readonly EntryMessage[], place: string, beside: ReadBeside): Promise<Uint8Array> {
  const texts = new Map(entries.map(({ key, value }) => [key, value]));
  const location = texts.get('location') ?? '';
  // PyTorch and ONNX's own tools write the name alone.
  if (location === '' || location === '.' || location === '..' || /[/\\:\0]/.test(location))
    throw new DataError(
      `${place}: expected its data in a file of the same folder, received the location ${JSON.stringify(location.slice(0, 80))}.`,
    );
  const bytes = await beside(location);
  if (!bytes)
    throw new DataError(
      `${place}: its data is in the file '${location}', which is not there. Keep it beside the model, or save the model as one file.`,
    );
  const number = (key: string, otherwise: number): number => {
    const text = texts.get(key);
    return text === undefined ? otherwise : /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  };
  const offset = number('offset', 0);
  const length = number('length', bytes.byteLength - offset);
  if (!(offset + length <= bytes.byteLength) || length < 0)
    throw new DataError(
      `${place}: expected its data within the ${bytes.byteLength} bytes of '${location}', received offset ${texts.get('offset')} and length ${texts.get('length')}.`,
    );
  return bytes.subarray(offset, offset + length);
}

/** As raw bytes, little-endian. */
export function tensorMessage({ type, array }: OnnxTensor, name: string): Unfinished<TensorMessage> {
  const { shape, data } = array;
  const whole = type === 'int64' ? BigInt64Array.from(data, BigInt) : data;
  return {
    name,
    dims: shape.map(BigInt),
    dataType: elementTypes[type],
    rawData: new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength),
  };
}
