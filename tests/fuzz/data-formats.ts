// What is fuzzed of data: files that NumPy and Python wrote, and tables. The readers are called on bytes, behind the
// checksums of the published sets.
import { gunzipSync } from 'node:zlib';
import { strFromU8, strToU8 } from 'fflate';
import type { RandomStream } from '../../src/base/random.js';
import { ndarray } from '../../src/base/ndarray.js';
import { readCsvTable, type CsvOptions } from '../../src/data/csv.js';
import { readIdx, writeIdx } from '../../src/data/idx.js';
import { readImdbFile } from '../../src/data/imdb.js';
import { readNpy } from '../../src/formats/npy.js';
import { readNpz, writeNpz } from '../../src/formats/npz.js';
import { readPickle } from '../../src/formats/pickle.js';
import { readTar } from '../../src/formats/tar.js';
import dataSets from '../golden/dataset_files.json' with { type: 'json' };
import npzFiles from '../golden/npz_files.json' with { type: 'json' };
import { damagedEntry, damageOne, type Damage, type FuzzedFiles, type FuzzedFormat } from './fuzzed-format.js';
import { damagedBytes } from './mutate.js';

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const pick = <Item>(stream: RandomStream, items: readonly Item[]): Item => items[stream.below(items.length)]!;

const dataFormat = (
  name: string,
  seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>,
  read: (bytes: Uint8Array) => unknown,
  within?: Damage,
): FuzzedFormat => ({
  name,
  seeds: async () => (await seeds()).map((bytes): FuzzedFiles => new Map([['file', bytes]])),
  damage: (files, stream) => damageOne(files, stream, within),
  read: async (files) => read(files.get('file')!),
});

/** The words of the header, which stand in its first bytes, others in their places. */
const damagedNpyHeader: Damage = (bytes, stream) => {
  const result = new Uint8Array(bytes);
  const header = strFromU8(bytes.subarray(0, 128), true);
  const words = [...header.matchAll(/\d+|[<>|]\w+|True|False|[(),']/g)].filter(({ index }) => index >= 10);
  if (words.length === 0) return damagedBytes(bytes, stream);
  const word = pick(stream, words);
  const other = pick(stream, ['0', '9', '99999999999', '-1', '<f8', '|b1', '>i8', '|O', '<U1', '(', ')', ',', 'True']);
  // As long as before.
  result.set(strToU8(other.padEnd(word[0].length).slice(0, Math.max(word[0].length, 12)), true), word.index);
  return result;
};

/** Headers get the checksum of what they hold then. */
const damagedMember: Damage = (bytes, stream) => {
  const result = new Uint8Array(bytes);
  const block = 512;
  const start = stream.below(result.length / block) * block;
  // The first block of a member says where the next is; damage goes there, or into what it holds.
  const headers = [...Array(Math.floor(result.length / block)).keys()]
    .map((index) => index * block)
    .filter((at) => strFromU8(result.subarray(at + 257, at + 262), true) === 'ustar');
  const at = stream.below(2) === 0 && headers.length > 0 ? pick(stream, headers) : start;
  result.set(damagedBytes(result.subarray(at, at + block), stream).subarray(0, block), at);
  if (headers.includes(at)) {
    result.fill(0x20, at + 148, at + 156);
    const sum = result.subarray(at, at + block).reduce((total, byte) => total + byte, 0);
    result.set(strToU8(`${sum.toString(8).padStart(6, '0')}\0 `, true), at + 148);
  }
  return result;
};

/** The codes of instructions, which change what the bytes behind them mean. */
const damagedInstruction: Damage = (bytes, stream) => {
  const result = new Uint8Array(bytes);
  const codes = '(.0NKMJIU]}lte)aesubqrhjcRBXC\x80\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x93\x94\x95';
  for (let count = 1 + stream.below(4); count > 0; count--)
    result[stream.below(result.length)] = codes.charCodeAt(stream.below(codes.length));
  return result;
};

const tables: readonly string[] = [
  'length,width,kind\n1.5,2,red\n2.5,3,blue\n0.5,1,"red"\n',
  'a;b;c\r\n"1,5";2;x\r\n3;4;"with ""quotes"""\r\n',
  'x\ty\n1\t2\n\n3\t4\n',
];

/** Characters that mean something in a table. */
const damagedTable: Damage = (bytes, stream) => {
  let text = strFromU8(bytes);
  for (let count = 1 + stream.below(4); count > 0; count--) {
    const at = stream.below(text.length + 1);
    const other = pick(stream, ['"', ',', ';', '\t', '\n', '\r', '"\n', '', 'NA', '1e999', '-', '0x1', '\uFEFF', '\0']);
    text = text.slice(0, at) + other + text.slice(at + stream.below(3));
  }
  return strToU8(text);
};

const readTable = async (bytes: Uint8Array): Promise<void> => {
  for (const options of [{}, { missing: 'drop', oneHot: true }, { separator: ';', decimal: ',' }] as CsvOptions[])
    await readCsvTable(bytes, options, "'table.csv'");
};

const pickles = (): Uint8Array[] => dataSets.pickles.map(({ file }) => fromBase64(file));
const archives = (): Uint8Array[] =>
  [dataSets.cifar10.file, dataSets.cifar100.file].map((file) => new Uint8Array(gunzipSync(fromBase64(file))));

export const dataFormats: readonly FuzzedFormat[] = [
  dataFormat(
    'npy',
    () => npzFiles.arrays.map(({ file }) => fromBase64(file)),
    (bytes) => readNpy(bytes, "'file.npy'"),
    damagedNpyHeader,
  ),
  dataFormat(
    'npz',
    async () => [
      await writeNpz(new Map([['x', ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])]])),
      await writeNpz(new Map([['y', ndarray(new Int32Array(400))]]), { compress: true }),
    ],
    (bytes) => readNpz(bytes, 'file.npz'),
    damagedEntry,
  ),
  dataFormat('pickle', pickles, (bytes) => readPickle(bytes, "'file.pickle'"), damagedInstruction),
  dataFormat(
    'tar',
    archives,
    (bytes) =>
      [...readTar(bytes, "'file.tar'")]
        .filter(([, file]) => file[0] === 0x80)
        .map(([, file]) => readPickle(file, "'file.tar', a pickle")),
    damagedMember,
  ),
  dataFormat(
    'imdb',
    () => [fromBase64(dataSets.imdb.file)],
    (bytes) => readImdbFile(bytes, 'imdb.npz'),
    damagedEntry,
  ),
  dataFormat(
    'idx',
    () => [
      writeIdx(ndarray(Uint8Array.of(1, 2, 3, 4), [1, 2, 2])),
      writeIdx(ndarray(Float32Array.of(1, 2), [2])),
      writeIdx(ndarray(Int32Array.of(1, 2, 3), [3, 1])),
    ],
    (bytes) => readIdx(bytes, "'file.idx'"),
  ),
  dataFormat('csv', () => tables.map((table) => strToU8(table)), readTable, damagedTable),
];
