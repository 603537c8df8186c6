// The pixels of what programs and pages hold images in: pixel data, canvases, bitmaps, elements of a page, files. Types
// name only what is needed of each, so that nothing here asks for a browser.
import { DataError, messageOf, ShapeError, ValueError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { decodeImage } from './decode-image.js';

/** Pixels in red, green, blue and alpha, row by row: an `ImageData`, or what image packages for Node give. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A canvas with two dimensions, of a page or off screen, or one of a package for Node. */
export interface CanvasLike {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): unknown;
}

/** What a canvas can draw: an `ImageBitmap`, an image or a video of a page. */
export interface Drawable {
  readonly width: number;
  readonly height: number;
}

/** A `File` or `Blob` of a PNG or JPEG image. */
export interface ImageFile {
  readonly name?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export type PixelSource = PixelData | CanvasLike | Drawable | ImageFile | Uint8Array | ArrayBuffer;

interface Context {
  getImageData(x: number, y: number, width: number, height: number): PixelData;
  drawImage(image: unknown, x: number, y: number): void;
}

/**
 * The pixels of `source` as uint8 [H, W, C]: four channels, or those of the file where it is one.
 * @throws DataError that begins with `what` for a damaged file, a canvas that cannot be read, or an image without pixels
 * @throws ValueError for what is no image
 */
export async function pixelsOf(source: unknown, what: string): Promise<NDArray> {
  if (source instanceof Uint8Array) return decodeImage(source, what);
  if (source instanceof ArrayBuffer) return decodeImage(new Uint8Array(source), what);
  if (typeof source !== 'object' || source === null) throw noImage(source, what);
  if ('arrayBuffer' in source && typeof source.arrayBuffer === 'function') {
    const file = source as ImageFile;
    const name = typeof file.name === 'string' && file.name !== '' ? file.name : what;
    return decodeImage(new Uint8Array(await file.arrayBuffer()), name);
  }
  const [width, height] = sizeOf(source);
  if (width === undefined || height === undefined) throw noImage(source, what);
  if (!(width > 0 && height > 0))
    throw new DataError(
      `${what}: expected an image with pixels, received one of ${width} x ${height}. Wait until it is loaded: await image.decode().`,
    );
  if ('data' in source) return fromData(source as PixelData, what);
  if ('getContext' in source) return fromCanvas(source as CanvasLike, what);
  return fromDrawable(source, width, height, what);
}

/** Width and height in pixels; an image or a video of a page has them beside the size at which it is shown. */
function sizeOf(source: object): readonly [width: number | undefined, height: number | undefined] {
  const named = source as Readonly<Record<string, unknown>>;
  const of = (...names: readonly string[]): number | undefined =>
    names.map((name) => named[name]).find((value): value is number => typeof value === 'number');
  return [of('naturalWidth', 'videoWidth', 'width'), of('naturalHeight', 'videoHeight', 'height')];
}

function fromData({ width, height, data }: PixelData, what: string): NDArray {
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!isBytes || data.length !== width * height * 4)
    throw new ShapeError(
      `${what}: expected pixels of ${width} x ${height} x 4 bytes (red, green, blue, alpha), received ${isBytes ? data.length : `no bytes but ${typeof data}`}.`,
    );
  // A copy: what is drawn later must not show.
  return ndarray(Uint8Array.from(data), [height, width, 4]);
}

function fromCanvas(canvas: CanvasLike, what: string): NDArray {
  const context = canvas.getContext('2d') as Context | null;
  if (!context)
    throw new DataError(
      `${what}: expected a canvas with two dimensions, received one of another context, such as WebGL.`,
    );
  try {
    return fromData(context.getImageData(0, 0, canvas.width, canvas.height), what);
  } catch (error) {
    if (error instanceof ShapeError) throw error;
    throw new DataError(
      `${what}: the canvas cannot be read (${messageOf(error)}). Images from another site need crossOrigin = 'anonymous' before they are loaded.`,
      { cause: error },
    );
  }
}

function fromDrawable(image: object, width: number, height: number, what: string): NDArray {
  const { OffscreenCanvas: Canvas } = globalThis as {
    readonly OffscreenCanvas?: new (width: number, height: number) => CanvasLike;
  };
  if (!Canvas) throw noImage(image, what);
  const canvas = new Canvas(width, height);
  try {
    (canvas.getContext('2d') as Context).drawImage(image, 0, 0);
  } catch (error) {
    throw new DataError(`${what}: the image cannot be drawn (${messageOf(error)}).`, { cause: error });
  }
  return fromCanvas(canvas, what);
}

function noImage(source: unknown, what: string): ValueError {
  const name =
    typeof source === 'object' && source !== null
      ? (Object.getPrototypeOf(source) as { constructor?: { name?: string } } | null)?.constructor?.name
      : source === null
        ? 'null'
        : typeof source;
  return new ValueError(
    `${what}: expected a tensor, pixels as ImageData, a canvas, an ImageBitmap or an image of a page, a file or its bytes, received ${name ?? 'an object'}.`,
  );
}
