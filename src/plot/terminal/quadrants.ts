// A drawn picture as text for a terminal: four pixels a character, and over them the picture's text as letters.
import type { Drawing } from '../render/png.js';
import { columnsOf } from './columns.js';
import type { PlacedText } from './placed-text.js';

type Rgb = readonly [red: number, green: number, blue: number];
type Colour = 'none' | '256' | '24bit';

interface Cell {
  /** '' where the character before takes this column too. */
  character: string;
  ink: Rgb;
  paper: Rgb;
  isText: boolean;
}

export interface QuadrantsOptions {
  readonly columns: number;
  readonly lines: number;
  readonly colour: Colour;
  /** Of the whole picture, in the coordinates of the texts. */
  readonly width: number;
  readonly height: number;
}

// By which quarters are ink: 1 upper left, 2 upper right, 4 lower left, 8 lower right.
const blocks = ' ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█';
const escape = '\u001b[';

/** Lines of `columns` characters, without a newline at the end. `drawing` is the picture without its text. */
export function drawQuadrants(drawing: Drawing, texts: readonly PlacedText[], options: QuadrantsOptions): string {
  const { columns, lines, colour } = options;
  const cells: Cell[][] = Array.from({ length: lines }, (_, line) =>
    Array.from({ length: columns }, (_unused, column) => cellOf(drawing, column, line, options)),
  );
  for (const text of texts) write(cells, text, options);
  return cells
    .map((row) =>
      colour === 'none'
        ? row
            .map(({ character }) => character)
            .join('')
            .trimEnd()
        : paint(row, colour),
    )
    .join('\n');
}

interface Area {
  readonly mean: Rgb;
  /** The share of pixels clearly darker than paper: lines and marks, not the grid behind them. */
  readonly dark: number;
}

// Without colours a thin line through an area has to show, and is a small part of it.
const enoughDark = 0.2;
const darkBelow = 200;
const white: Rgb = [255, 255, 255];

/** A part of the picture, its edges between 0 and 1 on both axes. */
function areaOf({ width, height, pixels }: Drawing, left: number, top: number, right: number, bottom: number): Area {
  const sum = [0, 0, 0];
  let weights = 0;
  let count = 0;
  let dark = 0;
  const endColumn = Math.min(width, Math.max(Math.floor(left * width) + 1, Math.floor(right * width)));
  const endRow = Math.min(height, Math.max(Math.floor(top * height) + 1, Math.floor(bottom * height)));
  for (let y = Math.floor(top * height); y < endRow; y++)
    for (let x = Math.floor(left * width); x < endColumn; x++) {
      const position = 4 * (y * width + x);
      const pixel: Rgb = [pixels[position]!, pixels[position + 1]!, pixels[position + 2]!];
      // What is not paper counts for more, so that thin lines keep their colours.
      const weight = 0.3 + Math.sqrt(distance(pixel, white)) / 255;
      pixel.forEach((value, channel) => (sum[channel]! += weight * value));
      weights += weight;
      if (brightness(pixel) < darkBelow) dark++;
      count++;
    }
  if (count === 0) return { mean: white, dark: 0 };
  return { mean: sum.map((value) => value / weights) as unknown as Rgb, dark: dark / count };
}

function cellOf(drawing: Drawing, column: number, line: number, { columns, lines, colour }: QuadrantsOptions): Cell {
  const quarters = [0, 1, 2, 3].map((quarter): Area => {
    const x = column + (quarter & 1) / 2;
    const y = line + (quarter >> 1) / 2;
    return areaOf(drawing, x / columns, y / lines, (x + 0.5) / columns, (y + 0.5) / lines);
  });
  if (colour === 'none') {
    const mask = quarters.reduce((bits, { dark }, index) => bits | (dark >= enoughDark ? 1 << index : 0), 0);
    return { character: blocks[mask]!, ink: [0, 0, 0], paper: [255, 255, 255], isText: false };
  }
  return cellOfColours(quarters.map(({ mean }) => mean));
}

function cellOfColours(quarters: readonly Rgb[]): Cell {
  // The two quarters that differ most become the two colours of the cell; the others join the nearer one.
  let first = 0;
  let second = 0;
  for (let a = 0; a < 4; a++)
    for (let b = a + 1; b < 4; b++)
      if (distance(quarters[a]!, quarters[b]!) > distance(quarters[first]!, quarters[second]!))
        [first, second] = [a, b];
  const isInk = quarters.map((quarter) => distance(quarter, quarters[second]!) < distance(quarter, quarters[first]!));
  const mask = isInk.reduce((bits, ink, index) => bits | (ink ? 1 << index : 0), 0);
  const paper = average(quarters.filter((_, index) => !isInk[index]));
  return {
    character: blocks[mask]!,
    ink: mask === 0 ? paper : average(quarters.filter((_, index) => isInk[index])),
    paper,
    isText: false,
  };
}

const brightness = ([red, green, blue]: Rgb): number => 0.299 * red + 0.587 * green + 0.114 * blue;
const distance = (a: Rgb, b: Rgb): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
const average = (colours: readonly Rgb[]): Rgb =>
  [0, 1, 2].map(
    (channel) => colours.reduce((sum, colour) => sum + colour[channel]!, 0) / colours.length,
  ) as unknown as Rgb;

interface PlacedCharacter {
  readonly line: number;
  readonly column: number;
  readonly character: string;
}

/** How far a text is moved on to find room, in columns. */
const mostShift = 8;

/** Puts a text where it stands, unless other text is there or right beside it. */
function write(cells: Cell[][], text: PlacedText, { columns, lines, width, height }: QuadrantsOptions): void {
  const characters = Array.from(text.text).filter((character) => columnsOf(character) > 0);
  const isVertical = Math.abs(Math.sin((text.angle * Math.PI) / 180)) > 0.8;
  const length = isVertical ? characters.length : characters.reduce((sum, character) => sum + columnsOf(character), 0);
  const before = text.anchor === 'start' ? 0 : text.anchor === 'end' ? length : length / 2;
  // Letters stand on the base line; their middle is about a third of their size above it.
  const toMiddle = text.size * 0.35;
  const isFree = ({ line, column, character }: PlacedCharacter): boolean => {
    const around = isVertical ? [column] : [column - 1, column, column + columnsOf(character)];
    return cells[line]?.[column] !== undefined && around.every((place) => cells[line]?.[place]?.isText !== true);
  };
  let places: PlacedCharacter[] = [];
  if (isVertical) {
    // From top to bottom, which reads more easily in upright letters than from bottom to top.
    const column = Math.floor(((text.x - toMiddle) / width) * columns);
    const top = Math.round((text.y / height) * lines - length / 2);
    places = characters.map((character, index) => ({ line: top + index, column, character }));
    if (!places.every(isFree)) return;
  } else {
    const line = Math.floor(((text.y - toMiddle) / height) * lines);
    const wanted = Math.round((text.x / width) * columns - before);
    // A title that reaches beyond the edge by a little is moved back.
    const first = wanted > 0 ? Math.max(0, Math.min(wanted, columns - length)) : wanted;
    // The letters of a terminal may be wider than the picture's: what follows another text may have to move on.
    const tries = text.anchor === 'start' ? mostShift : 0;
    for (let shift = 0; places.length === 0 && shift <= tries; shift++) {
      let column = first + shift;
      const row = characters.map((character): PlacedCharacter => {
        const place = { line, column, character };
        column += columnsOf(character);
        return place;
      });
      if (row.every(isFree)) places = row;
    }
  }
  const ink = rgbOf(text.colour);
  for (const { line, column, character } of places) {
    const cell = cells[line]![column]!;
    const paper = paperOf(cell, ink);
    Object.assign(cell, { character, paper, ink, isText: true });
    if (columnsOf(character) === 2)
      Object.assign(cells[line]![column + 1] ?? {}, { character: '', paper, isText: true });
  }
}

/** What is behind a text: of a cell's two colours the one from which it stands out more. */
const paperOf = (cell: Cell, text: Rgb): Rgb =>
  distance(cell.ink, text) > distance(cell.paper, text) ? cell.ink : cell.paper;

function rgbOf(colour: string): Rgb {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const value = Number.parseInt(
    short
      ? short
          .slice(1)
          .map((digit) => digit + digit)
          .join('')
      : colour.replace('#', ''),
    16,
  );
  return Number.isNaN(value) ? [0, 0, 0] : [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

function paint(row: readonly Cell[], colour: '256' | '24bit'): string {
  let line = '';
  let before = '';
  for (const { character, ink, paper } of row) {
    if (character === '') continue;
    const codes = `${escape}38;${codeOf(ink, colour)};48;${codeOf(paper, colour)}m`;
    line += (codes === before ? '' : codes) + character;
    before = codes;
  }
  return `${line}${escape}0m`;
}

function codeOf(rgb: Rgb, colour: '256' | '24bit'): string {
  if (colour === '24bit') return `2;${rgb.map(Math.round).join(';')}`;
  // xterm's palette: a cube of 6 levels a channel from 16 on, a ramp of 24 greys from 232 on.
  const [red, green, blue] = rgb.map((value) => Math.round((value / 255) * 5)) as unknown as Rgb;
  const spread = Math.max(...rgb) - Math.min(...rgb);
  const grey = Math.round((brightness(rgb) - 8) / 10);
  return `5;${spread < 12 && grey >= 0 && grey < 24 ? 232 + grey : 16 + 36 * red + 6 * green + blue}`;
}
