import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromNested, ndarray, toNested } from '../base/ndarray.js';
import { startHdf5Worker } from '../node-hdf5.js';
import { emptyHdf5Group, readHdf5, writeHdf5, type Hdf5Group } from './hdf5.js';
import { setHdf5Worker, type StartHdf5Worker } from './hdf5/starter.js';

/** What tools/golden/hdf5_files.py wrote with h5py. */
const recorded = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../tests/golden/files/hdf5/${name}.h5`, import.meta.url)));

const group = (root: Hdf5Group, path: string): Hdf5Group =>
  path.split('/').reduce((at, name) => at.groups.get(name)!, root);

const places: [string, StartHdf5Worker | undefined][] = [
  ['in a worker', startHdf5Worker],
  ['in this thread', undefined],
];

describe.each(places)('%s', (_where, worker) => {
  beforeAll(() => setHdf5Worker(worker));
  afterAll(() => setHdf5Worker(undefined));
  describe('readHdf5, of files that h5py wrote', () => {
    test.each([
      [
        'F32',
        'float32',
        [
          [1.5, -2.25, 0],
          [Infinity, -Infinity, Math.fround(3e-45)],
        ],
      ],
      ['F64', 'float64', [0.1, -1e300]],
      ['F16', 'float32', [1.5, -0, 2 ** -24, 65504, Infinity]],
      ['BF16', 'float32', [1.5, -2, Infinity]],
      ['I8', 'int32', [-128, 127]],
      ['I16', 'int32', [-32768, 32767]],
      ['I32', 'int32', [-(2 ** 31), 2 ** 31 - 1]],
      ['I64', 'int32', [-(2 ** 31), 2 ** 31 - 1]],
      ['U8', 'uint8', [0, 255]],
      ['U16', 'int32', [0, 65535]],
      ['U32', 'int32', [0, 2 ** 31 - 1]],
      ['U64', 'int32', [0, 2 ** 31 - 1]],
      ['BOOL', 'bool', [true, false]],
      ['scalar', 'float32', 7.5],
      ['big_endian', 'float32', [1.5, -2]],
      ['big_endian_whole', 'int32', [1, -2]],
    ] as const)('reads %s as %s', async (name, dtype, values) => {
      const array = group(await readHdf5(recorded('contents'), 'contents.h5'), 'numbers').arrays.get(name)!;
      expect(array.dtype).toBe(dtype);
      expect(toNested(array)).toEqual(values);
    });

    test('reads arrays without elements', async () => {
      const { arrays } = group(await readHdf5(recorded('contents'), 'contents.h5'), 'numbers');
      expect(arrays.get('empty')).toEqual({ dtype: 'float32', shape: [0, 3], data: new Float32Array(0) });
    });

    test('reads arrays in pieces, compressed and with checksums', async () => {
      const { arrays } = group(await readHdf5(recorded('contents'), 'contents.h5'), 'numbers');
      const values = Float32Array.from({ length: 600 }, (_, index) => index);
      for (const name of ['gzip', 'chunked'])
        expect(arrays.get(name)).toEqual({ dtype: 'float32', shape: [20, 30], data: values });
    });

    test('reads texts and numbers of attributes, and leaves lists of numbers out', async () => {
      const { attributes } = group(await readHdf5(recorded('contents'), 'contents.h5'), 'texts');
      expect(Object.fromEntries(attributes)).toEqual({
        text: 'Grüße, 世界',
        bytes: '{"class_name": "Sequential"}',
        fixed: ['dense', 'dense_1', 'dicht_ü'],
        'any length': ['a', '', 'longer'],
        none: [],
        empty: '',
        whole: -5,
        real: 0.5,
      });
    });

    test("reads the library's newest layout", async () => {
      const root = await readHdf5(recorded('newest'), 'newest.h5');
      expect([...root.groups.keys()].sort()).toEqual(['first', 'second']);
      expect(toNested(group(root, 'second').arrays.get('0')!)).toEqual([
        [0, 1, 2],
        [3, 4, 5],
      ]);
      expect(group(root, 'first').attributes.get('note11')).toBe('text 11');
    });

    test.each([
      ['soft-link', /'soft-link.h5', HDF5: \/b: it is a soft link, which is refused/],
      ['external-link', /\/b: it is an external link, which is refused/],
      ['external-data', /HDF5: .*external raw data file/],
      ['virtual', /\/b: its data are in other files/],
      ['circle', /\/a\/again.*: there are more objects than the file has room for|deeper than 32 levels/],
      [
        'huge',
        /\/b: shape \[1073741824, 1024\] with 4 bytes an element takes 4398046511104 bytes, and the whole file has/,
      ],
      ['huge-chunks', /\/b: shape \[1048576, 1024\]/],
      ['too-large', /\/b: the value 2147483648 does not fit into int32/],
      ['texts', /\/b: expected numbers of 8 to 64 bits/],
    ])('refuses %s', async (name, message) => {
      await expect(readHdf5(recorded(name), `${name}.h5`)).rejects.toThrow(
        expect.objectContaining({ name: 'DataError', message: expect.stringMatching(message) as string }),
      );
    });

    test('refuses what is no HDF5 file, and one that was cut off', async () => {
      await expect(readHdf5(Uint8Array.of(1, 2, 3), 'a.h5')).rejects.toThrow(/'a.h5': expected an HDF5 file/);
      const bytes = recorded('contents');
      await expect(readHdf5(bytes.slice(0, bytes.length >> 1), 'a.h5')).rejects.toThrow(/'a.h5', HDF5: .*truncated/);
      await expect(readHdf5(bytes.slice(0, 40), 'a.h5')).rejects.toThrow(/'a.h5', HDF5: /);
    });

    test('reads a good file after damaged ones', async () => {
      for (let at = 0; at < 400; at += 7) {
        const bytes = recorded('newest');
        bytes[100 + at]! ^= 0xff;
        await readHdf5(bytes, 'damaged.h5').catch(() => undefined);
      }
      expect((await readHdf5(recorded('newest'), 'newest.h5')).groups.size).toBe(2);
    });
  });

  describe('writeHdf5', () => {
    test('writes what readHdf5 reads again', async () => {
      const root = emptyHdf5Group();
      const inner = emptyHdf5Group();
      root.attributes
        .set('text', 'Grüße')
        .set('list', ['a', '', 'ü'])
        .set('none', [])
        .set('whole', 3)
        .set('real', 0.25);
      root.groups.set('layers', inner);
      root.groups.set('empty', emptyHdf5Group());
      inner.arrays
        .set(
          '0',
          fromNested([
            [1.5, NaN],
            [-0, Infinity],
          ]),
        )
        .set('10', fromNested(3, 'int32'));
      inner.arrays.set('u', ndarray(Uint8Array.of(1, 255))).set('d', ndarray(Float64Array.of(0.1)));
      inner.arrays.set('none', ndarray(new Float32Array(0), [0, 4]));
      expect(await readHdf5(await writeHdf5(root), 'file')).toEqual(root);
    });

    test('writes the oldest layout, which every reader knows', async () => {
      const bytes = await writeHdf5(emptyHdf5Group());
      // The version of the superblock follows the signature.
      expect(bytes[8]).toBe(0);
    });

    test('keeps a text of a megabyte in an attribute', async () => {
      const root = emptyHdf5Group();
      root.attributes.set('model_config', 'x'.repeat(1 << 20));
      const read = await readHdf5(await writeHdf5(root), 'file');
      expect(read.attributes).toEqual(root.attributes);
    });

    test('writes booleans as bytes', async () => {
      const root = emptyHdf5Group();
      root.arrays.set('b', fromNested([true, false]));
      expect((await readHdf5(await writeHdf5(root), 'file')).arrays.get('b')).toEqual(ndarray(Uint8Array.of(1, 0)));
    });

    test('refuses names that HDF5 would take for a path', async () => {
      const root = emptyHdf5Group();
      root.arrays.set('a/b', fromNested(1));
      await expect(writeHdf5(root)).rejects.toThrow(/a name cannot be 'a\/b'/);
    });
  });
});
