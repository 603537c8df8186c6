// Images in arrays to pixels that can be drawn.
import { ShapeError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { formatShape } from '../../base/shape.js';
import type { Pixels } from './png-file.js';

/** One image: [H, W, C] of 1, 3 or 4 channels, its elements at `offset`. */
export interface ImageView {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: ArrayLike<number>;
  readonly offset: number;
}

/**
 * The images of a batch [N, H, W], [N, H, W, 1], [N, H, W, 3] or [N, H, W, 4], or of one image [H, W] or [H, W, 3].
 * @throws ShapeError for another shape
 */
export function imagesOf(array: NDArray, what: string): ImageView[] {
  const { shape } = array;
  const isChannels = (size: number | undefined): size is 1 | 3 | 4 => size === 1 || size === 3 || size === 4;
  // [H, W, 3] is one image in colours; [N, H, W] many grey ones.
  const isOne = shape.length === 2 || (shape.length === 3 && isChannels(shape[2]) && shape[0]! > 4 && shape[1]! > 4);
  const [count, height, width, channels = 1] = isOne ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 4 || count === undefined || !height || !width || !isChannels(channels))
    throw new ShapeError(
      `${what}: expected images of shape [N, H, W] or [N, H, W, C] with 1, 3 or 4 channels, received ${formatShape(shape)}.${shape.length === 2 || shape.length === 1 ? ' Reshape flat images to their height and width.' : ''}`,
    );
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({ width, height, channels, data: array.data, offset: i * size }));
}

/** The least and the greatest number of `data` from `start` to before `end`; [0, 1] where none is finite. */
export function extent(data: ArrayLike<number>, start = 0, end = data.length): [number, number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = start; i < end; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least > greatest ? [0, 1] : [least, greatest];
}

/**
 * The values drawn darkest and brightest: 0 and 255 for bytes, and for other numbers that reach beyond 1 without being
 * negative or above 255; 0 and 1 where all lie between these; else the least and the greatest.
 */
export function usualRange(array: NDArray): readonly [number, number] {
  if (array.dtype === 'uint8') return [0, 255];
  if (array.dtype === 'bool') return [0, 1];
  const [least, greatest] = extent(array.data);
  if (least >= 0 && greatest <= 1) return [0, 1];
  return least >= 0 && greatest > 64 && greatest <= 255 ? [0, 255] : [least, greatest];
}

// Beyond this a picture would carry more pixels than it shows.
const largest = 192;

/** The image with `darkest` as 0 and `brightest` as 255; large ones are made smaller, each pixel the mean of those it covers. */
export function toPixels(image: ImageView, [darkest, brightest]: readonly [number, number]): Pixels {
  const { channels, data, offset } = image;
  const shrink = Math.max(1, Math.ceil(Math.max(image.width, image.height) / largest));
  const width = Math.ceil(image.width / shrink);
  const height = Math.ceil(image.height / shrink);
  const pixels = new Uint8Array(width * height * channels);
  const factor = brightest === darkest ? 0 : 255 / (brightest - darkest);
  let position = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        let count = 0;
        for (let y = row * shrink; y < Math.min((row + 1) * shrink, image.height); y++)
          for (let x = column * shrink; x < Math.min((column + 1) * shrink, image.width); x++) {
            sum += data[offset + (y * image.width + x) * channels + channel]!;
            count++;
          }
        const level = (sum / count - darkest) * factor;
        pixels[position++] = level > 0 ? Math.min(255, Math.round(level)) : 0;
      }
  return { width, height, channels, data: pixels };
}
