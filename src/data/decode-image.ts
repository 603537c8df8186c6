// Decodes image files: PNG and JPEG bytes to plain arrays of bytes. The decoders are loaded when they are first used.
import type { DecodedPng } from 'fast-png';
import { DataError, messageOf } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { jpegOrientation, orient } from './orientation.js';

/** The endings of the files that `decodeImage` reads. */
export const imageEndings = ['.png', '.jpg', '.jpeg'] as const;

/** Pixels that an image may have: more would not be a picture but an attack, or a mistake. */
const mostPixels = 100_000_000;
const jpegMemory = { maxResolutionInMP: 100, maxMemoryUsageInMB: 3000 } as const;

/**
 * The pixels of a PNG or JPEG file as uint8 [H, W, C]: grey (C = 1), grey and alpha (2), red, green and blue (3), or these
 * and alpha (4). What the file is, its first bytes say. PNG of all depths; 16 bits are rounded to 8. Photos are turned
 * upright as their camera notes (Exif).
 * @throws DataError that begins with `name` if the bytes are of another format, damaged, or hold too large an image.
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<NDArray> {
  const kind = kindOf(bytes);
  if (kind !== 'PNG' && kind !== 'JPEG')
    throw new DataError(`${name}: expected a PNG or JPEG image, received ${kind}. Convert it to one of the two.`);
  try {
    return kind === 'PNG' ? await decodePng(bytes) : await decodeJpeg(bytes);
  } catch (error) {
    if (error instanceof Refusal) throw new DataError(`${name}: ${error.message}`);
    throw new DataError(`${name}: the ${kind} is damaged or incomplete (${reasonOf(error)}).`, { cause: error });
  }
}

/** What the decoder says of it; where it tells of another error, what that one says. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : reasonOf(cause);
}

/** An image that is in order but is not read. */
class Refusal extends Error {}

const signatures: readonly (readonly [kind: string, bytes: readonly number[]])[] = [
  ['PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['JPEG', [0xff, 0xd8, 0xff]],
  ['a GIF', [0x47, 0x49, 0x46, 0x38]],
  ['a BMP', [0x42, 0x4d]],
  ['a WebP', [0x52, 0x49, 0x46, 0x46]],
  ['a TIFF', [0x49, 0x49, 0x2a, 0x00]],
  ['a TIFF', [0x4d, 0x4d, 0x00, 0x2a]],
];

function kindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const found = signatures.find(([, signature]) => signature.every((byte, index) => bytes[index] === byte));
  if (found !== undefined) return found[0];
  // ISO base media: `ftyp` and the brand, as photos of telephones have it.
  const brand = String.fromCharCode(...bytes.subarray(4, 12));
  if (/^ftyp(heic|heix|mif1|msf1)/.test(brand)) return 'a HEIC photo';
  if (brand.startsWith('ftypavif')) return 'an AVIF';
  return 'something else';
}

function checkSize(width: number, height: number): void {
  if (width * height > mostPixels)
    throw new Refusal(`expected at most ${mostPixels / 1e6} million pixels, received ${width} x ${height}.`);
}

async function decodePng(bytes: Uint8Array): Promise<NDArray> {
  // The header comes first and has a fixed place; its sizes decide how much memory the rest takes.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || view.getUint32(12) !== 0x49484452) throw new Error('its header is missing');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0) throw new Error('it has no pixels');
  checkSize(width, height);
  const [depth, interlacing] = [view.getUint8(24), view.getUint8(28)];
  if (depth < 8 && interlacing !== 0)
    throw new Refusal(`an interlaced PNG of ${depth} bits a channel is not read. Save it without interlacing.`);
  const { decode } = await import('fast-png');
  return pngPixels(decode(bytes, { checkCrc: true }));
}

/** A decoded PNG with a byte a channel: palettes and colours that stand for transparent ones are looked up. */
function pngPixels({ width, height, data, depth, channels, palette, transparency }: DecodedPng): NDArray {
  const values = depth < 8 ? unpack(data, width, height, channels, depth) : data;
  if (values.length !== width * height * channels) throw new Error('pixels are missing');
  if (palette !== undefined) {
    const colours = palette[0]?.length ?? 3;
    const pixels = new Uint8Array(width * height * colours);
    values.forEach((index, position) => {
      const colour = palette[index];
      if (colour === undefined) throw new Error(`a pixel has colour ${index} of a palette of ${palette.length}`);
      pixels.set(colour, position * colours);
    });
    return ndarray(pixels, [height, width, colours]);
  }
  const most = 2 ** depth - 1;
  const toByte = (value: number): number => (depth === 8 ? value : Math.round((255 * value) / most));
  if (transparency === undefined)
    return ndarray(depth === 8 ? Uint8Array.from(values) : Uint8Array.from(values, toByte), [height, width, channels]);
  const pixels = new Uint8Array(width * height * (channels + 1));
  for (let pixel = 0; pixel < width * height; pixel++) {
    let isTransparent = true;
    for (let channel = 0; channel < channels; channel++) {
      const value = values[pixel * channels + channel]!;
      if (value !== transparency[channel]) isTransparent = false;
      pixels[pixel * (channels + 1) + channel] = toByte(value);
    }
    pixels[pixel * (channels + 1) + channels] = isTransparent ? 0 : 255;
  }
  return ndarray(pixels, [height, width, channels + 1]);
}

/** Rows of several values a byte, each row beginning with a byte of its own, as a value each. */
function unpack(packed: ArrayLike<number>, width: number, height: number, channels: number, depth: number): Uint8Array {
  const rowLength = width * channels;
  const rowBytes = Math.ceil((rowLength * depth) / 8);
  const values = new Uint8Array(rowLength * height);
  const perByte = 8 / depth;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < rowLength; column++) {
      const byte = packed[row * rowBytes + Math.floor(column / perByte)]!;
      values[row * rowLength + column] = (byte >> (8 - depth * ((column % perByte) + 1))) & (2 ** depth - 1);
    }
  return values;
}

async function decodeJpeg(bytes: Uint8Array): Promise<NDArray> {
  const { default: jpeg } = await import('jpeg-js');
  let decoded;
  try {
    decoded = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, ...jpegMemory });
  } catch (error) {
    if (/^max\w+ limit exceeded/.test(messageOf(error)))
      throw new Refusal(`expected at most ${jpegMemory.maxResolutionInMP} million pixels. Make the image smaller.`);
    throw error;
  }
  const { width, height, data } = decoded;
  if (width === 0 || height === 0) throw new Error('it has no pixels');
  return orient(ndarray(data, [height, width, 3]), jpegOrientation(bytes));
}
