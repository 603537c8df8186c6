import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.js';

async function rowsOf(text: string, separator?: string): Promise<{ rows: string[][]; lines: number[] }> {
  const rows: string[][] = [];
  const lines: number[] = [];
  await readCsv(text, { separator }, "'x.csv'", (block) => {
    block.rows.forEach((row, index) => {
      rows.push([...row]);
      lines.push(block.lineOf(index));
    });
  });
  return { rows, lines };
}

describe('readCsv', () => {
  test('reads quotes, the separators and the line breaks within them', async () => {
    const { rows, lines } = await rowsOf('a,b\n"x, ""y""\n2","z"\n\n3,\n');
    expect(rows).toEqual([
      ['a', 'b'],
      ['x, "y"\n2', 'z'],
      ['3', ''],
    ]);
    expect(lines).toEqual([1, 2, 5]);
  });

  test.each(['\n', '\r\n', '\r'])('reads lines that end in %j, the last one too or not', async (end) => {
    const expected = [
      ['a', 'b'],
      ['1', 'x y'],
      ['2', ''],
    ];
    for (const last of ['', end, end + end])
      expect((await rowsOf(`a,b${end}1,"x y"${end}2,${last}`)).rows).toEqual(expected);
  });

  test('reads lines that end in one way or the other', async () => {
    expect((await rowsOf('a,b\r\n1,2\n"3","4"\r\n')).rows).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test.each([',', ';', '\t', '|'])('finds out that %j separates', async (separator) => {
    const text = ['a', 'b', 'c'].join(separator) + '\n' + ['1', '2', '3'].join(separator) + '\n';
    expect((await rowsOf(text)).rows[1]).toEqual(['1', '2', '3']);
  });

  test('does not take for a separator what is quoted, or stands in numbers', async () => {
    expect((await rowsOf('\n"a,b,c";"d,e"\n1,5;2,5\n')).rows[1]).toEqual(['1,5', '2,5']);
    const rows: unknown[] = [];
    await readCsv('1,5;2,5', { decimal: ',' }, 'x', (block) => rows.push(...block.rows));
    expect(rows).toEqual([['1,5', '2,5']]);
  });

  test('takes any separator that is given, and one column without any', async () => {
    expect((await rowsOf('a:b\n1:2,3', ':')).rows[1]).toEqual(['1', '2,3']);
    expect((await rowsOf('a\n1\n')).rows).toEqual([['a'], ['1']]);
    expect((await rowsOf('')).rows).toEqual([]);
  });

  test('names the line of what is wrong', async () => {
    await expect(rowsOf('a,b\n1,"x\ny"\n3,4,5\n')).rejects.toThrow(
      "'x.csv', line 4: expected 2 fields as in the first row, received 3 ('3 | 4 | 5').",
    );
    await expect(rowsOf('a,b\n1,2\n3\n')).rejects.toThrow('line 3: expected 2 fields as in the first row, received 1');
    await expect(rowsOf('a,b\n1,2\n3,"x\n4,5\n')).rejects.toThrow(
      'line 3: the field that begins with a quote has no quote at its end.',
    );
    await expect(rowsOf('a,b\n1,"2"3\n4,5\n')).rejects.toThrow(
      'line 2: after the quote at the end of a field comes something else than a separator.',
    );
  });

  test('reads a text of several blocks as one, whatever lies on their borders', async () => {
    // Longer than two blocks; the quoted fields have lines of their own and move along, so that borders cut everything.
    const count = 130_000;
    const field = (row: number): string => `${row} "q" \n${'x'.repeat(row % 91)}`;
    const text = Array.from({ length: count }, (_, row) => `${row},"${field(row).replaceAll('"', '""')}"\r\n`).join('');
    expect(text.length).toBeGreaterThan(2 * 4_194_304);
    let row = 0;
    let wrong = 0;
    let blocks = 0;
    await readCsv(text, {}, 'x', (block) => {
      blocks++;
      const last = block.rows.length - 1;
      expect([block.lineOf(0), block.lineOf(last)]).toEqual([1 + 2 * row, 1 + 2 * (row + last)]);
      for (const fields of block.rows) {
        if (fields[0] !== String(row) || fields[1] !== field(row)) wrong++;
        row++;
      }
    });
    expect([row, wrong]).toEqual([count, 0]);
    expect(blocks).toBeGreaterThan(2);
    await expect(readCsv(`${text}1,2,3`, {}, 'x', () => undefined)).rejects.toThrow(
      `x, line ${2 * count + 1}: expected 2`,
    );
    await expect(readCsv(`${text}1,"2`, {}, 'x', () => undefined)).rejects.toThrow(
      `x, line ${2 * count + 1}: the field`,
    );
  });
});
