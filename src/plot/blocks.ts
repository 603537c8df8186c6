// Draws a grey image as text for a terminal: two rows of pixels to a line, as half blocks.
import { ShapeError, ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';
import { rejectUnknownOptions, unknownName } from '../base/suggest.js';

export interface BlocksOptions {
  /**
   * `24bit` and `256` set each pixel's own grey with escape sequences; `none` (unless given) uses the characters
   * ░▒▓█▀▄ alone, brighter pixels as more ink.
   */
  readonly colour?: 'none' | '256' | '24bit' | undefined;
  /**
   * The values drawn darkest and brightest. Unless given: 0 and 255 for uint8, 0 and 1 for bool and for other numbers
   * that all lie between these, else the image's own least and greatest.
   */
  readonly range?: readonly [darkest: number, brightest: number] | undefined;
}

const colours = ['none', '256', '24bit'] as const;
const escape = '\u001b[';
const reset = `${escape}0m`;

/**
 * An image [H, W] or [H, W, 1] as ceil(H / 2) lines of W characters, joined by newlines (none at the end). NaN is drawn
 * darkest.
 * @throws ShapeError for an array of another rank or with more than one channel.
 * @throws ValueError for an option that does not exist.
 */
export function imageToBlocks(image: NDArray, options: BlocksOptions = {}): string {
  rejectUnknownOptions('imageToBlocks', options, ['colour', 'range']);
  const { colour = 'none' } = options;
  if (!colours.includes(colour)) throw unknownName('colour of imageToBlocks', colour, colours);
  const [height, width, channels] = image.shape;
  if (height === undefined || width === undefined || image.shape.length > 3 || (channels ?? 1) !== 1)
    throw new ShapeError(
      `imageToBlocks: expected one grey image of shape [H, W] or [H, W, 1], received ${formatShape(image.shape)}.`,
    );
  const [darkest, brightest] = options.range ?? usualRange(image);
  if (!Number.isFinite(darkest) || !Number.isFinite(brightest))
    throw new ValueError(`imageToBlocks: expected a range of two finite numbers, received [${darkest}, ${brightest}].`);

  /** Brightness from 0 to 1; below the last row it is dark. */
  const brightness = (row: number, column: number): number => {
    if (row >= height) return 0;
    const value = (image.data[row * width + column]! - darkest) / (brightest - darkest);
    return value > 0 ? Math.min(value, 1) : 0;
  };
  const lines: string[] = [];
  for (let row = 0; row < height; row += 2) {
    const pairs = Array.from(
      { length: width },
      (_, column) => [brightness(row, column), brightness(row + 1, column)] as const,
    );
    lines.push(colour === 'none' ? pairs.map(shade).join('') : paintLine(pairs, colour));
  }
  return lines.join('\n');
}

type Pair = readonly [upper: number, lower: number];

/** One character for two pixels: a half block where only one of them is bright, else the shade of both together. */
function shade([upper, lower]: Pair): string {
  if (upper >= 0.5 && lower < 0.5) return '▀';
  if (upper < 0.5 && lower >= 0.5) return '▄';
  return ' ░▒▓█'[Math.round(2 * (upper + lower))]!;
}

/** A line of upper half blocks: the upper pixel is the character's colour, the lower one its background. */
function paintLine(pairs: readonly Pair[], colour: '256' | '24bit'): string {
  let line = '';
  let before = '';
  for (const [upper, lower] of pairs) {
    const codes = `${escape}38;${greyCode(upper, colour)};48;${greyCode(lower, colour)}m`;
    // A run of equal pairs, such as the background, needs its colours named once.
    line += `${codes === before ? '' : codes}▀`;
    before = codes;
  }
  return line === '' ? '' : line + reset;
}

function greyCode(brightness: number, colour: '256' | '24bit'): string {
  if (colour === '24bit') {
    const level = Math.round(255 * brightness);
    return `2;${level};${level};${level}`;
  }
  // xterm's palette: black is 16, the ramp of 24 greys follows from 232 on, white is 231.
  const step = Math.round(25 * brightness);
  return `5;${step === 0 ? 16 : step === 25 ? 231 : 231 + step}`;
}

function usualRange(image: NDArray): readonly [number, number] {
  if (image.dtype === 'uint8') return [0, 255];
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of image.data) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return image.dtype === 'bool' || (least >= 0 && greatest <= 1) || least > greatest ? [0, 1] : [least, greatest];
}
