// Tables of comma-separated values as arrays to train on: features x, labels y, and what the columns are called.
import { DataError, ValueError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { rejectUnknownOptions, unknownName } from '../base/suggest.js';
import { readCsv, type CsvRows } from '../formats/csv.js';
import { Column, numberOf, type CsvColumnType, type FinishedColumn } from './csv-columns.js';

export type { CsvColumnType };

export interface CsvOptions {
  /** The column that is y: its name, or its place from 0 on (-1 is the last). Without it there is no y. */
  readonly label?: string | number | undefined;
  /** The columns of x, in this order; all but the label unless given. */
  readonly columns?: readonly (string | number)[] | undefined;
  /** Columns to leave out. */
  readonly ignore?: readonly (string | number)[] | undefined;
  /** Whether the first row has the names of the columns (true unless given), or the names. Without, they are '0', '1', ... */
  readonly header?: boolean | readonly string[] | undefined;
  /** What separates fields; unless given, the one of , ; tab | that the first row has most often. */
  readonly separator?: string | undefined;
  /** What stands before the fraction of a number: '.' unless given. */
  readonly decimal?: '.' | ',' | undefined;
  /** What columns hold, by name; unless given, the first value of each tells. */
  readonly types?: Readonly<Record<string, CsvColumnType>> | undefined;
  /**
   * What becomes of missing values: an `error` (unless given), `drop` to leave out their rows, `nan`, a number that
   * stands in, or by column what stands in: `{ age: 30, port: 'unknown' }`.
   */
  readonly missing?: 'error' | 'drop' | 'nan' | number | Readonly<Record<string, number | string>> | undefined;
  /** Fields that count as missing: the empty one, NA, N/A, n/a, NaN, nan, NULL, null and None unless given. */
  readonly missingValues?: readonly string[] | undefined;
  /** Columns of names become a column of 0 and 1 for each name: all of them (true), or those listed. */
  readonly oneHot?: boolean | readonly (string | number)[] | undefined;
  /** The most different names that a column may have; 1000 unless given. */
  readonly maxCategories?: number | undefined;
  /** How the bytes of a file stand for characters: `utf-8` unless given, such as `windows-1252`. */
  readonly encoding?: string | undefined;
}

const optionNames = [
  'label',
  'columns',
  'ignore',
  'header',
  'separator',
  'decimal',
  'types',
  'missing',
  'missingValues',
  'oneHot',
  'maxCategories',
  'encoding',
] as const satisfies readonly (keyof CsvOptions)[];

const types: readonly string[] = ['float32', 'int32', 'category'] satisfies readonly CsvColumnType[];
const missingWords: readonly string[] = ['error', 'drop', 'nan'];
const usualMissing = ['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'NULL', 'null', 'None'];
/** What a string of JavaScript can hold. */
const mostCharacters = 2 ** 29 - 24;

/** A table as arrays. */
export interface CsvArrays {
  /** float32 [rows, features]. */
  readonly x: NDArray;
  /** [rows]: int32 for names (their positions in `classNames`) and whole numbers, else float32. Undefined without a label. */
  readonly y: NDArray | undefined;
  /** What the columns of x are called; `colour=red` where one stands for a name. */
  readonly columnNames: readonly string[];
  readonly labelName: string | undefined;
  /** The names that y counts; undefined where it holds numbers. */
  readonly classNames: readonly string[] | undefined;
  /** The names of each column of x that had names, in the order of the numbers that stand for them. */
  readonly categories: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads a table. `place` is what errors call it: `'iris.csv'`.
 * @throws DataError that names the line and the column of what is damaged, missing or does not fit
 * @throws ValueError for an unknown option or column
 */
export async function readCsvTable(
  source: string | Uint8Array,
  options: CsvOptions,
  place: string,
): Promise<CsvArrays> {
  checkOptions(options);
  const text = typeof source === 'string' ? source : decode(source, options.encoding, place);
  const table = new Table(options, place);
  await readCsv(text.startsWith('\uFEFF') ? text.slice(1) : text, options, place, (block) => table.add(block));
  return table.finish();
}

function checkOptions(options: CsvOptions): void {
  rejectUnknownOptions('fromCsv', options, optionNames);
  const { separator, decimal = '.', missing, maxCategories } = options;
  if (separator !== undefined && (separator.length !== 1 || '"\r\n\uFEFF'.includes(separator)))
    throw new ValueError(`fromCsv: expected a separator of one character, received ${JSON.stringify(separator)}.`);
  if (!['.', ','].includes(decimal))
    throw new ValueError(`fromCsv: expected decimal to be '.' or ',', received ${JSON.stringify(decimal)}.`);
  if (decimal === ',' && separator === ',')
    throw new ValueError("fromCsv: expected another separator than the ',' of decimals. Pass separator: ';'.");
  if (typeof missing === 'string' && !missingWords.includes(missing))
    throw unknownName('missing of fromCsv', missing, missingWords);
  if (maxCategories !== undefined && !(Number.isSafeInteger(maxCategories) && maxCategories > 0))
    throw new ValueError(`fromCsv: expected maxCategories to be a whole number above 0, received ${maxCategories}.`);
}

function decode(bytes: Uint8Array, encoding: string | undefined, place: string): string {
  if (bytes.length > mostCharacters)
    throw new DataError(
      `${place}: expected at most ${mostCharacters} bytes, received ${bytes.length}. Split it into several files.`,
    );
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const name = encoding ?? (isUtf16 ? 'utf-16le' : 'utf-8');
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(name, { fatal: true });
  } catch (error) {
    throw new ValueError(`fromCsv: expected an encoding such as 'utf-8' or 'windows-1252', received '${name}'.`, {
      cause: error,
    });
  }
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new DataError(
      `${place}: expected text in ${name}, and some of its bytes are none. Pass its encoding, for example encoding: 'windows-1252'.`,
      { cause: error },
    );
  }
}

class Table {
  readonly #options: CsvOptions;
  readonly #place: string;
  readonly #missingValues: ReadonlySet<string>;
  #names: readonly string[] | undefined;
  /** Places of the columns that are read, and the columns. */
  #read: readonly (readonly [place: number, column: Column])[] = [];
  #features: readonly number[] = [];
  #label: number | undefined;
  #oneHot: ReadonlySet<number> = new Set();
  #rowCount = 0;

  constructor(options: CsvOptions, place: string) {
    this.#options = options;
    this.#place = place;
    this.#missingValues = new Set(options.missingValues ?? usualMissing);
  }

  add(block: CsvRows): void {
    const { rows } = block;
    let first = 0;
    if (this.#names === undefined) {
      this.#begin(rows[0]!, block.lineOf(0));
      if ((this.#options.header ?? true) === true) first = 1;
    }
    const drops = this.#options.missing === 'drop';
    const missing = this.#missingValues;
    for (let row = first; row < rows.length; row++) {
      const fields = rows[row]!;
      if (drops && this.#read.some(([place]) => missing.has(fields[place]!.trim()))) continue;
      const line = (): number => block.lineOf(row);
      for (const [place, column] of this.#read) {
        const field = fields[place]!;
        // Most fields have no spaces around them.
        const text = field.charCodeAt(0) <= 32 || field.charCodeAt(field.length - 1) <= 32 ? field.trim() : field;
        if (missing.has(text)) column.addMissing(line);
        else column.add(text, line);
      }
      this.#rowCount++;
    }
  }

  /** Settles what the columns are, by the first row. */
  #begin(row: readonly string[], line: number): void {
    const { header = true, label, columns, ignore = [], oneHot = false, types: chosenTypes = {} } = this.#options;
    const names =
      header === true ? row.map((name) => name.trim()) : header === false ? row.map((_, place) => `${place}`) : header;
    if (names.length !== row.length)
      throw new DataError(
        `${this.#place}, line ${line}: expected ${names.length} fields, one for each name of header, received ${row.length}.`,
      );
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    if (twice !== undefined)
      throw new DataError(
        `${this.#place}, line ${line}: two columns are called '${twice}'. Pass header: [...] with a name for each, or header: false if this row is data.`,
      );
    if (header === true && names.every((name) => numberOf(name, this.#options.decimal ?? '.') !== undefined))
      throw new DataError(
        `${this.#place}, line ${line}: expected the names of the columns, received numbers ('${names.join(' | ').slice(0, 80)}'). If this row is data, pass header: false.`,
      );
    this.#names = names;
    const placeOf = (which: string | number, option: string): number => placeOfColumn(names, which, option);
    this.#label = label === undefined ? undefined : placeOf(label, 'label');
    const ignored = new Set(ignore.map((each) => placeOf(each, 'ignore')));
    const features =
      columns === undefined
        ? names.map((_, place) => place).filter((place) => place !== this.#label)
        : columns.map((each) => placeOf(each, 'columns'));
    this.#features = features.filter((place) => !ignored.has(place));
    if (this.#label !== undefined && this.#features.includes(this.#label))
      throw new ValueError(`fromCsv: column '${names[this.#label]}' is the label, and cannot be one of columns too.`);
    if (new Set(this.#features).size !== this.#features.length)
      throw new ValueError('fromCsv: expected each column once in columns.');
    this.#oneHot = new Set(
      oneHot === true ? this.#features : oneHot === false ? [] : oneHot.map((each) => placeOf(each, 'oneHot')),
    );
    for (const [name, type] of Object.entries(chosenTypes)) {
      placeOf(name, 'types');
      if (!types.includes(type)) throw unknownName(`type of column '${name}'`, type, types);
    }
    this.#read = [...this.#features, ...(this.#label === undefined ? [] : [this.#label])].map((place) => [
      place,
      this.#columnAt(place, names),
    ]);
  }

  #columnAt(place: number, names: readonly string[]): Column {
    const { types: chosenTypes = {}, missing = 'error', decimal = '.', maxCategories = 1000 } = this.#options;
    const name = names[place]!;
    if (typeof missing === 'object') for (const each of Object.keys(missing)) placeOfColumn(names, each, 'missing');
    const standIn =
      typeof missing === 'object'
        ? Object.hasOwn(missing, name)
          ? missing[name]
          : undefined
        : missing === 'nan'
          ? NaN
          : typeof missing === 'number'
            ? missing
            : undefined;
    return new Column({
      type: Object.hasOwn(chosenTypes, name) ? chosenTypes[name] : undefined,
      missing: standIn,
      decimal,
      mostCategories: maxCategories,
      place: (line) => `${this.#place}, line ${line()}, column '${name}'`,
      name,
    });
  }

  finish(): CsvArrays {
    const names = this.#names;
    if (names === undefined) throw new DataError(`${this.#place}: expected rows, received none.`);
    const rows = this.#rowCount;
    if (rows === 0)
      throw new DataError(
        `${this.#place}: expected rows below the names of the columns, received none${this.#options.missing === 'drop' ? ' in which nothing is missing' : ''}.`,
      );
    const finished = new Map(this.#read.map(([place, column]) => [place, column.finish()]));
    const columnNames: string[] = [];
    const categories = new Map<string, readonly string[]>();
    const parts: { readonly values: Float64Array; readonly equals: number | undefined }[] = [];
    for (const place of this.#features) {
      const column = finished.get(place)!;
      const name = names[place]!;
      if (column.kind === 'categories') categories.set(name, column.names);
      if (column.kind === 'categories' && this.#oneHot.has(place))
        column.names.forEach((each, position) => {
          columnNames.push(`${name}=${each}`);
          parts.push({ values: column.values, equals: position });
        });
      else {
        columnNames.push(name);
        parts.push({ values: column.values, equals: undefined });
      }
    }
    const data = new Float32Array(rows * parts.length);
    parts.forEach(({ values, equals }, feature) => {
      for (let row = 0, at = feature; row < rows; row++, at += parts.length)
        data[at] = equals === undefined ? values[row]! : values[row] === equals ? 1 : 0;
    });
    const label = this.#label === undefined ? undefined : finished.get(this.#label)!;
    const labelName = this.#label === undefined ? undefined : names[this.#label]!;
    return {
      x: ndarray(data, [rows, parts.length]),
      y: label && labels(label, new Map(Object.entries(this.#options.types ?? {})).get(labelName!)),
      columnNames,
      labelName,
      classNames: label?.kind === 'categories' ? label.names : undefined,
      categories,
    };
  }
}

function labels(column: FinishedColumn, type: CsvColumnType | undefined): NDArray {
  const isWhole = column.kind === 'categories' || (column.isWhole && type !== 'float32');
  return ndarray(isWhole ? Int32Array.from(column.values) : Float32Array.from(column.values));
}

/** @throws ValueError for a column that is not there */
function placeOfColumn(names: readonly string[], which: string | number, option: string): number {
  if (typeof which === 'string') {
    const place = names.indexOf(which);
    if (place === -1) throw unknownName(`column in ${option} of fromCsv`, which, names);
    return place;
  }
  const place = which < 0 ? which + names.length : which;
  if (!Number.isInteger(place) || place < 0 || place >= names.length)
    throw new ValueError(
      `fromCsv: expected ${option} to be a column from 0 to ${names.length - 1} or its name, received ${which}.`,
    );
  return place;
}
