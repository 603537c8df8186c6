// Arrays of ONNX files: their elements as raw bytes, as lists of numbers, or in a file beside. What a file says of sizes
// is checked against the bytes that are there before memory is taken.
import { DataError } from '../../base/errors.js';
import { formatShape, sizeOf } from '../../base/shape.js';
import { converted, storedTypes, type StoredType } from '../stored-types.js';
import type { EntryMessage, TensorMessage, Unfinished } from './messages.js';
import { elementTypes, type ElementType, type OnnxTensor } from './model.js';

type NumberList = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data';

/** How elements of a type lie in a file. */
interface Stored {
  readonly raw: StoredType;
  /** The list of numbers that holds elements which are not raw bytes, and the array whose bytes these would be. */
  readonly list: NumberList;
  readonly pack: (values: readonly number[] | readonly bigint[]) => ArrayBufferView<ArrayBuffer>;
}

const wholeLimit = 2 ** 31;

/** Whole numbers beyond int32 become its limits: only the ends of slices go that far, where they mean "to the end". */
function limited(byteLength: number, element: (view: DataView, at: number) => number | bigint): StoredType {
  return converted('int32', byteLength, (view, at) =>
    Math.min(Math.max(Number(element(view, at)), -wholeLimit), wholeLimit - 1),
  );
}

function numbers(
  name: string,
  list: 'floatData' | 'doubleData' | 'int32Data',
  array: { from: (values: readonly number[]) => ArrayBufferView<ArrayBuffer> },
): Stored {
  return { raw: storedTypes[name]!, list, pack: (values) => array.from(values as readonly number[]) };
}

const stored: Readonly<Record<Exclude<ElementType, 'string'>, Stored>> = {
  float: numbers('F32', 'floatData', Float32Array),
  double: numbers('F64', 'doubleData', Float64Array),
  float16: numbers('F16', 'int32Data', Uint16Array),
  bfloat16: numbers('BF16', 'int32Data', Uint16Array),
  uint8: numbers('U8', 'int32Data', Uint8Array),
  bool: numbers('BOOL', 'int32Data', Uint8Array),
  int8: numbers('I8', 'int32Data', Int8Array),
  uint16: numbers('U16', 'int32Data', Uint16Array),
  int16: numbers('I16', 'int32Data', Int16Array),
  int32: numbers('I32', 'int32Data', Int32Array),
  uint32: {
    raw: limited(4, (view, at) => view.getUint32(at, true)),
    list: 'uint64Data',
    pack: (values) => Uint32Array.from(values as readonly bigint[], Number),
  },
  int64: {
    raw: limited(8, (view, at) => view.getBigInt64(at, true)),
    list: 'int64Data',
    pack: (values) => BigInt64Array.from(values as readonly bigint[]),
  },
  uint64: {
    raw: limited(8, (view, at) => view.getBigUint64(at, true)),
    list: 'uint64Data',
    pack: (values) => BigUint64Array.from(values as readonly bigint[]),
  },
};

const typeNames = new Map(
  Object.entries(elementTypes).map(([name, number]) => [number as number, name as ElementType]),
);

/** The element type of ONNX's number; undefined for those that are not known here. */
export function elementTypeOf(number: number): ElementType | undefined {
  return typeNames.get(number);
}

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
  const { raw, list, pack } = stored[type];
  const count = sizeOf(shape);
  const check = (expected: number, received: number, unit: string): void => {
    if (received !== expected)
      throw new DataError(
        `${place}: shape ${formatShape(shape)} of ${type} takes ${expected} ${unit}, and the file has ${received}.`,
      );
  };
  const isRaw = message.dataLocation === 1 || message[list].length === 0;
  const bytes = message.dataLocation === 1 ? await external(message.externalData, place, beside) : message.rawData;
  if (isRaw) check(count * raw.byteLength, bytes.byteLength, 'bytes');
  else check(count, message[list].length, 'elements');
  // A copy lies where its elements can be read, and does not keep the whole file. The `slice` of Node's Buffer is none.
  const packed = isRaw ? new Uint8Array(bytes) : pack(message[list]);
  const own = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
  return { type, array: { ...raw.read(own, count), shape } };
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
