import { describe, expect, test } from 'vitest';
import type { TypedArray } from '../../base/dtype.js';
import { ndarray } from '../../base/ndarray.js';
import { RandomStream } from '../../base/random.js';
import { onnxCodec, type ModelMessage, type TensorMessage, type Unfinished } from './messages.js';
import type { OnnxModel } from './model.js';
import { readOnnx, writeOnnx } from './onnx-file.js';

const model: OnnxModel = {
  irVersion: 8,
  opsets: new Map([['', 17]]),
  producer: 'tests',
  producerVersion: '1',
  metadata: new Map([['note', 'läuft']]),
  graph: {
    name: 'net',
    inputs: [{ name: 'x', type: 'float', shape: ['batch', 3, null] }],
    outputs: [{ name: 'y', type: 'float', shape: undefined }],
    initializers: new Map([
      ['w', { type: 'float', array: ndarray(Float32Array.of(1, -0, 0.5, NaN, 2, 3), [3, 2]) }],
      ['shape', { type: 'int64', array: ndarray(Int32Array.of(0, -1)) }],
      ['none', { type: 'double', array: ndarray(new Float64Array(0), [0, 2]) }],
    ]),
    nodes: [
      {
        name: 'all',
        op: 'Everything',
        domain: '',
        inputs: ['x', '', 'w'],
        outputs: ['a'],
        attributes: new Map([
          ['axis', { type: 'int', value: -1 }],
          ['zero', { type: 'int', value: 0 }],
          ['alpha', { type: 'float', value: 0.5 }],
          ['pads', { type: 'ints', value: [0, 1, 2 ** 40] }],
          ['scales', { type: 'floats', value: [0.5, 2] }],
          ['mode', { type: 'string', value: 'SAME_UPPER' }],
          ['names', { type: 'strings', value: ['a', 'ü'] }],
          ['value', { type: 'tensor', value: { type: 'bool', array: ndarray(Uint8Array.of(1, 0), [2], 'bool') } }],
        ]),
      },
      { name: '', op: 'Reshape', domain: 'com.other', inputs: ['a', 'shape'], outputs: ['y'], attributes: new Map() },
    ],
  },
};

test('what was written comes back', async () => {
  expect(await readOnnx(await writeOnnx(model), 'm')).toEqual(model);
});

test('a file is as onnx.proto says', async () => {
  const bytes = await writeOnnx({ ...model, metadata: new Map(), graph: { ...model.graph, nodes: [], outputs: [] } });
  // ir_version (field 1) 8, producer_name (2), producer_version (3), graph (7).
  expect([...bytes.subarray(0, 13)]).toEqual([0x08, 8, 0x12, 5, ...Buffer.from('tests'), 0x1a, 1, 0x31, 0x3a]);
  // opset_import (8): version (2) 17, the domain empty.
  expect([...bytes.subarray(-4)]).toEqual([0x42, 2, 0x10, 17]);
});

/** A model with one array as the message says. */
async function withArray(tensor: Unfinished<TensorMessage>): Promise<Uint8Array> {
  const message: Unfinished<ModelMessage> = {
    opsetImport: [{ version: 17n }],
    graph: { initializer: [{ name: 'w', ...tensor }] },
  };
  return (await onnxCodec()).encode('Model', message);
}

describe('arrays', () => {
  test.each<[string, Unfinished<TensorMessage>, string, readonly number[]]>([
    ['float in a list', { dataType: 1, dims: [2n], floatData: [0.5, -1] }, 'float32', [0.5, -1]],
    ['double in a list', { dataType: 11, dims: [1n], doubleData: [0.1] }, 'float64', [0.1]],
    [
      'half precision in a list',
      { dataType: 10, dims: [3n], int32Data: [0x3c00, 0xc000, 0x0001] },
      'float32',
      [1, -2, 2 ** -24],
    ],
    [
      'half precision as bytes',
      { dataType: 10, dims: [2n], rawData: Uint8Array.of(0, 0x3c, 0, 0x7c) },
      'float32',
      [1, Infinity],
    ],
    ['bfloat16', { dataType: 16, dims: [1n], rawData: Uint8Array.of(0x80, 0x3f) }, 'float32', [1]],
    ['int8 as bytes', { dataType: 3, dims: [2n], rawData: Uint8Array.of(255, 7) }, 'int32', [-1, 7]],
    ['bytes in a list', { dataType: 2, dims: [2n], int32Data: [255, 7] }, 'uint8', [255, 7]],
    ['booleans', { dataType: 9, dims: [2n], rawData: Uint8Array.of(1, 0) }, 'bool', [1, 0]],
    [
      'whole numbers, those too large limited',
      { dataType: 7, dims: [3n], int64Data: [-5n, 2n ** 62n, -(2n ** 62n)] },
      'int32',
      [-5, 2 ** 31 - 1, -(2 ** 31)],
    ],
    ['uint64 in a list', { dataType: 13, dims: [1n], uint64Data: [9n] }, 'int32', [9]],
    ['a scalar', { dataType: 6, dims: [], int32Data: [4] }, 'int32', [4]],
    ['nothing', { dataType: 1, dims: [0n, 5n] }, 'float32', []],
  ])('%s', async (_what, tensor, dtype, expected) => {
    const { array } = (await readOnnx(await withArray(tensor), 'm')).graph.initializers.get('w')!;
    expect(array.dtype).toBe(dtype);
    expect(array.shape).toEqual(tensor.dims!.map(Number));
    expect([...array.data]).toEqual(expected);
  });

  test('wherever in a Buffer of Node the array lies', async () => {
    const whole = await withArray({
      dataType: 1,
      dims: [2n],
      rawData: new Uint8Array(Float32Array.of(0.5, -1).buffer),
    });
    for (let offset = 0; offset < 4; offset++) {
      const file = Buffer.alloc(whole.length + offset).subarray(offset);
      file.set(whole);
      const { array } = (await readOnnx(file, 'm')).graph.initializers.get('w')!;
      expect([...array.data]).toEqual([0.5, -1]);
    }
  });

  test.each<[string, Unfinished<TensorMessage>, RegExp]>([
    [
      'of an absurd shape',
      { dataType: 1, dims: [2n ** 30n, 2n ** 20n] },
      /^'m', array 'w': shape .* takes 4503599627370496 bytes/,
    ],
    ['of a negative size', { dataType: 1, dims: [-4n] }, /expected a shape of at most 32 sizes, received \[-4\]/],
    ['cut off', { dataType: 1, dims: [2n], rawData: new Uint8Array(7) }, /takes 8 bytes, and the file has 7/],
    ['with too long a list', { dataType: 1, dims: [1n], floatData: [1, 2] }, /takes 1 elements, and the file has 2/],
    ['of texts', { dataType: 8, dims: [1n] }, /received string/],
    ['of an unknown type', { dataType: 99, dims: [1n] }, /received type 99/],
  ])('%s are refused', async (_what, tensor, message) => {
    const bytes = await withArray(tensor);
    await expect(readOnnx(bytes, 'm')).rejects.toThrow(message);
    await expect(readOnnx(bytes, 'm')).rejects.toMatchObject({ name: 'DataError' });
  });
});

describe('a file beside', () => {
  const data = new Uint8Array(Float32Array.of(7, 8, 9).buffer);
  const beside = (name: string): Promise<Uint8Array | undefined> =>
    Promise.resolve(name === 'm.onnx.data' ? data : undefined);
  const located = (location: string, offset?: string, length?: string): Promise<Uint8Array> =>
    withArray({
      dataType: 1,
      dims: [2n],
      dataLocation: 1,
      externalData: Object.entries({ location, offset, length }).flatMap(([key, value]) =>
        value === undefined ? [] : [{ key, value }],
      ),
    });

  test('holds arrays', async () => {
    const read = async (bytes: Uint8Array): Promise<TypedArray> =>
      (await readOnnx(bytes, 'm', beside)).graph.initializers.get('w')!.array.data;
    expect([...(await read(await located('m.onnx.data', '4', '8')))]).toEqual([8, 9]);
    expect([...(await read(await located('m.onnx.data', '4')))]).toEqual([8, 9]);
  });

  test.each([
    ['../m.onnx.data', '0', /of the same folder, received the location "..\/m.onnx.data"/],
    ['/etc/hostname', '0', /same folder/],
    ['a\\b', '0', /same folder/],
    ['..', '0', /same folder/],
    ['other.data', '0', /in the file 'other.data', which is not there/],
    ['m.onnx.data', '8', /within the 12 bytes of 'm.onnx.data'/],
    ['m.onnx.data', '-4', /within the 12 bytes/],
    ['m.onnx.data', '1e30', /within the 12 bytes/],
  ])('%s at %s is refused', async (location, offset, message) => {
    await expect(readOnnx(await located(location, offset, '8'), 'm', beside)).rejects.toThrow(message);
  });
});

describe('refused', () => {
  const encoded = async (message: Unfinished<ModelMessage>): Promise<Uint8Array> =>
    (await onnxCodec()).encode('Model', { opsetImport: [{ version: 17n }], ...message });

  test.each<[string, Unfinished<ModelMessage>, RegExp]>([
    ['no graph', {}, /expected an ONNX model with a graph/],
    ['functions', { graph: {}, functions: [{ name: 'Gelu' }] }, /functions of its own \(Gelu\)/],
    ['sparse arrays', { graph: { sparseInitializer: [new Uint8Array(1)] } }, /sparse arrays/],
    [
      'a graph within a node',
      { graph: { node: [{ name: 'n', opType: 'If', attribute: [{ name: 'then_branch', type: 5 }] }] } },
      /node 'n' \(If\), attribute 'then_branch'.*Graphs within a node/,
    ],
    [
      'a cycle',
      {
        graph: {
          node: [
            { name: 'a', opType: 'Relu', input: ['q'], output: ['p'] },
            { name: 'b', opType: 'Relu', input: ['p'], output: ['q'] },
          ],
        },
      },
      /node 'a' \(Relu\): its input 'q'/,
    ],
    [
      'a value computed twice',
      { graph: { node: [1, 2].map((n) => ({ name: `n${n}`, opType: 'Constant', output: ['q'] })) } },
      /node 'n2' \(Constant\): 'q' has been computed before/,
    ],
    ['an output out of nowhere', { graph: { output: [{ name: 'y' }] } }, /output 'y' is computed by no node/],
  ])('%s', async (_what, message, expected) => {
    await expect(readOnnx(await encoded(message), 'm')).rejects.toThrow(expected);
  });

  test('bytes that are no model', async () => {
    await expect(readOnnx(Uint8Array.of(0x3a, 200, 1), 'm')).rejects.toThrow(/^'m': it is cut off, or no ONNX file/);
  });

  test('files with changed bytes: a model, or an error that names the file, never another kind of error', async () => {
    const bytes = await writeOnnx(model);
    const stream = new RandomStream(5);
    let refused = 0;
    for (let round = 0; round < 1000; round++) {
      let changed = bytes.slice();
      for (let change = stream.below(3); change >= 0; change--) changed[stream.below(bytes.length)] = stream.below(256);
      if (round % 5 === 0) changed = changed.slice(0, stream.below(bytes.length));
      try {
        await readOnnx(changed, 'the file');
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ name: 'DataError', message: expect.stringMatching(/^'the file'/) as string });
      }
    }
    expect(refused).toBeGreaterThan(200);
    expect(refused).toBeLessThan(1000);
  });
});
