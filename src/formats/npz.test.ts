import { describe, expect, test } from 'vitest';
import { goldenArray, readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { DataError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { writeNpy } from './npy.js';
import { readNpz, writeNpz } from './npz.js';
import { readZip, writeZip } from './zip.js';

interface Recorded {
  readonly archives: readonly {
    readonly name: string;
    readonly file: string;
    readonly arrays: readonly (readonly [name: string, array: GoldenArray | null])[];
  }[];
}
const { archives } = readGolden('npz_files') as Recorded;
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(archives.find((each) => each.name === name)!.file, 'base64'));

const failure = async (bytes: Uint8Array, names?: readonly string[]): Promise<string> => {
  const thrown: unknown = await readNpz(bytes, 'x.npz', { names }).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(DataError);
  return (thrown as DataError).message;
};

const some = new Map<string, NDArray>([
  ['b', ndarray(Float32Array.of(1, -0, NaN, 4), [2, 2])],
  ['a/kernel', ndarray(Int32Array.of(5))],
  ['flags', ndarray(Uint8Array.of(1, 0), [2], 'bool')],
]);

describe('readNpz', () => {
  test.each(archives)('reads NumPy files: $name', async ({ name, file, arrays }) => {
    const read = await readNpz(Buffer.from(file, 'base64'), 'x');
    expect([...read.keys()]).toEqual(arrays.map(([key]) => key));
    for (const [key, array] of arrays)
      expect(read.get(key)).toEqual(
        array === null ? ndarray(new Float32Array(90_000), [300, 300]) : goldenArray(array),
      );
    expect(arrays.length).toBe({ empty: 0, stored: 3, deflated: 3, 'without names': 2 }[name] ?? 1);
  });

  test('reads those that are asked for', async () => {
    expect([...(await readNpz(bytesOf('stored'), 'x', { names: ['w'] })).keys()]).toEqual(['w']);
    expect(await failure(bytesOf('stored'), ['v'])).toBe("'x.npz': it has no array 'v'. It has x_train, y_train, w.");
  });

  test.each([false, true])('refuses what is cut off at any place (compressed: %s)', async (compress) => {
    const bytes = await writeNpz(some, { compress });
    for (let length = 0; length < bytes.length; length += 3)
      expect(await failure(bytes.subarray(0, length))).toMatch(/^'x\.npz'/);
    expect(await failure(bytes.subarray(0, -1))).toContain('the directory at the end of the zip archive is missing');
  });

  test.each([false, true])('never gives other numbers when a byte is wrong (compressed: %s)', async (compress) => {
    const bytes = await writeNpz(some, { compress });
    let refusals = 0;
    for (let position = 0; position < bytes.length; position++) {
      const damaged = bytes.slice();
      damaged[position]! ^= 0x15;
      try {
        const read = await readNpz(damaged, 'x.npz');
        // Bytes without meaning, and names, which have no checksum.
        for (const [name, array] of read) if (some.has(name)) expect(array).toEqual(some.get(name));
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(bytes.length / 3);
  });

  test('refuses a size that the packed bytes cannot have, before it makes room', async () => {
    const bytes = bytesOf('deflated').slice();
    const view = new DataView(bytes.buffer);
    const directory = bytes.length - 22 - view.getUint32(bytes.length - 10, true);
    view.setUint32(directory + 24, 2 ** 31, true);
    expect(await failure(bytes)).toMatch(
      /'x_train\.npy' is said to unpack from \d+ to 2147483648 bytes, which is not possible/,
    );
  });

  test('refuses a size that the header of the array contradicts, before it unpacks the rest', async () => {
    const zeros = new Map([['z.npy', new Uint8Array(2_000_000)]]);
    zeros.get('z.npy')!.set(writeNpy(ndarray(Float32Array.of(1))));
    expect(await failure(await writeZip(zeros, { compress: true }))).toBe(
      "'x.npz', array 'z': expected 132 bytes for '<f4' of shape [1], received 2000000. Something was added at its end.",
    );
  });

  test('refuses a name that comes twice, and entries that share their bytes', async () => {
    const twice = await writeNpz(
      new Map([
        ['a', ndarray(Int32Array.of(1))],
        ['b', ndarray(Int32Array.of(2))],
      ]),
    );
    const text = Buffer.from(twice).toString('latin1').replaceAll('b.npy', 'a.npy');
    expect(await failure(Buffer.from(text, 'latin1'))).toBe("'x.npz': it has 'a.npy' twice.");
    // The directory of 100 entries, of which each points at the same kilobyte.
    const names = Array.from({ length: 100 }, (_, index) => `n${index}`.padEnd(4, '_'));
    const bytes = await writeZip(new Map(names.map((name) => [name, new Uint8Array(name === 'n0__' ? 4000 : 0)])));
    const view = new DataView(bytes.buffer);
    let at = view.getUint32(bytes.length - 6, true);
    for (const _ of names) {
      view.setUint32(at + 20, 4000, true);
      view.setUint32(at + 24, 4000, true);
      at += 46 + 4;
    }
    expect(await failure(bytes)).toContain('its entries are said to take 400000 bytes, more than the');
  });

  test('says what an archive is that is none, or is not read', async () => {
    expect(await failure(new TextEncoder().encode('no archive at all, however long it is'))).toBe(
      "'x.npz': expected a zip archive, received something else.",
    );
    const stored = bytesOf('stored');
    const directory = stored.length - 22 - new DataView(stored.buffer).getUint32(stored.length - 10, true);
    const altered = (offset: number, value: number): Uint8Array => {
      const copy = stored.slice();
      copy[directory + offset] = value;
      return copy;
    };
    expect(await failure(altered(8, 1))).toContain("'x_train.npy' is encrypted");
    expect(await failure(altered(10, 12))).toContain(
      "'x_train.npy' is packed by BZIP2; expected it stored or deflated",
    );
  });
});

describe('writeNpz', () => {
  test.each([false, true])('writes what it reads, the same bytes each time (compressed: %s)', async (compress) => {
    const bytes = await writeNpz(some, { compress });
    expect(await readNpz(bytes, 'x')).toEqual(some);
    expect(await writeNpz(some, { compress })).toEqual(bytes);
  });

  test('keeps names that objects have for themselves', async () => {
    const names = ['__proto__', 'constructor', '12', 'ä/ö'];
    const bytes = await writeNpz(new Map(names.map((name) => [name, ndarray(Int32Array.of(name.length))])));
    const read = await readNpz(bytes, 'x');
    expect([...read.keys()].sort()).toEqual([...names].sort());
    for (const name of names) expect(read.get(name)!.data[0]).toBe(name.length);
  });
});

describe('readZip', () => {
  test('gives the beginning of a file without unpacking the rest', async () => {
    const long = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index) >> 5);
    for (const compress of [false, true]) {
      const entry = (await readZip(await writeZip(new Map([['long', long]]), { compress }), 'x')).get('long')!;
      const start = entry.beginning(100);
      expect(start.length).toBeGreaterThanOrEqual(100);
      expect(start.length).toBeLessThan(600_000);
      expect(Buffer.compare(start, long.subarray(0, start.length))).toBe(0);
      expect(Buffer.compare(entry.read(), long)).toBe(0);
    }
  });
});
