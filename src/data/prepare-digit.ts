// Makes of a drawing or photo of a digit what MNIST's authors made of theirs, so that a network trained on MNIST knows it.
import { DataError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { imageSize, luma, resizeImage } from './image.js';
import { inkBounds, inkOf } from './ink.js';

/** The side of MNIST's images, and of the box in them that the digit fits into. */
const side = 28;
const box = 20;

/** Pixels of the longer side that are looked at: a photo shows no more of a digit with more of them. */
const longest = 320;

/**
 * A picture of one digit [H, W] or [H, W, C], uint8, of any size, light on dark or dark on light -> [28, 28] as MNIST has
 * it (LeCun, Cortes and Burges, 1998): white ink on black, fitted into 20 x 20 with its proportions, its centre of mass in
 * the middle. The border of the picture tells the background, also where the light falls unevenly; specks are left out.
 * @throws DataError that begins with `name` where nothing stands out from the background.
 * @throws ShapeError for what is no image.
 */
export function prepareDigit(image: NDArray, name = 'image'): NDArray {
  const grey = smaller(greyOf(image, name));
  const ink = inkOf(grey);
  const bounds = ink && inkBounds(ink);
  if (ink === undefined || bounds === undefined)
    throw new DataError(`${name}: expected a digit that stands out from its background, found an even picture.`);
  const { top, left, height, width } = bounds;
  const cropped = new Float32Array(height * width);
  for (let row = 0; row < height; row++) {
    const from = (top + row) * ink.width + left;
    cropped.set(ink.values.subarray(from, from + width), row * width);
  }
  const scale = box / Math.max(height, width);
  const size = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))] as const;
  return ndarray(centred(resizeImage(ndarray(cropped, [height, width]), size)), [side, side]);
}

/** Brightness 0 to 255 as float32 [H, W]; what is transparent shows whichever of white and black the ink differs from. */
function greyOf(image: NDArray, name: string): NDArray {
  const [height, width, channels] = imageSize(image, `${name}: prepareDigit`);
  const { data } = image;
  const pixels = new Float32Array(height * width);
  const alphas = channels % 2 === 0 ? new Float32Array(height * width) : undefined;
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    const from = pixel * channels;
    pixels[pixel] = channels < 3 ? data[from]! : luma(data[from]!, data[from + 1]!, data[from + 2]!);
    if (alphas !== undefined) alphas[pixel] = data[from + channels - 1]! / 255;
  }
  if (alphas !== undefined) {
    let opaque = 0;
    let brightness = 0;
    alphas.forEach((alpha, pixel) => {
      opaque += alpha;
      brightness += alpha * pixels[pixel]!;
    });
    const behind = brightness < 127.5 * opaque ? 255 : 0;
    alphas.forEach((alpha, pixel) => (pixels[pixel] = alpha * pixels[pixel]! + (1 - alpha) * behind));
  }
  return ndarray(pixels, [height, width]);
}

function smaller(grey: NDArray): NDArray {
  const [height, width] = grey.shape as [number, number];
  const scale = longest / Math.max(height, width);
  if (scale >= 1) return grey;
  return resizeImage(grey, [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))]);
}

/** The digit in [28, 28] bytes, moved by whole pixels until its centre of mass is in the middle. */
function centred(digit: NDArray): Uint8Array {
  const [height, width] = digit.shape as [number, number];
  let [mass, rowMass, columnMass, most] = [0, 0, 0, 0];
  digit.data.forEach((value, position) => {
    mass += value;
    rowMass += value * (Math.floor(position / width) + 0.5);
    columnMass += value * ((position % width) + 0.5);
    most = Math.max(most, value);
  });
  // In each of MNIST's images it lies within the pixel in row and column 14 of 0 to 27.
  const top = fitting(Math.ceil(side / 2 - rowMass / mass), height);
  const left = fitting(Math.ceil(side / 2 - columnMass / mass), width);
  const pixels = new Uint8Array(side * side);
  // A line thinner than a pixel became faint; MNIST's are as bright as can be somewhere.
  digit.data.forEach((value, position) => {
    const row = top + Math.floor(position / width);
    pixels[row * side + left + (position % width)] = Math.round((255 * value) / most);
  });
  return pixels;
}

/** A lopsided digit may not leave the image. */
const fitting = (start: number, length: number): number => Math.min(Math.max(0, start), side - length);
