// The namespace `images`: image files as tensors, and what brings them into the form that a network takes.
import { DataError } from './base/errors.js';
import type { NDArray } from './base/ndarray.js';
import { rejectUnknownOptions } from './base/suggest.js';
import { decodeImage } from './data/decode-image.js';
import { resizeImage, toColorMode, type ColorMode, type Interpolation } from './data/image.js';
import { prepareDigit as prepareDigitArray } from './data/prepare-digit.js';
import { platform } from './platform/current.js';
import { fromNDArray } from './tensor/creation.js';
import { Tensor } from './tensor/tensor.js';

export type { ColorMode, Interpolation };

export interface ReadImageOptions {
  /** As in Keras: `grayscale` gives one channel, `rgb` (unless given) three, `rgba` these and alpha. */
  readonly colorMode?: ColorMode;
  /** Height and width in pixels that it is given, proportions not kept; its own unless given. */
  readonly targetSize?: readonly [height: number, width: number];
  /** How it gets them: `bilinear` unless given. */
  readonly interpolation?: Interpolation;
}

const optionNames = ['colorMode', 'targetSize', 'interpolation'] as const satisfies readonly (keyof ReadImageOptions)[];

/**
 * A PNG or JPEG file as uint8 [H, W, C], 0 to 255: `await images.read('cat.jpg', { targetSize: [64, 64] })`. Photos are
 * upright, however the camera was held. In a page, the path is one of the page's private files; what comes from elsewhere
 * is decoded from its bytes by `images.decode`.
 * @throws DataError if there is no such file, or it is damaged or of another format
 * @throws ValueError for an unknown option
 */
export async function read(path: string, options: ReadImageOptions = {}): Promise<Tensor> {
  const bytes = await platform().files.read(path);
  if (bytes === undefined) throw new DataError(`${path}: expected a PNG or JPEG image, found no file of that name.`);
  return fromBytes(bytes, path, options);
}

/**
 * The bytes of a PNG or JPEG file as uint8 [H, W, C], 0 to 255.
 * @throws DataError if they are damaged or of another format
 * @throws ValueError for an unknown option
 */
export async function decode(bytes: Uint8Array, options: ReadImageOptions = {}): Promise<Tensor> {
  return fromBytes(bytes, 'images.decode', options);
}

async function fromBytes(bytes: Uint8Array, name: string, options: ReadImageOptions): Promise<Tensor> {
  rejectUnknownOptions('images', options, optionNames);
  const { colorMode = 'rgb', targetSize, interpolation } = options;
  const image = toColorMode(await decodeImage(bytes, name), colorMode);
  return fromNDArray(targetSize === undefined ? image : resizeImage(image, targetSize, interpolation));
}

/**
 * An image [H, W] or [H, W, C] in another size: `await images.resize(image, [28, 28])`. Smaller images are averages of
 * larger ones (antialiased). uint8 stays uint8, all else becomes float32.
 * @throws ShapeError for what is no image; ValueError for sizes that are none
 */
export async function resize(
  image: Tensor | NDArray,
  size: readonly [height: number, width: number],
  interpolation?: Interpolation,
): Promise<Tensor> {
  return fromNDArray(resizeImage(await arrayOf(image), size, interpolation));
}

/**
 * A drawing or photo of one digit, uint8 [H, W] or [H, W, C] of any size, as MNIST would have it: [28, 28], white on black
 * whatever it was, fitted into 20 x 20 with its proportions, its centre of mass in the middle.
 *
 * ```ts
 * const digit = await images.prepareDigit(await images.read('seven.jpg', { colorMode: 'rgba' }));
 * const probabilities = await model.predict(digit.expandDims(0).div(255));
 * ```
 * @throws DataError where nothing stands out from the background
 * @throws ShapeError for what is no image
 */
export async function prepareDigit(image: Tensor | NDArray): Promise<Tensor> {
  return fromNDArray(prepareDigitArray(await arrayOf(image), 'images.prepareDigit'));
}

async function arrayOf(image: Tensor | NDArray): Promise<NDArray> {
  return image instanceof Tensor ? image.realize() : image;
}
