// Tells ink from paper in a grey picture: how much ink is at each pixel, and where the drawing lies.
import type { NDArray } from '../base/ndarray.js';

/** How much ink there is: 0 none, 1 full. */
export interface Ink {
  readonly height: number;
  readonly width: number;
  /** [height * width], row by row. */
  readonly values: Float32Array;
}

/** Differences in brightness (of 255) below which a picture is even. */
const leastContrast = 12;

/**
 * The ink of a picture [H, W] of brightness 0 to 255, whether it is darker or lighter than what is behind it; undefined
 * where nothing stands out. What is behind is a plane laid through the border, so that light may fall from one side.
 */
export function inkOf(grey: NDArray): Ink | undefined {
  const [height, width] = grey.shape as [number, number];
  const border = borderPixels(height, width);
  const background = fittedPlane(grey, border);
  const differences = Float32Array.from(
    grey.data,
    (value, pixel) => value - background(Math.floor(pixel / width), pixel % width),
  );
  // Ink is what differs most: on either side of the background, the sum of the squares weighs a few strong pixels more
  // than many weak ones.
  let balance = 0;
  for (const difference of differences) balance += difference * Math.abs(difference);
  const sign = balance < 0 ? -1 : 1;
  // What the background itself varies by is no ink: 4 standard deviations, estimated so that ink at the border hardly
  // counts (the median of the deviations of a normal distribution is 0.6745 of one).
  const deviations = border.map((pixel) => Math.abs(differences[pixel]!)).sort((a, b) => a - b);
  const noise = (4 * median(deviations)) / 0.6745;
  const values = differences.map((difference) => Math.max(0, sign * difference - noise));
  const threshold = otsuThreshold(values);
  const marked = values.filter((value) => value > threshold).sort();
  if (marked.length === 0 || marked.at(-1)! < leastContrast) return undefined;
  const full = median(marked);
  return { height, width, values: values.map((value) => Math.min(1, value / full)) };
}

/** The rectangle around the ink, without specks that are far smaller than the largest stroke. */
export function inkBounds(
  ink: Ink,
): { readonly top: number; readonly left: number; readonly height: number; readonly width: number } | undefined {
  const { height, width, values } = ink;
  // A stroke's soft edge belongs to it, what a lens or JPEG leaves around it does not.
  const parts = connectedParts(values, height, width, 0.08);
  const largest = Math.max(0, ...parts.map((part) => part.size));
  const kept = parts.filter((part) => part.size >= 0.02 * largest && part.peak >= 0.5);
  if (kept.length === 0) return undefined;
  const top = Math.min(...kept.map((part) => part.top));
  const left = Math.min(...kept.map((part) => part.left));
  const bottom = Math.max(...kept.map((part) => part.bottom));
  const right = Math.max(...kept.map((part) => part.right));
  return { top, left, height: bottom - top + 1, width: right - left + 1 };
}

interface Part {
  size: number;
  peak: number;
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** What hangs together over edges and corners of pixels above `least`. */
function connectedParts(values: Float32Array, height: number, width: number, least: number): Part[] {
  const seen = new Uint8Array(values.length);
  const parts: Part[] = [];
  const waiting: number[] = [];
  for (let start = 0; start < values.length; start++) {
    if (seen[start] === 1 || values[start]! < least) continue;
    const part: Part = { size: 0, peak: 0, top: height, left: width, bottom: 0, right: 0 };
    seen[start] = 1;
    waiting.push(start);
    for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
      const row = Math.floor(pixel / width);
      const column = pixel % width;
      part.size++;
      part.peak = Math.max(part.peak, values[pixel]!);
      part.top = Math.min(part.top, row);
      part.left = Math.min(part.left, column);
      part.bottom = Math.max(part.bottom, row);
      part.right = Math.max(part.right, column);
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++)
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
          const neighbour = r * width + c;
          if (seen[neighbour] === 1 || values[neighbour]! < least) continue;
          seen[neighbour] = 1;
          waiting.push(neighbour);
        }
    }
    parts.push(part);
  }
  return parts;
}

/** The pixels of a frame, a twentieth of the shorter side wide. */
function borderPixels(height: number, width: number): number[] {
  const frame = Math.max(1, Math.floor(Math.min(height, width) / 20));
  const pixels: number[] = [];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const isInside = row >= frame && row < height - frame && column >= frame && column < width - frame;
      if (!isInside) pixels.push(row * width + column);
    }
  return pixels;
}

/**
 * Brightness as a plane over row and column, by least squares over the given pixels, those far from their median left out
 * (ink that reaches the border).
 */
function fittedPlane(grey: NDArray, pixels: readonly number[]): (row: number, column: number) => number {
  const width = grey.shape[1]!;
  const middle = median(Float32Array.from(pixels, (pixel) => grey.data[pixel]!).sort());
  const deviations = Float32Array.from(pixels, (pixel) => Math.abs(grey.data[pixel]! - middle)).sort();
  const far = Math.max(8, 4 * median(deviations));
  const near = pixels.filter((pixel) => Math.abs(grey.data[pixel]! - middle) <= far);
  const n = near.length;
  let [rowMean, columnMean, mean] = [0, 0, 0];
  for (const pixel of near) {
    rowMean += Math.floor(pixel / width) / n;
    columnMean += (pixel % width) / n;
    mean += grey.data[pixel]! / n;
  }
  let [rr, cc, rc, rv, cv] = [0, 0, 0, 0, 0];
  for (const pixel of near) {
    const row = Math.floor(pixel / width) - rowMean;
    const column = (pixel % width) - columnMean;
    const value = grey.data[pixel]! - mean;
    rr += row * row;
    cc += column * column;
    rc += row * column;
    rv += row * value;
    cv += column * value;
  }
  const determinant = rr * cc - rc * rc;
  // Pixels in one line carry no plane.
  if (determinant < 1e-6 * Math.max(1, rr * cc)) return () => mean;
  const rowSlope = (rv * cc - cv * rc) / determinant;
  const columnSlope = (cv * rr - rv * rc) / determinant;
  return (row, column) => mean + rowSlope * (row - rowMean) + columnSlope * (column - columnMean);
}

/** Of sorted numbers. */
function median(sorted: ArrayLike<number>): number {
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The value that parts ink from none with the greatest variance between the two (Otsu, 1979), over 256 steps. */
function otsuThreshold(values: Float32Array): number {
  const steps = 256;
  const most = values.reduce((greatest, value) => Math.max(greatest, value), 0);
  if (most === 0) return 0;
  const counts = new Float64Array(steps);
  for (const value of values) counts[Math.min(steps - 1, Math.floor((value / most) * steps))]!++;
  const sum = counts.reduce((total, count, step) => total + count * step, 0);
  let [below, sumBelow, best, threshold] = [0, 0, -1, 0];
  for (let step = 0; step < steps; step++) {
    below += counts[step]!;
    sumBelow += counts[step]! * step;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const distance = sumBelow / below - (sum - sumBelow) / above;
    const variance = below * above * distance * distance;
    if (variance > best) {
      best = variance;
      threshold = step;
    }
  }
  return ((threshold + 1) / steps) * most;
}
