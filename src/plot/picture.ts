// A picture: its specification, and the ways to see and to keep it.
import { ValueError } from '../base/errors.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { htmlPage } from './render/html.js';
import { renderSvg } from './render/svg.js';
import { pictureServices, type MediaBundle } from './services.js';
import type { Json, VegaLiteSpec } from './specs/spec.js';

export interface PngOptions {
  /** Pixels of the PNG to a pixel of the picture; 2 unless given. */
  readonly scale?: number | undefined;
}

const mediaTypes = {
  svg: 'image/svg+xml',
  png: 'image/png',
  html: 'text/html',
  json: 'application/json',
} as const;

type FileKind = keyof typeof mediaTypes;

/**
 * A picture of a Vega-Lite specification (https://vega.github.io/vega-lite/), which is open to change:
 * `new Picture({ ...picture.spec, title: 'Another' })`. It is drawn when it is first asked for.
 */
export class Picture {
  /** Vega-Lite, with the data in it. */
  readonly spec: VegaLiteSpec;
  #svg: Promise<string> | undefined;

  constructor(spec: VegaLiteSpec) {
    this.spec = spec;
  }

  /** The title, or an empty text. */
  get title(): string {
    return titleOf(this.spec.title);
  }

  /** As an SVG document. @throws DataError if the specification cannot be drawn */
  async svg(): Promise<string> {
    this.#svg ??= renderSvg(this.spec);
    return this.#svg;
  }

  /**
   * As the bytes of a PNG file.
   * @throws ValueError for a scale that is not above 0 and at most 20
   */
  async png(options: PngOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    rejectUnknownOptions('png', options, ['scale']);
    const { scale = 2 } = options;
    if (!(scale > 0 && scale <= 20))
      throw new ValueError(`png: expected a scale above 0 and at most 20, received ${String(scale)}.`);
    return (await pictureServices().draw(await this.svg(), scale)).png;
  }

  /** As a page that needs nothing else, with the specification in it. */
  async html(): Promise<string> {
    return htmlPage(this.title || 'Picture', await this.svg(), this.spec);
  }

  /**
   * Writes a file; the end of its name says which: `.svg`, `.png`, `.html`, or `.json` for the specification. The file
   * is written beside and renamed, so that an older one is never half replaced. In a page, the file is downloaded.
   * @throws ValueError for another ending
   * @throws DataError if it cannot be written
   */
  async save(path: string, options: PngOptions = {}): Promise<void> {
    rejectUnknownOptions('save', options, ['scale']);
    const kind = /[.](\w+)$/.exec(path)?.[1]?.toLowerCase();
    if (!isFileKind(kind))
      throw new ValueError(
        `save: expected a name that ends in .svg, .png, .html or .json, received '${path}'. Write for example '${kind === undefined ? path : path.slice(0, -kind.length - 1)}.svg'.`,
      );
    const bytes = kind === 'png' ? await this.png(options) : new TextEncoder().encode(await this.#text(kind));
    await pictureServices().save(path, bytes, mediaTypes[kind]);
  }

  async #text(kind: Exclude<FileKind, 'png'>): Promise<string> {
    if (kind === 'json') return `${JSON.stringify(this.spec, null, 2)}\n`;
    return kind === 'svg' ? this.svg() : this.html();
  }

  /** Shows it where the program runs: in the notebook, in the terminal, at the end of the page. */
  async show(): Promise<void> {
    await pictureServices().show(this);
  }

  /** What notebooks choose from. */
  async mediaBundle(): Promise<MediaBundle> {
    return { [mediaTypes.svg]: await this.svg(), 'text/plain': this.toString() };
  }

  /** One line that says what it is. */
  toString(): string {
    return `Picture${this.title === '' ? '' : ` "${this.title}"`}: show() shows it, save('picture.svg') keeps it.`;
  }

  /** Deno's Jupyter kernel shows what this returns in place of the object. */
  [Symbol.for('Jupyter.display')](): Promise<MediaBundle> {
    return this.mediaBundle();
  }

  /** `console.log(picture)` in Node: one line, not the whole specification. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function isFileKind(kind: string | undefined): kind is FileKind {
  return kind !== undefined && Object.hasOwn(mediaTypes, kind);
}

function titleOf(title: Json | undefined): string {
  if (typeof title === 'string') return title;
  const text = (title as { readonly text?: Json } | null | undefined)?.text;
  return typeof text === 'string' ? text : '';
}
