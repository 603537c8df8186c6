// The columns of a table while it is read: numbers, or texts that stand for classes.
import { DataError } from '../base/errors.js';

/** Whether a column holds numbers (whole ones for `int32`) or names of classes. */
export type CsvColumnType = 'float32' | 'int32' | 'category';

/** A column that has been read. */
export type FinishedColumn =
  | { readonly kind: 'numbers'; readonly values: Float64Array; readonly isWhole: boolean }
  | { readonly kind: 'categories'; readonly values: Float64Array; readonly names: readonly string[] };

export interface ColumnRules {
  /** As the option says; undefined where the first value decides. */
  readonly type: CsvColumnType | undefined;
  /** The number or the text that stands in where a value is missing. */
  readonly missing: number | string | undefined;
  readonly decimal: string;
  readonly mostCategories: number;
  /** `'x.csv', column 'age'`: what errors add the line to. */
  readonly place: (line: () => number) => string;
  /** The name, as the remedies in errors have it. */
  readonly name: string;
}

/** Values as they come, in an array that grows. */
export class Column {
  #values = new Float64Array(1024);
  #length = 0;
  readonly #rules: ColumnRules;
  #kind: 'numbers' | 'categories' | undefined;
  #isWhole = true;
  readonly #codes = new Map<string, number>();
  /** Missing values that stand before the first that decides the kind. */
  #undecided = 0;

  constructor(rules: ColumnRules) {
    this.#rules = rules;
    if (rules.type !== undefined) this.#kind = rules.type === 'category' ? 'categories' : 'numbers';
    else if (typeof rules.missing === 'string') this.#kind = 'categories';
  }

  #push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A field that is there. @throws DataError if it does not fit the column */
  add(text: string, line: () => number): void {
    const { decimal, type, name, place } = this.#rules;
    if (this.#kind === 'categories') {
      this.#push(this.#codeOf(text, line));
      return;
    }
    const value = numberOf(text, decimal);
    if (value === undefined) {
      if (this.#kind === 'numbers')
        throw new DataError(
          `${place(line)}: expected a number${type === undefined ? ' as in the rows before' : ''}, received '${text.slice(0, 80)}'. If the column holds names, pass types: { ${JSON.stringify(name)}: 'category' }; if this stands for nothing, pass missingValues.`,
        );
      this.#decide('categories', line);
      this.#push(this.#codeOf(text, line));
      return;
    }
    if (this.#kind === undefined) this.#decide('numbers', line);
    if (this.#isWhole && !(Number.isInteger(value) && value === (value | 0))) {
      if (type === 'int32')
        throw new DataError(`${place(line)}: expected a whole number within int32, received '${text.slice(0, 80)}'.`);
      this.#isWhole = false;
    }
    this.#push(value);
  }

  /** A field that is missing. @throws DataError where nothing is to stand in for it */
  addMissing(line: () => number): void {
    const { missing, name, place } = this.#rules;
    if (this.#kind === 'categories' && typeof missing === 'string') {
      this.#push(this.#codeOf(missing, line));
      return;
    }
    if (missing === undefined || typeof missing === 'string' || this.#kind === 'categories')
      throw new DataError(
        `${place(line)}: the value is missing. Pass missing: 'drop' to leave out such rows, or what stands in for it: missing: { ${JSON.stringify(name)}: ${this.#kind === 'categories' ? "'unknown'" : '0'} }.`,
      );
    if (this.#kind === undefined) this.#undecided++;
    if (!Number.isInteger(missing)) this.#isWhole = false;
    this.#push(missing);
  }

  #decide(kind: 'numbers' | 'categories', line: () => number): void {
    if (kind === 'categories' && this.#undecided > 0)
      throw new DataError(
        `${this.#rules.place(line)}: the column holds names, of which ${this.#undecided} before this line are missing. Pass missing: 'drop' to leave out such rows, or a name that stands in: missing: { ${JSON.stringify(this.#rules.name)}: 'unknown' }.`,
      );
    this.#kind = kind;
  }

  #codeOf(text: string, line: () => number): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const { mostCategories, name, place } = this.#rules;
    if (this.#codes.size === mostCategories)
      throw new DataError(
        `${place(line)}: expected at most ${mostCategories} different names, received one more, '${text.slice(0, 80)}'. Texts that differ from row to row tell a network nothing: leave the column out with ignore: [${JSON.stringify(name)}], or raise maxCategories.`,
      );
    this.#codes.set(text, this.#codes.size);
    return this.#codes.size - 1;
  }

  /** The values so far; names of classes in the order of the alphabet, or of their numbers where all are numbers. */
  finish(): FinishedColumn {
    const values = this.#values.subarray(0, this.#length);
    if (this.#kind !== 'categories') return { kind: 'numbers', values, isWhole: this.#isWhole };
    const names = [...this.#codes.keys()];
    const areNumbers = names.every((name) => numberOf(name, this.#rules.decimal) !== undefined);
    const isBefore = (a: string, b: string): number => (a < b ? -1 : 1);
    names.sort((a, b) => (areNumbers ? Number(a) - Number(b) || isBefore(a, b) : isBefore(a, b)));
    const positions = new Float64Array(names.length);
    names.forEach((name, position) => (positions[this.#codes.get(name)!] = position));
    return { kind: 'categories', values: values.map((code) => positions[code]!), names };
  }
}

/** The number that a text is, or undefined. Signs, exponents and spaces around it are fine; 0x10 and Infinity are not. */
export function numberOf(text: string, decimal: string): number | undefined {
  const value = Number(decimal === '.' ? text : text.replace('.', 'x').replace(decimal, '.'));
  if (!Number.isFinite(value)) return undefined;
  if (value === 0 && text.trim() === '') return undefined;
  // Number reads 0x10, 0b1 and 0o7 as well.
  return text.length > 2 && /^\s*0[xXbBoO]/.test(text) ? undefined : value;
}
