// Draws digits as images of any size, as with a round pen: for tests of what reads images.
import { ndarray, type NDArray } from '../../src/base/ndarray.js';
import { RandomStream } from '../../src/base/random.js';

type Colour = number | readonly [red: number, green: number, blue: number];

export interface Drawing {
  readonly height: number;
  readonly width: number;
  /** Black unless given. */
  readonly paper?: Colour | 'transparent';
  /** White unless given. */
  readonly pen?: Colour;
  /** The pen's radius as a part of the digit's height; 0.07 unless given. */
  readonly stroke?: number;
  /** Where the digit's middle is, as parts of height and width. */
  readonly centre?: readonly [row: number, column: number];
  /** How much darker the right side is than the left. */
  readonly shade?: number;
  /** Standard deviation of each pixel. */
  readonly noise?: number;
  /** How many single dark pixels lie about. */
  readonly specks?: number;
}

type Point = readonly [x: number, y: number];

/** Points of an ellipse's arc; angles in quarter turns from the right, downwards. */
function arc([x, y]: Point, [radiusX, radiusY]: Point, from: number, to: number): Point[] {
  return Array.from({ length: 15 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / 14) * Math.PI) / 2;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)] as const;
  });
}

/** Lines of points, x from 0 to 0.6 or so and y from 0 (top) to 1. */
const shapes: readonly (readonly (readonly Point[])[])[] = [
  [arc([0.3, 0.5], [0.28, 0.48], 0, 4)],
  [
    [
      [0.15, 0.15],
      [0.32, 0.02],
      [0.32, 0.98],
    ],
  ],
  [[...arc([0.3, 0.28], [0.27, 0.26], -2, 0.6), [0.03, 0.97], [0.6, 0.97]]],
  [[...arc([0.28, 0.26], [0.26, 0.24], -1.9, 1)], [...arc([0.28, 0.73], [0.29, 0.24], -1, 1.9)]],
  [
    [
      [0.42, 0.02],
      [0.02, 0.65],
      [0.62, 0.65],
    ],
    [
      [0.45, 0.35],
      [0.45, 0.98],
    ],
  ],
  [[[0.55, 0.03], [0.1, 0.03], [0.07, 0.45], ...arc([0.27, 0.68], [0.3, 0.28], -1.2, 1.8)]],
  [[[0.45, 0.02], [0.15, 0.35], [0.04, 0.65], ...arc([0.3, 0.72], [0.26, 0.26], 2, 6)]],
  [
    [
      [0.02, 0.03],
      [0.58, 0.03],
      [0.22, 0.98],
    ],
  ],
  [arc([0.3, 0.26], [0.22, 0.23], 0, 4), arc([0.3, 0.73], [0.27, 0.25], 0, 4)],
  [[...arc([0.3, 0.28], [0.25, 0.26], 0, 4), [0.5, 0.65], [0.38, 0.98]]],
];

/** The digit's strokes, x from 0 to 0.6 or so and y from 0 (top) to 1: for a pen that follows them. */
export const strokesOf = (digit: number): readonly (readonly Point[])[] => shapes[digit]!;

const channelsOf = (colour: Colour): readonly number[] => (typeof colour === 'number' ? [colour] : colour);

/** The digit, 0.7 of the shorter side high, as uint8 [H, W, C]: grey, in colours, or with alpha. */
export function drawDigit(digit: number, drawing: Drawing): NDArray {
  const { height, width, paper = 0, pen = 255, stroke = 0.07, centre = [0.5, 0.5] } = drawing;
  const { shade = 0, noise = 0, specks = 0 } = drawing;
  const isTransparent = paper === 'transparent';
  const size = 0.7 * Math.min(height, width);
  const lines = shapes[digit]!.map((line) =>
    line.map(([x, y]) => [centre[1] * width + (x - 0.3) * size, centre[0] * height + (y - 0.5) * size] as const),
  );
  const front = channelsOf(pen);
  const back = isTransparent ? front : channelsOf(paper);
  const channels = Math.max(front.length, back.length);
  const random = new RandomStream(digit + 1);
  const dark = new Set(Array.from({ length: specks }, () => random.below(height * width)));
  const depth = isTransparent ? channels + 1 : channels;
  const pixels = new Uint8ClampedArray(height * width * depth);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      const isFar = Math.max(Math.abs(row - centre[0] * height), Math.abs(column - centre[1] * width)) > 0.7 * size;
      // A pixel across the pen's edge is covered in part.
      const distance = isFar ? Infinity : distanceTo(lines, column + 0.5, row + 0.5);
      const cover = dark.has(pixel) ? 1 : Math.min(1, Math.max(0, stroke * size - distance + 0.5));
      const light = (shade * column) / width;
      for (let channel = 0; channel < channels; channel++) {
        const [ink, ground] = [front[channel] ?? front[0]!, back[channel] ?? back[0]!];
        const value = cover * ink + (1 - cover) * ground - light * (ground / 255);
        pixels[pixel * depth + channel] = value + (noise === 0 ? 0 : noise * random.normal());
      }
      if (isTransparent) pixels[pixel * depth + channels] = 255 * cover;
    }
  return ndarray(new Uint8Array(pixels.buffer), [height, width, depth]);
}

function distanceTo(lines: readonly (readonly Point[])[], x: number, y: number): number {
  let least = Infinity;
  for (const line of lines)
    for (let index = 1; index < line.length; index++) {
      const [fromX, fromY] = line[index - 1]!;
      const [toX, toY] = line[index]!;
      const [alongX, alongY] = [toX - fromX, toY - fromY];
      const part = ((x - fromX) * alongX + (y - fromY) * alongY) / (alongX * alongX + alongY * alongY || 1);
      const at = Math.min(1, Math.max(0, part));
      least = Math.min(least, Math.hypot(x - fromX - at * alongX, y - fromY - at * alongY));
    }
  return least;
}
