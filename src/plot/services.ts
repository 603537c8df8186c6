// What pictures need of the machine they are on. An entry point provides it as it is loaded.
import { InternalError } from '../base/errors.js';
import type { DrawSvg } from './render/png.js';

/** The same content in several forms, by media type, of which a notebook shows the best it can. */
export type MediaBundle = Readonly<Record<string, string>>;

/** A picture in the forms that places to show it may want. */
export interface Showable {
  svg(): Promise<string>;
  mediaBundle(): Promise<MediaBundle>;
}

export interface PictureServices {
  readonly draw: DrawSvg;
  /** Writes a file whole: a reader sees the old bytes or all the new ones. */
  save(path: string, bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<void>;
  /** Shows it where the user is: in the notebook, the terminal, the page. */
  show(picture: Showable): Promise<void>;
}

let current: PictureServices | undefined;

export function setPictureServices(services: PictureServices): void {
  current = services;
}

/** @throws InternalError if no entry point has set them */
export function pictureServices(): PictureServices {
  if (current === undefined)
    throw new InternalError(
      "Nothing to draw pictures with is set. Import 'nacre' itself, whose entry points set it, not one of its files.",
    );
  return current;
}
