import { describe, expect, test } from 'vitest';
import { toNested } from '../base/ndarray.js';
import { readCsvTable, type CsvArrays, type CsvOptions } from './csv.js';

const read = (text: string | Uint8Array, options: CsvOptions = {}): Promise<CsvArrays> =>
  readCsvTable(text, options, "'x.csv'");
const failing = async (text: string, options: object = {}): Promise<string> => {
  const error: unknown = await read(text, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  return (error as Error).message;
};
const lists = ({ x, y }: CsvArrays): unknown => ({ x: toNested(x), y: y && toNested(y) });

const flowers = `length,width,colour,species
5.1,3,red,setosa
4.9,3.5,blue,virginica
6,2,red,setosa
`;

describe('readCsvTable', () => {
  test('gives features, labels, and their names', async () => {
    const table = await read(flowers, { label: 'species' });
    expect(table.columnNames).toEqual(['length', 'width', 'colour']);
    expect([table.labelName, table.classNames]).toEqual(['species', ['setosa', 'virginica']]);
    expect([...table.categories]).toEqual([['colour', ['blue', 'red']]]);
    expect([table.x.dtype, table.x.shape, table.y!.dtype, table.y!.shape]).toEqual(['float32', [3, 3], 'int32', [3]]);
    expect([...table.x.data]).toEqual([5.1, 3, 1, 4.9, 3.5, 0, 6, 2, 1].map(Math.fround));
    expect([...table.y!.data]).toEqual([0, 1, 0]);
  });

  test('gives all columns without a label, and those that are chosen', async () => {
    expect((await read(flowers)).x.shape).toEqual([3, 4]);
    expect((await read(flowers)).y).toBeUndefined();
    const chosen = await read(flowers, { columns: ['width', 0], label: -1 });
    expect(chosen.columnNames).toEqual(['width', 'length']);
    expect(lists(await read(flowers, { label: 'width', ignore: ['colour', 'species', 0] }))).toEqual({
      x: [[], [], []],
      y: [3, 3.5, 2],
    });
  });

  test('makes whole labels int32 and others float32, as types say', async () => {
    const text = 'a,b,c\n1,2,1.5\n3,4,2\n';
    expect((await read(text, { label: 'a' })).y!.dtype).toBe('int32');
    expect((await read(text, { label: 'c' })).y!.dtype).toBe('float32');
    expect((await read(text, { label: 'a', types: { a: 'float32' } })).y!.dtype).toBe('float32');
    expect((await read('a\n3000000000\n', { label: 'a' })).y!.dtype).toBe('float32');
    const named = await read('a,b\n10,1\n9,2\n10,3\n', { label: 'a', types: { a: 'category' } });
    expect([named.classNames, [...named.y!.data]]).toEqual([
      ['9', '10'],
      [1, 0, 1],
    ]);
    expect(await failing(text, { types: { c: 'int32' } })).toBe(
      "'x.csv', line 2, column 'c': expected a whole number within int32, received '1.5'.",
    );
  });

  test('makes a column of 0 and 1 for each name', async () => {
    const all = await read(flowers, { oneHot: true, ignore: ['length', 'width'] });
    expect(all.columnNames).toEqual(['colour=blue', 'colour=red', 'species=setosa', 'species=virginica']);
    expect(toNested(all.x)).toEqual([
      [0, 1, 1, 0],
      [1, 0, 0, 1],
      [0, 1, 1, 0],
    ]);
    const some = await read(flowers, { oneHot: ['colour'], columns: ['colour', 'species'] });
    expect(some.columnNames).toEqual(['colour=blue', 'colour=red', 'species']);
  });

  test('reads tables without names, or with names that are given', async () => {
    expect((await read('1,2\n3,4\n', { header: false, label: 1 })).columnNames).toEqual(['0']);
    expect(lists(await read('1,2\n3,4\n', { header: ['a', 'b'], label: 'b' }))).toEqual({ x: [[1], [3]], y: [2, 4] });
    expect(await failing('1,2\n3,4\n')).toBe(
      "'x.csv', line 1: expected the names of the columns, received numbers ('1 | 2'). If this row is data, pass header: false.",
    );
    expect(await failing('1,2\n', { header: ['a'] })).toContain(
      'expected 1 fields, one for each name of header, received 2',
    );
    expect(await failing('a,a\n1,2\n')).toContain("two columns are called 'a'");
  });

  test('reads numbers in all their forms, and takes nothing else for one', async () => {
    const numbers = ['1', '-2.5', '+3', '.5', '4.', '1e3', '-1.5E-2', ' 7 ', '007'];
    expect([...(await read(`a\n${numbers.join('\n')}\n`)).x.data]).toEqual(
      [1, -2.5, 3, 0.5, 4, 1000, -0.015, 7, 7].map(Math.fround),
    );
    for (const other of ['0x10', '0b1', 'Infinity', '1,5', '1 2', '--1', 'e3'])
      expect(await failing(`a;b\n1;1\n${other};2\n`, { separator: ';' })).toBe(
        `'x.csv', line 3, column 'a': expected a number as in the rows before, received '${other}'. If the column holds names, pass types: { "a": 'category' }; if this stands for nothing, pass missingValues.`,
      );
    expect([...(await read('a;b\n1,5;-2\n', { decimal: ',' })).x.data]).toEqual([1.5, -2]);
    expect(await failing('a;b\n1,5;-2\n2.5;1\n', { decimal: ',' })).toContain("received '2.5'");
    // A column that begins with a name holds names.
    expect((await read('a\nB5\n12\n')).categories.get('a')).toEqual(['12', 'B5']);
  });

  test('refuses missing values unless told what becomes of them', async () => {
    const text = 'age,port,y\n30,A,1\n,B,2\n40,NA,3\n50,A,4\n';
    expect(await failing(text)).toBe(
      "'x.csv', line 3, column 'age': the value is missing. Pass missing: 'drop' to leave out such rows, or what stands in for it: missing: { \"age\": 0 }.",
    );
    expect(lists(await read(text, { missing: 'drop', label: 'y' }))).toEqual({
      x: [
        [30, 0],
        [50, 0],
      ],
      y: [1, 4],
    });
    expect(lists(await read(text, { missing: { age: 35.5, port: 'none' }, label: 'y' }))).toEqual({
      x: [
        [30, 0],
        [35.5, 1],
        [40, 2],
        [50, 0],
      ],
      y: [1, 2, 3, 4],
    });
    expect([...(await read(text, { missing: 'nan', columns: ['age'] })).x.data]).toEqual([30, NaN, 40, 50]);
    expect([...(await read(text, { missing: -1, columns: ['age'] })).x.data]).toEqual([30, -1, 40, 50]);
    expect(await failing(text, { missing: 'nan' })).toContain("line 4, column 'port': the value is missing.");
    // Only the columns that are read count.
    expect((await read(text, { missing: 'drop', columns: ['y'] })).x.shape).toEqual([4, 1]);
    expect(await failing('a\n?\n1\n', { missingValues: ['?'] })).toContain("line 2, column 'a': the value is missing");
    expect([...(await read('a,b\n,1\n,2\n3,3\n', { missing: 0 })).x.data]).toEqual([0, 1, 0, 2, 3, 3]);
    expect(await failing('a,b\n,1\n,2\nx,3\n', { missing: 0 })).toContain(
      "line 4, column 'a': the column holds names, of which 2 before this line are missing",
    );
    expect((await read('a,b\n,1\n4,2\n', { missing: 'nan', label: 'a' })).y!.dtype).toBe('float32');
    expect(await failing('a\nNA\n', { missing: 'drop' })).toContain('received none in which nothing is missing');
  });

  test('refuses a column of names that are all different', async () => {
    const text = `name,y\n${Array.from({ length: 30 }, (_, row) => `n${row},${row}`).join('\n')}\n`;
    expect((await read(text)).categories.get('name')).toHaveLength(30);
    expect(await failing(text, { maxCategories: 29 })).toContain(
      "'x.csv', line 31, column 'name': expected at most 29 different names, received one more, 'n29'.",
    );
  });

  test('reads bytes: with a mark at the beginning or not, in the encoding that is given', async () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect((await read(bytes('\uFEFFgrün,b\r\n1,2\r\n'))).columnNames).toEqual(['grün', 'b']);
    expect((await read('\uFEFFa,b\n1,2\n')).columnNames).toEqual(['a', 'b']);
    expect((await read(Buffer.from('\uFEFFgrün\n1\n', 'utf16le'))).columnNames).toEqual(['grün']);
    const latin = Buffer.from('grün\n1\n', 'latin1');
    expect((await read(latin, { encoding: 'windows-1252' })).columnNames).toEqual(['grün']);
    await expect(read(latin)).rejects.toThrow("'x.csv': expected text in utf-8, and some of its bytes are none.");
    await expect(read(latin, { encoding: 'klingon' })).rejects.toThrow("received 'klingon'");
  });

  test('says what is empty, and which options and columns there are', async () => {
    expect(await failing('')).toBe("'x.csv': expected rows, received none.");
    expect(await failing('a,b\n')).toBe("'x.csv': expected rows below the names of the columns, received none.");
    expect(await failing(flowers, { label: 'specie' })).toContain(
      "column in label of fromCsv 'specie'. Did you mean 'species'?",
    );
    expect(await failing(flowers, { label: 4 })).toContain(
      'expected label to be a column from 0 to 3 or its name, received 4',
    );
    expect(await failing(flowers, { columns: ['species'], label: 'species' })).toContain('is the label');
    expect(await failing(flowers, { columns: [0, 'length'] })).toContain('each column once');
    expect(await failing(flowers, { types: { width: 'number' } })).toContain("type of column 'width' 'number'");
    expect(await failing(flowers, { types: { widht: 'int32' } })).toContain("Did you mean 'width'?");
    expect(await failing(flowers, { missing: { hue: 1 } })).toContain("column in missing of fromCsv 'hue'");
    expect(await failing(flowers, { missing: 'dorp' })).toContain("Did you mean 'drop'?");
    expect(await failing(flowers, { seperator: ';' })).toContain("Did you mean 'separator'?");
    expect(await failing(flowers, { separator: '::' })).toContain(
      'expected a separator of one character, received "::"',
    );
    expect(await failing(flowers, { decimal: ',', separator: ',' })).toContain('expected another separator');
    expect(await failing(flowers, { decimal: "'" })).toContain("expected decimal to be '.' or ','");
    expect(await failing(flowers, { maxCategories: 0 })).toContain(
      'expected maxCategories to be a whole number above 0',
    );
  });

  test('takes names that objects have for themselves', async () => {
    const table = await read('constructor,__proto__\ntoString,1\n__proto__,2\n', { label: 'constructor' });
    expect([table.classNames, [...table.y!.data]]).toEqual([
      ['__proto__', 'toString'],
      [1, 0],
    ]);
    expect(table.columnNames).toEqual(['__proto__']);
  });
});
