// Draws a table in box characters, the way Keras's summaries look: cells wrap at spaces, and a word that is longer than
// its column is cut with an ellipsis.

/** A piece of text of one style. */
export interface Span {
  readonly text: string;
  /** Parameters of the escape sequence that sets colour and weight, such as `1` for bold or `38;5;33`. */
  readonly style?: string;
}

export type Line = readonly Span[];

export interface Column {
  readonly title: string;
  readonly justify: 'left' | 'right' | 'center';
  /** Width in characters, before the borders take their part of the table's width. */
  readonly width: number;
}

const bold = '1';

/** The lines of the table. `width` is that of the whole, borders included. */
export function drawTable(columns: readonly Column[], rows: readonly (readonly Line[])[], width: number): Line[] {
  const widths = innerWidths(
    columns.map((column) => column.width),
    width,
  );
  const rule = (left: string, line: string, between: string, right: string): Line => [
    { text: left + widths.map((inner) => line.repeat(inner + 2)).join(between) + right },
  ];
  const drawRow = (cells: readonly Line[]): Line[] => {
    const wrapped = cells.map((cell, index) => wrap(cell, widths[index]!));
    const height = Math.max(1, ...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, row) => {
      const spans: Span[] = [{ text: '│' }];
      columns.forEach(({ justify }, index) => {
        const aligned = justified(wrapped[index]?.[row] ?? [], widths[index]!, justify);
        spans.push({ text: ' ' }, ...aligned, { text: ' │' });
      });
      return spans;
    });
  };
  const header: Span[] = [{ text: '┃' }];
  columns.forEach(({ title, justify }, index) => {
    const line = justified(wrap([{ text: title }], widths[index]!)[0]!, widths[index]!, justify);
    const text = line.map((span) => span.text).join('');
    const edge = { text: ' ', style: bold };
    header.push(edge, { text, style: bold }, edge, { text: '┃' });
  });

  const lines: Line[] = [rule('┏', '━', '┳', '┓'), header, rule('┡', '━', '╇', '┩')];
  rows.forEach((row, index) => {
    if (index > 0) lines.push(rule('├', '─', '┼', '┤'));
    lines.push(...drawRow(row));
  });
  lines.push(rule('└', '─', '┴', '┘'));
  return lines;
}

/** Widths of the text, after borders and a space at either side have taken theirs evenly from all columns. */
function innerWidths(widths: readonly number[], total: number): number[] {
  let excess = widths.reduce((sum, width) => sum + width + 2, 0) + widths.length + 1 - total;
  return widths.map((width, index) => {
    const share = roundHalfToEven(excess / (widths.length - index));
    excess -= share;
    return width - share;
  });
}

function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

function lengthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

/** Characters `start` to `end` of a line, styles kept. */
export function cut(line: Line, start: number, end: number): Line {
  const pieces: Span[] = [];
  let position = 0;
  for (const span of line) {
    const text = span.text.slice(Math.max(0, start - position), Math.max(0, end - position));
    if (text !== '') pieces.push({ ...span, text });
    position += span.text.length;
  }
  return pieces;
}

/** Breaks a cell into lines of at most `width` characters. */
function wrap(cell: Line, width: number): Line[] {
  const text = cell.map((span) => span.text).join('');
  const breaks: number[] = [];
  let used = 0;
  for (const match of text.matchAll(/\s*\S+\s*/g)) {
    const [word] = match;
    const fits = width - used >= word.trimEnd().length;
    if (!fits && match.index > 0) {
      breaks.push(match.index);
      used = word.length;
    } else used += word.length;
  }
  const starts = [0, ...breaks];
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? text.length;
    const trimmed = start + text.slice(start, end).trimEnd().length;
    const line = cut(cell, start, trimmed);
    return lengthOf(line) <= width ? line : [...cut(line, 0, width - 1), { text: '…' }];
  });
}

function justified(line: Line, width: number, justify: Column['justify']): Line {
  const room = width - lengthOf(line);
  const before = justify === 'left' ? 0 : justify === 'right' ? room : Math.floor(room / 2);
  const space = (count: number): Span[] => (count > 0 ? [{ text: ' '.repeat(count) }] : []);
  return [...space(before), ...line, ...space(room - before)];
}

/** The text of lines, each with its line end, styles as escape sequences or left out. */
export function printLines(lines: readonly Line[], useStyles: boolean): string {
  const print = ({ text, style }: Span): string =>
    style === undefined || !useStyles ? text : `\x1b[${style}m${text}\x1b[0m`;
  return lines.map((line) => `${line.map(print).join('')}\n`).join('');
}
