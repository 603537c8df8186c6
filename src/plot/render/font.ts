// The fonts of pictures, as npm packages ship them: Noto Sans SC, and Source Sans 3, of which its Latin letters are made,
// for what it lacks (Greek) or draws as wide as a Chinese character. Both come as many compressed files by range of
// characters, of which a picture loads the few that its text needs. They hold every weight.
import type { Font, Path } from 'opentype.js';
import { DataError } from '../../base/errors.js';

/** The outline of one character at a font size of 1000, and how far the next one is from it. */
export interface Outline {
  readonly path: string;
  readonly advance: number;
}

/** Reads a file of an installed npm package. @throws DataError if it is not there */
export type ReadPackageFile = (packageName: string, file: string) => Promise<Uint8Array>;

interface Family {
  readonly name: string;
  /** Makes its letters as high as those of the others. */
  readonly scale: number;
}

const noto: Family = { name: 'noto-sans-sc', scale: 1 };
const source: Family = { name: 'source-sans-3', scale: 1.117 };

/** Characters that Noto Sans SC draws on a square, as Chinese text wants them. */
const squareInNoto = '×·±…';

const size = 1000;

/**
 * The outline in whole numbers. They are rounded before, since opentype.js leaves out the space before what is below zero,
 * also where it then writes it as 0: 419 and -0.3 would become 4190.
 */
function pathData(path: Path): string {
  for (const command of path.commands)
    for (const [name, value] of Object.entries(command))
      // Adding 0 takes the sign off a zero.
      if (typeof value === 'number') command[name] = Math.round(value) + 0;
  return path.toPathData({ decimalPlaces: 0, flipY: false });
}

interface Slice {
  readonly packageName: string;
  readonly file: string;
  readonly scale: number;
  readonly ranges: readonly (readonly [number, number])[];
}

export class PictureFont {
  readonly #read: ReadPackageFile;
  #families: Promise<readonly [noto: readonly Slice[], source: readonly Slice[]]> | undefined;
  readonly #fonts = new Map<string, Promise<Font>>();
  /** By weight and character. */
  readonly #outlines = new Map<string, Outline>();

  constructor(read: ReadPackageFile) {
    this.#read = read;
  }

  /** Loads what `outline` needs to draw `characters`. */
  async load(characters: Iterable<string>): Promise<void> {
    const [fromNoto, fromSource] = await (this.#families ??= Promise.all([
      this.#slicesOf(noto),
      this.#slicesOf(source),
    ]));
    for (const character of new Set(characters)) {
      if (this.#outlines.has(`400${character}`)) continue;
      const order = squareInNoto.includes(character) ? [...fromSource, ...fromNoto] : [...fromNoto, ...fromSource];
      const { font, scale } = await this.#fontFor(character, order);
      for (const weight of [400, 600] as const) {
        const glyph = font.charToGlyph(character);
        const path = glyph.getPath(0, 0, size * scale, { variation: { wght: weight } }, font);
        this.#outlines.set(`${weight}${character}`, {
          path: pathData(path),
          advance: (glyph.advanceWidth / font.unitsPerEm) * size * scale,
        });
      }
    }
  }

  /** Of a character that was loaded. */
  outline(character: string, weight: 400 | 600): Outline {
    const outline = this.#outlines.get(`${weight}${character}`);
    if (outline === undefined) throw new DataError(`The outline of '${character}' was not loaded.`);
    return outline;
  }

  /** The first file that has the character; where none has it, one whose sign for that, an empty box, is drawn. */
  async #fontFor(
    character: string,
    slices: readonly Slice[],
  ): Promise<{ readonly font: Font; readonly scale: number }> {
    const codePoint = character.codePointAt(0)!;
    for (const slice of slices) {
      if (!slice.ranges.some(([first, last]) => codePoint >= first && codePoint <= last)) continue;
      const font = await this.#font(slice);
      // The ranges promise more than some files hold.
      if (font.charToGlyph(character).index !== 0) return { font, scale: slice.scale };
    }
    return { font: await this.#font(slices[0]!), scale: slices[0]!.scale };
  }

  async #slicesOf({ name, scale }: Family): Promise<readonly Slice[]> {
    const packageName = `@fontsource-variable/${name}`;
    const bytes = await this.#read(packageName, 'unicode.json');
    const table = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, string>>;
    const slices = Object.entries(table).map(([subset, list]): Slice => ({
      packageName,
      file: `files/${name}-${subset.replace(/[[\]]/g, '')}-wght-normal.woff2`,
      scale,
      ranges: list.split(',').map((range) => {
        const [first, last] = range.replace(/^U\+/i, '').split('-');
        return [Number.parseInt(first!, 16), Number.parseInt(last ?? first!, 16)];
      }),
    }));
    // Latin letters are in several files; this one has nearly all that a picture needs.
    const isLatin = ({ file }: Slice): number => Number(file.includes('-latin-wght'));
    return slices.sort((a, b) => isLatin(b) - isLatin(a));
  }

  #font({ packageName, file }: Slice): Promise<Font> {
    let font = this.#fonts.get(file);
    if (font === undefined) {
      font = this.#parse(packageName, file);
      this.#fonts.set(file, font);
    }
    return font;
  }

  async #parse(packageName: string, file: string): Promise<Font> {
    const [bytes, { default: decompress }, { default: opentype }] = await Promise.all([
      this.#read(packageName, file),
      import('woff2-encoder/decompress'),
      import('opentype.js'),
    ]);
    const font = await decompress(bytes);
    return opentype.parse(font.slice().buffer);
  }
}
