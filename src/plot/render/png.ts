// SVG to pixels and PNG with resvg, which is loaded when the first is drawn.
import type * as Resvg from '@resvg/resvg-wasm';
import { DataError, messageOf } from '../../base/errors.js';
import { PictureFont, type ReadPackageFile } from './font.js';
import { outlineText } from './outlines.js';

/** A drawn picture. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel, row by row. */
  readonly pixels: Uint8Array;
  /** The bytes of a PNG file. */
  readonly png: Uint8Array<ArrayBuffer>;
}

/** Draws an SVG document, `scale` pixels to each of its own. @throws DataError if it cannot be drawn */
export type DrawSvg = (svg: string, scale: number) => Promise<Drawing>;

/** Draws with resvg and the fonts that Nacre installs: the same pixels on every machine. */
export function resvgDrawing(read: ReadPackageFile): DrawSvg {
  const font = new PictureFont(read);
  let loading: Promise<typeof Resvg> | undefined;
  return async (svg, scale) => {
    const { Resvg } = await (loading ??= loadResvg(read));
    const outlined = await outlineText(svg, font);
    // Enlarged images of few pixels show their pixels; resvg knows an older word for that.
    const crisp = outlined.replaceAll(/image-rendering([:=]\s*"?)pixelated/g, 'image-rendering$1optimizeSpeed');
    try {
      const drawing = new Resvg(crisp, { fitTo: { mode: 'zoom', value: scale } });
      const image = drawing.render();
      const { width, height } = image;
      const result = { width, height, pixels: image.pixels.slice(), png: Uint8Array.from(image.asPng()) };
      image.free();
      drawing.free();
      return result;
    } catch (error) {
      throw new DataError(`Could not draw the picture as PNG: ${messageOf(error)}.`, { cause: error });
    }
  };
}

async function loadResvg(read: ReadPackageFile): Promise<typeof Resvg> {
  const [resvg, code] = await Promise.all([import('@resvg/resvg-wasm'), read('@resvg/resvg-wasm', 'index_bg.wasm')]);
  try {
    await resvg.initWasm(Uint8Array.from(code));
  } catch (error) {
    // The module is one for the whole process, and the user's program may have started it.
    if (!/already initialized/i.test(messageOf(error))) throw error;
  }
  return resvg;
}
