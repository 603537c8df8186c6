// Texts of comma-separated values (RFC 4180): rows of fields, a block of rows at a time. Splitting is Papa Parse's, which
// is loaded when it is first used; what it would pass over (quotes that do not match, rows of another length) is refused.
import type { ParseConfig, ParseResult } from 'papaparse';
import { DataError } from '../base/errors.js';

export interface CsvOptions {
  /** What separates fields; unless given, the one of , ; tab | that the first row has most often. */
  readonly separator?: string | undefined;
  /** What is no separator unless given as such: the decimal comma. */
  readonly decimal?: string | undefined;
}

/** Some rows that follow each other. */
export interface CsvRows {
  readonly rows: readonly (readonly string[])[];
  /** The line, from 1 on, in which a row of these begins. */
  lineOf(row: number): number;
}

/** Characters that are split at once: far less than the rows of a large text would take. */
const blockLength = 1 << 22;

/**
 * Hands the rows of a text on, block by block; empty lines are left out. `place` is what errors call the text.
 * @throws DataError where quotes do not match, or a row has another number of fields than the first
 */
export async function readCsv(
  text: string,
  { separator, decimal }: CsvOptions,
  place: string,
  onRows: (block: CsvRows) => void,
): Promise<void> {
  const { default: papa } = await import('papaparse');
  // A line may end in \n or \r\n, or, on old machines, in \r.
  const newline = text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
  const lines = new LineCounter(text, newline);
  const state = { start: 0, fields: undefined as number | undefined };
  const config = {
    delimiter: separator ?? guessSeparator(text, decimal),
    newline,
    chunkSize: blockLength,
    chunk: ({ data, errors, meta }: ParseResult<string[]>): void => {
      const { start } = state;
      // What is wrong in a row that is not yet complete will be seen again when it is.
      const wrong = errors.find(({ type, row }) => type === 'Quotes' && row !== undefined && row < data.length);
      if (wrong !== undefined) {
        const what =
          wrong.code === 'MissingQuotes'
            ? 'the field that begins with a quote has no quote at its end'
            : 'after the quote at the end of a field comes something else than a separator. A quote within a field is written twice';
        throw new DataError(`${place}, line ${lines.at(start + (wrong.index ?? 0))}: ${what}.`);
      }
      const lineOf = (row: number): number => lines.at(start) + linesOf(data.slice(0, row));
      const rows: (readonly string[])[] = [];
      const positions: number[] = [];
      for (const [row, fields] of data.entries()) {
        const last = fields.length - 1;
        if (newline === '\n' && fields[last]!.endsWith('\r')) fields[last] = fields[last]!.slice(0, -1);
        if (last === 0 && fields[0] === '') continue;
        state.fields ??= fields.length;
        if (fields.length !== state.fields)
          throw new DataError(
            `${place}, line ${lineOf(row)}: expected ${state.fields} fields as in the first row, received ${fields.length} ('${shown(fields)}').`,
          );
        rows.push(fields);
        positions.push(row);
      }
      state.start = meta.cursor;
      if (rows.length > 0) onRows({ rows, lineOf: (row) => lineOf(positions[row]!) });
    },
  };
  // The types have blocks for files only.
  papa.parse<string[]>(text, config as ParseConfig<string[]>);
}

/** Of the first row, what stands outside of quotes counts. */
function guessSeparator(text: string, decimal: string | undefined): string {
  const candidates = [',', ';', '\t', '|'].filter((each) => each !== decimal);
  const counts = new Map(candidates.map((each) => [each, 0]));
  let isQuoted = false;
  let isEmpty = true;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === '\n' || character === '\r') {
      if (isEmpty) continue;
      break;
    }
    isEmpty = false;
    if (counts.has(character)) counts.set(character, counts.get(character)! + 1);
  }
  const most = Math.max(...counts.values());
  return candidates.find((each) => counts.get(each) === most)!;
}

const shown = (fields: readonly string[]): string => fields.join(' | ').slice(0, 80);

/** Lines that rows take, those within quotes included. */
function linesOf(rows: readonly (readonly string[])[]): number {
  let count = rows.length;
  for (const fields of rows) for (const field of fields) count += field.split('\n').length - 1;
  return count;
}

/** Counts lines for those few places that errors name. */
class LineCounter {
  readonly #text: string;
  readonly #newline: string;

  constructor(text: string, newline: string) {
    this.#text = text;
    this.#newline = newline;
  }

  /** The line, from 1 on, of a position in the text. */
  at(position: number): number {
    let line = 1;
    for (
      let found = this.#text.indexOf(this.#newline);
      found !== -1 && found < position;
      found = this.#text.indexOf(this.#newline, found + 1)
    )
      line++;
    return line;
  }
}
