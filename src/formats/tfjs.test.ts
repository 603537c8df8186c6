import { describe, expect, test } from 'vitest';
import { ndarray } from '../base/ndarray.js';
import type { Json } from './json.js';
import { readTfjs, readWeights, shardPaths, writeTfjs, writeWeights, type TfjsWeight } from './tfjs.js';

const kernel = ndarray(Float32Array.of(1, -2, 3.5, 0.25, -0, 1e-8), [2, 3]);
const counts = ndarray(Int32Array.of(7, -1), [2]);
const mask = ndarray(Uint8Array.of(1, 0, 1), [3], 'bool');
const weights: readonly TfjsWeight[] = [
  { name: 'a/kernel', group: undefined, array: kernel },
  { name: 'a/mask', group: undefined, array: mask },
  { name: 'iter', group: 'optimizer', array: counts },
];

const nameShard = (_bytes: Uint8Array, index: number, count: number): Promise<string> =>
  Promise.resolve(`w-${index}of${count}.bin`);

const encode = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

/** Reads files that lie in a table. */
const from =
  (files: Readonly<Record<string, Uint8Array>>) =>
  (path: string): Promise<Uint8Array | undefined> =>
    Promise.resolve(files[path]);

describe('weights', () => {
  test('are the same after writing and reading', async () => {
    const { manifest, shards } = await writeWeights(weights, nameShard);
    expect([...shards.keys()]).toEqual(['w-1of1.bin']);
    expect(await readWeights(manifest, 'm', (path) => Promise.resolve(shards.get(path)))).toEqual(weights);
    expect(shardPaths(manifest, 'm')).toEqual(['w-1of1.bin']);
  });

  test('of more than 4 MB are in several files, and arrays go across them', async () => {
    const large = ndarray(Float32Array.from({ length: 2_500_000 }, (_, i) => i));
    const { manifest, shards } = await writeWeights([{ name: 'w', group: undefined, array: large }], nameShard);
    expect([...shards].map(([name, { byteLength }]) => [name, byteLength])).toEqual([
      ['w-1of3.bin', 4_194_304],
      ['w-2of3.bin', 4_194_304],
      ['w-3of3.bin', 1_611_392],
    ]);
    const [read] = await readWeights(manifest, 'm', (path) => Promise.resolve(shards.get(path)));
    expect(read!.array.shape).toEqual([2_500_000]);
    expect(read!.array.data.every((value, i) => value === i)).toBe(true);
  });

  test('that are equal may lie in one file, which is read once, but not thousands of times', async () => {
    const bytes = new Uint8Array(400).fill(1);
    let reads = 0;
    const read = (): Promise<Uint8Array> => {
      reads++;
      return Promise.resolve(bytes);
    };
    const named = (times: number): Json => [
      { paths: new Array<string>(times).fill('one'), weights: [{ name: 'x', shape: [100 * times], dtype: 'int32' }] },
    ];
    const [x] = await readWeights(named(3), 'm', read);
    expect(x!.array.data).toEqual(new Int32Array(300).fill(0x01010101));
    expect(reads).toBe(1);
    await expect(readWeights(named(1000), 'm', read)).rejects.toThrow(
      'm, group 0: expected weights of at most 64 times the length of their files (400 bytes), received paths that name 400000 bytes',
    );
  });

  test('without any need no file', async () => {
    const { manifest, shards } = await writeWeights([], nameShard);
    expect(shards.size).toBe(0);
    expect(await readWeights(manifest, 'm', from({}))).toEqual([]);
  });

  test('lie in files of any length, in several groups, also empty ones', async () => {
    const bytes = Uint8Array.from([0, 0, 128, 63, 0, 0, 0, 64]);
    const manifest = [
      { paths: ['a', 'sub/b', 'c'], weights: [{ name: 'x', shape: [2, 1], dtype: 'float32' }] },
      { paths: [], weights: [{ name: 'none', shape: [0, 3], dtype: 'int32' }] },
    ];
    const read = await readWeights(
      manifest,
      'm',
      from({ a: bytes.subarray(0, 3), 'sub/b': new Uint8Array(0), c: bytes.subarray(3) }),
    );
    expect(read.map(({ name, array }) => [name, array.shape, [...array.data]])).toEqual([
      ['x', [2, 1], [1, 2]],
      ['none', [0, 3], []],
    ]);
  });

  test.each<[string, string, object, Uint8Array, number[]]>([
    ['uint8', 'float32', { dtype: 'uint8', scale: 0.5, min: -1 }, Uint8Array.of(0, 3, 255), [-1, 0.5, 126.5]],
    ['uint16', 'float32', { dtype: 'uint16', scale: 2, min: 1 }, Uint8Array.of(0, 0, 1, 0, 0, 1), [1, 3, 513]],
    ['uint8 of int32', 'int32', { dtype: 'uint8', scale: 0.3, min: 0 }, Uint8Array.of(0, 2, 5), [0, 1, 2]],
    ['float16', 'float32', { dtype: 'float16' }, Uint8Array.of(0, 0x3c, 0, 0xc0, 1, 0), [1, -2, 2 ** -24]],
  ])('quantized to %s become what they stand for', async (_what, dtype, quantization, bytes, expected) => {
    const manifest = [{ paths: ['w'], weights: [{ name: 'q', shape: [3], dtype, quantization } as unknown as Json] }];
    const [weight] = await readWeights(manifest, 'm', from({ w: bytes }));
    expect(weight!.array.dtype).toBe(dtype);
    expect([...weight!.array.data]).toEqual(expected);
  });
});

describe('a model.json', () => {
  test('is the same after writing and reading', async () => {
    const { manifest, shards } = await writeWeights(weights, nameShard);
    const model = {
      topology: { class_name: 'Sequential', config: { name: 's', layers: [] } },
      trainingConfig: { loss: 'mean_squared_error' },
      metadata: { mine: [1, 'two'] },
      generatedBy: 'a test',
      manifest,
    };
    const bytes = writeTfjs(model);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ format: 'layers-model', convertedBy: null });
    expect(await readTfjs(bytes, 'model.json', (path) => Promise.resolve(shards.get(path)))).toEqual({
      ...model,
      weights,
    });
  });

  test('may lack all that weights alone need not', async () => {
    expect(await readTfjs(encode({ weightsManifest: [] }), 'm', from({}))).toEqual({
      topology: null,
      trainingConfig: undefined,
      metadata: {},
      generatedBy: undefined,
      weights: [],
      manifest: [],
    });
  });

  const one = { name: 'x', shape: [1], dtype: 'float32' };
  const group = (weight: object, path: unknown = 'w'): object => ({
    modelTopology: {},
    weightsManifest: [{ paths: [path], weights: [weight] }],
  });
  test.each<[string, unknown, RegExp]>([
    ['a list', [], /'m.json': expected a TensorFlow.js model with modelTopology/],
    ['another JSON', { layers: [] }, /expected a TensorFlow.js model/],
    ['a graph model', { format: 'graph-model', modelTopology: {} }, /a graph model, which has operations/],
    ['another format', { format: 'x', modelTopology: {} }, /format 'layers-model', received "x"/],
    ['a topology that is none', { modelTopology: 3 }, /modelTopology: expected an object/],
    ['a trainingConfig that is none', { modelTopology: {}, trainingConfig: [] }, /trainingConfig: expected an object/],
    ['metadata that are none', { modelTopology: {}, userDefinedMetadata: 'x' }, /userDefinedMetadata: expected/],
    ['a manifest that is none', { weightsManifest: {} }, /weightsManifest: expected a list of groups, received {}/],
    ['a group without paths', { weightsManifest: [{ weights: [] }] }, /group 0: expected an object with paths/],
    ['a weight without a name', group({ shape: [1] }), /group 0, weight 0: expected an object with name/],
    ['a shape that is none', group({ ...one, shape: [-1] }), /weight 0 \('x'\): expected a shape .* received \[-1\]/],
    ['a shape of too many axes', group({ ...one, shape: new Array<number>(33).fill(1) }), /at most 32 whole/],
    ['a huge shape', group({ ...one, shape: [2 ** 40, 2 ** 40] }), /more than any file holds/],
    ['an unknown dtype', group({ ...one, dtype: 'string' }), /a dtype of float32.*received "string"/],
    ['a group that is no text', group({ ...one, group: 3 }), /its group to be a text/],
    ['an unknown quantization', group({ ...one, quantization: { dtype: 'int4' } }), /uint8, uint16 or float16/],
    ['a quantization without a scale', group({ ...one, quantization: { dtype: 'uint8' } }), /with a scale and a min/],
    ['a quantized bool', group({ ...one, dtype: 'bool', quantization: { dtype: 'uint8' } }), /float32 or int32/],
    [
      'float16 of int32',
      group({ ...one, dtype: 'int32', quantization: { dtype: 'float16' } }),
      /float16 to be float32, received int32/,
    ],
    ['two of one name', { weightsManifest: [{ paths: [], weights: [one, one] }] }, /more than one weight 'x'/],
    ['a file that is not there', group(one, 'none.bin'), /there is no file 'none.bin' beside it/],
    ['a file that is cut off', group({ ...one, shape: [3] }), /take 12 bytes, and the files w have 4. One .* cut off/],
    ['a file that is too long', group({ ...one, shape: [], dtype: 'bool' }), /take 1 bytes, and the files w have 4/],
    ...['../w', '/w', 'a/../../w', 'http://x/w', 'C:\\w', 'a//w', './w', '', 'a\\w', 'w\u0000', 3].map(
      (path): [string, unknown, RegExp] => [
        `the path ${JSON.stringify(path)}`,
        group(one, path),
        /path 0: expected the path of a file below the model's folder/,
      ],
    ),
  ])('%s is refused', async (_what, json, message) => {
    const read = readTfjs(encode(json), 'm.json', from({ w: new Uint8Array(4) }));
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toThrow(expect.objectContaining({ name: 'DataError' }));
  });

  test('bytes that are no text are refused', async () => {
    await expect(readTfjs(Uint8Array.of(0x7b, 0xff), 'm.json', from({}))).rejects.toThrow(/'m.json'.*no UTF-8/);
    await expect(readTfjs(Uint8Array.of(0x7b), 'm.json', from({}))).rejects.toThrow(/'m.json': expected JSON/);
  });
});
