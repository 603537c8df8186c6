import { describe, expect, test } from 'vitest';
import type { NDArray } from '../base/ndarray.js';
import { RandomStream } from '../base/random.js';
import { readSafetensors } from './safetensors.js';
import { writeSafetensors } from './write-safetensors.js';

const arrays = new Map<string, NDArray>([
  ['flags', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['dense/kernel', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -0, NaN, Infinity) }],
  ['double', { dtype: 'float64', shape: [1], data: Float64Array.of(Math.PI) }],
  ['steps', { dtype: 'int32', shape: [], data: Int32Array.of(-7) }],
  ['bytes', { dtype: 'uint8', shape: [2], data: Uint8Array.of(200, 1) }],
  ['nothing', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
]);
const metadata = new Map([
  ['model', '{"a": "é"}'],
  ['empty', ''],
]);

/** A file with this header, and data of `byteLength` bytes. */
function fileOf(header: string, byteLength: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.byteLength + byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  bytes.set(text, 8);
  return bytes;
}

test('what is written is read again, bit for bit, wherever the bytes lie', () => {
  const bytes = writeSafetensors({ tensors: arrays, metadata });
  for (const shift of [0, 1, 3]) {
    const shifted = new Uint8Array(bytes.byteLength + shift).subarray(shift);
    shifted.set(bytes);
    const read = readSafetensors(shifted, 'm.safetensors');
    expect([...read.metadata]).toEqual([...metadata]);
    expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(arrays));
  }
});

test('equal contents give equal bytes, the data aligned, larger elements first', () => {
  const bytes = writeSafetensors({ tensors: arrays, metadata });
  expect(writeSafetensors({ tensors: new Map([...arrays].reverse()), metadata })).toEqual(bytes);
  const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(headerLength % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as object;
  expect(Object.keys(header)).toEqual(['__metadata__', 'double', 'dense/kernel', 'nothing', 'steps', 'bytes', 'flags']);
});

test('an array cannot take the name of the texts', () => {
  const tensors = new Map([['__metadata__', arrays.get('steps')!]]);
  expect(() => writeSafetensors({ tensors, metadata: new Map() })).toThrow('__metadata__');
});

test.each<[string, number[], object]>([
  // 1, -2, the largest, the least subnormal, infinity
  [
    'F16',
    [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c],
    Float32Array.of(1, -2, 65504, 2 ** -24, Infinity),
  ],
  ['BF16', [0x80, 0x3f, 0x49, 0x40], Float32Array.of(1, 3.140625)],
  ['I8', [0xff, 0x02], Int32Array.of(-1, 2)],
  ['I16', [0xff, 0xff], Int32Array.of(-1)],
  ['U16', [0xff, 0xff], Int32Array.of(65535)],
  ['U32', [7, 0, 0, 0], Int32Array.of(7)],
  ['I64', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Int32Array.of(-2)],
  ['U64', [9, 0, 0, 0, 0, 0, 0, 0], Int32Array.of(9)],
])('%s is converted', (dtype, data, expected) => {
  const count = (expected as ArrayLike<number>).length;
  const bytes = fileOf(JSON.stringify({ a: { dtype, shape: [count], data_offsets: [0, data.length] } }), data.length);
  bytes.set(data, bytes.byteLength - data.length);
  expect(readSafetensors(bytes, 'f').tensors.get('a')!.data).toEqual(expected);
});

describe('refused, with the file, the place and the reason', () => {
  const tensor = (override: object): string =>
    JSON.stringify({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...override } });
  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /'f'.*at least 8 bytes, received 0/],
    ['a header longer than the file', fileOf('{}', 0).fill(0xff, 0, 2), /bytes 0 to 7.*received 65535/],
    ['a header of absurd length', fileOf('{}', 0).fill(0xff, 0, 8), /received 18446744073709551615/],
    ['no JSON', fileOf('{"a"', 0), /its header: expected JSON/],
    ['no text', fileOf('{}', 0).fill(0xff, 8), /its header: expected UTF-8/],
    ['a list', fileOf('[]', 0), /expected an object/],
    ['deep JSON', fileOf('['.repeat(1e6), 0), /at most 100 levels, received 1000000/],
    ['deep JSON in an object', fileOf(`{"__metadata__":${'['.repeat(200)}${']'.repeat(200)}}`, 0), /received 201/],
    ['a key that reaches the prototype', fileOf('{"__proto__": {"x": 1}}', 0), /'__proto__' is not allowed/],
    ['such a key deeper down', fileOf('{"a": {"constructor": 1}}', 0), /'constructor' is not allowed/],
    ['metadata that is no object', fileOf('{"__metadata__": 1}', 0), /__metadata__: expected an object/],
    ['metadata that is no text', fileOf('{"__metadata__": {"n": 1}}', 0), /'n' to be a text, received 1/],
    ['a tensor that is no object', fileOf('{"a": 3}', 0), /tensor 'a': expected an object/],
    ['an unknown dtype', fileOf(tensor({ dtype: 'F4' }), 8), /tensor 'a': expected a dtype of .*F32.*received "F4"/],
    ['a dtype of an object', fileOf(tensor({ dtype: 'toString' }), 8), /received "toString"/],
    ['a negative size', fileOf(tensor({ shape: [-2] }), 8), /expected a shape.*\[-2\]/],
    ['an absurd shape', fileOf(tensor({ shape: [1e15, 1e15] }), 8), /takes 4e\+30 bytes.*are 8/],
    ['a shape of too many axes', fileOf(tensor({ shape: Array(40).fill(1) }), 8), /at most 32/],
    ['no shape', fileOf('{"a": {"dtype": "F32", "data_offsets": [0, 8]}}', 8), /expected a shape/],
    ['no offsets', fileOf('{"a": {"dtype": "F32", "shape": [2]}}', 8), /expected data_offsets/],
    ['offsets backwards', fileOf(tensor({ data_offsets: [8, 0] }), 8), /expected data_offsets/],
    ['offsets of another size', fileOf(tensor({ data_offsets: [0, 4] }), 8), /takes 8 bytes.*are 4/],
    ['a gap', fileOf(tensor({ data_offsets: [4, 12] }), 12), /begin at 0, received 4/],
    ['data that is cut off', fileOf(tensor({}), 7), /expected 8 bytes of data, received 7. It is cut off/],
    ['data that goes on', fileOf(tensor({}), 9), /received 9. Something was added/],
    [
      'two tensors in one place',
      fileOf(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        3,
      ),
      /tensor 'b': expected its data to begin at 2/,
    ],
    [
      'a number that does not fit',
      fileOf('{"a":{"dtype":"U32","shape":[1],"data_offsets":[0,4]}}', 4).map((byte, i, all) =>
        i >= all.length - 4 ? 255 : byte,
      ),
      /tensor 'a': the value 4294967295 does not fit/,
    ],
  ])('%s', (_what, bytes, message) => {
    expect(() => readSafetensors(bytes, 'f')).toThrow(expect.objectContaining({ name: 'DataError' }));
    expect(() => readSafetensors(bytes, 'f')).toThrow(message);
    expect(() => readSafetensors(bytes, 'f')).toThrow(/^'f'/);
  });

  test('every file that is cut off', () => {
    const bytes = writeSafetensors({ tensors: arrays, metadata });
    for (let length = 0; length < bytes.byteLength; length++)
      expect(() => readSafetensors(bytes.subarray(0, length), 'f')).toThrow(/^'f'/);
  });

  test('files with changed bytes: an error that names the file, or other values, never another kind of error', () => {
    const bytes = writeSafetensors({ tensors: arrays, metadata });
    const stream = new RandomStream(1);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const changed = bytes.slice();
      for (let change = stream.below(3); change >= 0; change--) changed[stream.below(bytes.length)] = stream.below(256);
      try {
        readSafetensors(changed, 'f');
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ name: 'DataError', message: expect.stringMatching(/^'f'/) as string });
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

test("arrays are copies, unless the bytes are nobody else's", () => {
  const tensors = new Map<string, NDArray>([['a', { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }]]);
  const bytes = Buffer.from(writeSafetensors({ tensors, metadata: new Map() }));
  const copy = readSafetensors(bytes, 'x').tensors.get('a')!;
  const view = readSafetensors(bytes, 'x', { shared: true }).tensors.get('a')!;
  expect([...view.data]).toEqual([1, 2]);
  bytes.fill(0, bytes.length - 8);
  expect([...copy.data]).toEqual([1, 2]);
  expect([...view.data]).toEqual([0, 0]);
  // Where elements lie askew they are copied in any case.
  const askew = new Uint8Array(bytes.length + 1);
  askew.set(writeSafetensors({ tensors, metadata: new Map() }), 1);
  expect([...readSafetensors(askew.subarray(1), 'x', { shared: true }).tensors.get('a')!.data]).toEqual([1, 2]);
});
