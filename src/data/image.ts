// Images as plain arrays: other colours, other sizes.
import { ShapeError, ValueError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';
import { unknownName } from '../base/suggest.js';

/** Keras's names: one channel, three, or three and alpha. */
export type ColorMode = 'grayscale' | 'rgb' | 'rgba';

const colorModes = { grayscale: 1, rgb: 3, rgba: 4 } as const satisfies Readonly<Record<ColorMode, number>>;

/** How pixels between pixels are found: `bilinear` averages what a smaller image cannot show, `nearest` picks. */
export type Interpolation = 'bilinear' | 'nearest';

const interpolations = ['bilinear', 'nearest'] as const satisfies readonly Interpolation[];

/** @throws ValueError for another mode, with the nearest. */
export function channelsOf(mode: ColorMode): 1 | 3 | 4 {
  if (!Object.hasOwn(colorModes, mode)) throw unknownName('colorMode', mode, Object.keys(colorModes));
  return colorModes[mode];
}

/** @throws ShapeError unless the array is one image [H, W] or [H, W, C] with pixels and 1 to 4 channels. */
export function imageSize(image: NDArray, what: string): readonly [height: number, width: number, channels: number] {
  const [height = 0, width = 0, channels = 1] = image.shape;
  if (![2, 3].includes(image.shape.length) || height * width === 0 || channels < 1 || channels > 4)
    throw new ShapeError(
      `${what}: expected an image of shape [H, W], or [H, W, C] of 1 to 4 channels, received ${formatShape(image.shape)}.`,
    );
  return [height, width, channels];
}

/** @throws ValueError unless `size` is a height and a width. */
export function checkSize(size: readonly number[], what: string): void {
  if (size.length !== 2 || !size.every((length) => Number.isInteger(length) && length > 0))
    throw new ValueError(`${what}: expected [height, width], whole numbers above 0, received [${size.join(', ')}].`);
}

/** Brightness of red, green and blue together (ITU-R BT.601), as PIL, TensorFlow and television have it. */
export const luma = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/**
 * The image in other colours: [H, W] or [H, W, C] of uint8 -> [H, W, 1], [H, W, 3] or [H, W, 4]. Alpha is dropped, as
 * Keras does it, or made 255.
 * @throws ShapeError for what is no image.
 */
export function toColorMode(image: NDArray, mode: ColorMode): NDArray {
  const wanted = channelsOf(mode);
  const [height, width, channels] = imageSize(image, 'colorMode');
  if (channels === wanted) return image.shape.length === 3 ? image : ndarray(image.data, [height, width, 1]);
  const pixels = new Uint8Array(height * width * wanted);
  const { data } = image;
  for (let pixel = 0; pixel < height * width; pixel++) {
    const from = pixel * channels;
    const to = pixel * wanted;
    const red = data[from]!;
    const [green, blue] = channels < 3 ? [red, red] : [data[from + 1]!, data[from + 2]!];
    if (wanted === 1) {
      pixels[to] = channels < 3 ? red : Math.round(luma(red, green, blue));
      continue;
    }
    pixels[to] = red;
    pixels[to + 1] = green;
    pixels[to + 2] = blue;
    if (wanted === 4) pixels[to + 3] = channels === 2 ? data[from + 1]! : channels === 4 ? data[from + 3]! : 255;
  }
  return ndarray(pixels, [height, width, wanted]);
}

/**
 * The image [H, W] or [H, W, C] with other sizes and the same rank; uint8 stays uint8, all else becomes float32. Proportions
 * are not kept.
 * `bilinear` weights pixels by a triangle that, where the image gets smaller, is as wide as needed to touch all of them, as
 * PIL's BILINEAR does: thin lines become faint, not lost.
 * @throws ShapeError for what is no image; ValueError for sizes that are none.
 */
export function resizeImage(
  image: NDArray,
  size: readonly [height: number, width: number],
  interpolation: Interpolation = 'bilinear',
): NDArray {
  const [height, width, channels] = imageSize(image, 'resize');
  if (!interpolations.includes(interpolation)) throw unknownName('interpolation', interpolation, interpolations);
  checkSize(size, 'resize');
  const [newHeight, newWidth] = size;
  const shape = [newHeight, newWidth, ...image.shape.slice(2)];
  if (newHeight === height && newWidth === width) return image;
  const taps = interpolation === 'nearest' ? nearestTaps : triangleTaps;
  const isRounded = image.dtype === 'uint8';
  // Columns first, into rows of the old height; then rows.
  const columns = taps(width, newWidth);
  const narrow = new Float64Array(height * newWidth * channels);
  for (let row = 0; row < height; row++)
    columns.forEach(({ first, weights }, column) => {
      const from = (row * width + first) * channels;
      const to = (row * newWidth + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++)
          sum += weights[tap]! * image.data[from + tap * channels + channel]!;
        narrow[to + channel] = sum;
      }
    });
  const length = newWidth * channels;
  const pixels = isRounded ? new Uint8Array(newHeight * length) : new Float32Array(newHeight * length);
  taps(height, newHeight).forEach(({ first, weights }, row) => {
    for (let item = 0; item < length; item++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * narrow[(first + tap) * length + item]!;
      pixels[row * length + item] = isRounded ? Math.round(sum) : sum;
    }
  });
  return ndarray(pixels, shape);
}

/** What one new pixel is made of along an axis: the old ones from `first` on, with weights that sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

function nearestTaps(length: number, newLength: number): Taps[] {
  return Array.from({ length: newLength }, (_, index) => ({
    first: Math.min(length - 1, Math.floor(((index + 0.5) * length) / newLength)),
    weights: [1],
  }));
}

function triangleTaps(length: number, newLength: number): Taps[] {
  const scale = length / newLength;
  // Half the triangle's base: never less than a pixel.
  const support = Math.max(1, scale);
  return Array.from({ length: newLength }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(length, Math.trunc(centre + support + 0.5));
    const weights = Array.from({ length: end - first }, (__, tap) =>
      Math.max(0, 1 - Math.abs(first + tap + 0.5 - centre) / support),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}
