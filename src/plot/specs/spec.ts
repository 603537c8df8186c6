// What a specification is to the code that makes, draws and saves pictures, and the options that all pictures take.
import { ValueError } from '../../base/errors.js';

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** An object of JSON; what is undefined is left out of the file. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A Vega-Lite specification: plain JSON, the data in it. */
export interface VegaLiteSpec extends JsonObject {
  readonly $schema: string;
}

/** What every picture can be told. */
export interface PictureOptions {
  /** Above the picture; each picture has its own unless given, an empty text leaves it out. */
  readonly title?: string | undefined;
  /** Of the drawing area in pixels, without axes, legend and title. */
  readonly width?: number | undefined;
  /** Of the drawing area in pixels, without axes, legend and title. */
  readonly height?: number | undefined;
}

export const pictureOptionNames = ['title', 'width', 'height'] as const;

/** @throws ValueError unless `size` is a number of pixels from 16 to 10,000 */
export function checkPixels(size: number, what: string): number {
  if (typeof size === 'number' && size >= 16 && size <= 10_000) return size;
  throw new ValueError(`${what}: expected a number of pixels from 16 to 10000, received ${String(size)}.`);
}

/** A number as JSON has it: what is not finite is nothing to draw. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
