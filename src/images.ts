// The namespace `images`: image files as tensors, and what brings them into the form that a network takes.
import { DataError } from './base/errors.js';
import type { NDArray } from './base/ndarray.js';
import { rejectUnknownOptions } from './base/suggest.js';
import { decodeImage } from './data/decode-image.js';
import { resizeImage, toColorMode, type ColorMode, type Interpolation } from './data/image.js';
import { pixelsOf, type PixelSource } from './data/pixel-source.js';
import { prepareDigit as prepareDigitArray } from './data/prepare-digit.js';
import { platform } from './platform/current.js';
import { fromNDArray } from './tensor/creation.js';
import { Tensor } from './tensor/tensor.js';

export type { CanvasLike, Drawable, ImageFile, PixelData } from './data/pixel-source.js';
export type { ColorMode, Interpolation };

/**
 * What an image can be: a tensor or plain array [H, W] or [H, W, C]; `ImageData`, or any object of width, height and RGBA
 * bytes; a canvas; an `ImageBitmap`, image or video of a page; a `File` or `Blob`; the bytes of a PNG or JPEG file, or its
 * path.
 */
export type ImageSource = Tensor | NDArray | PixelSource | string;

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
  return fromBytes(await bytesOf(path), path, options);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const bytes = await platform().files.read(path);
  if (bytes === undefined) throw new DataError(`${path}: expected a PNG or JPEG image, found no file of that name.`);
  return bytes;
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
  return inForm(await decodeImage(bytes, name), options);
}

function inForm(pixels: NDArray, options: ReadImageOptions): Tensor {
  rejectUnknownOptions('images', options, optionNames);
  const { colorMode = 'rgb', targetSize, interpolation } = options;
  const image = toColorMode(pixels, colorMode);
  return fromNDArray(targetSize === undefined ? image : resizeImage(image, targetSize, interpolation));
}

/**
 * The pixels of an image as uint8 [H, W, C], 0 to 255, in three channels unless told otherwise: of a canvas that somebody
 * drew on, a file that was chosen, an element of a page. TensorFlow.js has it as `tf.browser.fromPixels`.
 *
 * ```ts
 * const drawing = await images.fromPixels(document.querySelector('canvas'), { colorMode: 'grayscale' });
 * ```
 * @throws DataError for a damaged file, or a canvas that cannot be read
 * @throws ValueError for what is no image, or an unknown option
 */
export async function fromPixels(source: ImageSource, options: ReadImageOptions = {}): Promise<Tensor> {
  return inForm(await arrayOf(source, 'images.fromPixels'), options);
}

/**
 * An image [H, W] or [H, W, C] in another size: `await images.resize(image, [28, 28])`. Smaller images are averages of
 * larger ones (antialiased). uint8 stays uint8, all else becomes float32.
 * @throws ShapeError for what is no image; ValueError for sizes that are none
 */
export async function resize(
  image: ImageSource,
  size: readonly [height: number, width: number],
  interpolation?: Interpolation,
): Promise<Tensor> {
  return fromNDArray(resizeImage(await arrayOf(image, 'images.resize'), size, interpolation));
}

/**
 * A drawing or photo of one digit of any size, as MNIST would have it: uint8 [28, 28], white on black whatever it was,
 * fitted into 20 x 20 with its proportions, its centre of mass in the middle. In Node and in pages alike.
 *
 * ```ts
 * const digit = await images.prepareDigit('seven.jpg'); // or a canvas, ImageData, a File, uint8 [H, W, C]
 * const probabilities = await model.predict(digit.expandDims(0).div(255));
 * ```
 * @throws DataError where nothing stands out from the background, for a damaged file, or a canvas that cannot be read
 * @throws ShapeError or ValueError for what is no image
 */
export async function prepareDigit(image: ImageSource): Promise<Tensor> {
  const what = 'images.prepareDigit';
  return fromNDArray(prepareDigitArray(await arrayOf(image, what), typeof image === 'string' ? image : what));
}

async function arrayOf(image: ImageSource, what: string): Promise<NDArray> {
  if (image instanceof Tensor) return image.realize();
  if (typeof image === 'string') return decodeImage(await bytesOf(image), image);
  return isArray(image) ? image : pixelsOf(image, what);
}

/** Callers in JavaScript may pass anything. */
function isArray(image: unknown): image is NDArray {
  return typeof image === 'object' && image !== null && 'shape' in image && Array.isArray(image.shape);
}
