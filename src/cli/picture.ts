// Draws an image in the terminal, and beside it the classes that a model takes it for.
import { plot, type NDArray } from '../api.js';
import { resizeImage, toColorMode } from '../data/image.js';
import type { ColourSupport } from '../platform/terminal.js';

/** A class and how probable it is, 0 to 1. */
export interface Guess {
  readonly name: string;
  readonly probability: number;
}

const barWidth = 20;
/** Characters that a picture may take; a terminal has 80. */
const widest = 40;

/** The `count` most probable classes, the most probable first; of equal ones, the first first. */
export function mostProbable(
  probabilities: ArrayLike<number>,
  classNames: readonly string[],
  count: number,
): readonly Guess[] {
  return classNames
    .map((name, index) => ({ name, probability: probabilities[index]! }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}

/** The lines of an image uint8 [H, W, C], those of the guesses beside them. */
export function drawGuesses(image: NDArray, guesses: readonly Guess[], colour: ColourSupport): string {
  const [height, width] = image.shape as [number, number];
  const scale = Math.min(1, widest / Math.max(height, width));
  const size = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))] as const;
  const grey = resizeImage(toColorMode(image, 'grayscale'), size);
  const names = Math.max(...guesses.map(({ name }) => name.length));
  const text = guesses.map(({ name, probability }) => {
    const bar = '█'.repeat(Math.round(probability * barWidth));
    return `${name.padEnd(names)} ${`${(100 * probability).toFixed(1)}%`.padStart(6)} ${bar}`.trimEnd();
  });
  const picture = plot.imageToBlocks(grey, { colour }).split('\n');
  const lines = Math.max(picture.length, text.length);
  // Beside the middle of the picture.
  const above = Math.floor((lines - text.length) / 2);
  return Array.from({ length: lines }, (_, line) => {
    const drawn = picture[line] ?? ' '.repeat(size[1]);
    return `  ${drawn}   ${text[line - above] ?? ''}`.trimEnd();
  }).join('\n');
}
