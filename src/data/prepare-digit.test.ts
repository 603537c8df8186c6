import { describe, expect, test } from 'vitest';
import { drawDigit, type Drawing } from '../../tests/support/drawn-digits.js';
import { DataError, ShapeError } from '../base/errors.js';
import { ndarray, type NDArray } from '../base/ndarray.js';
import { nodePlatform } from '../platform/node.js';
import { loadMnist } from './mnist.js';
import { prepareDigit } from './prepare-digit.js';

/** The rows and columns that the ink takes, and its centre of mass. */
function measure({ data }: NDArray): { top: number; bottom: number; left: number; right: number; centre: number[] } {
  let [top, bottom, left, right, mass, rows, columns] = [28, -1, 28, -1, 0, 0, 0];
  data.forEach((value, pixel) => {
    if (value === 0) return;
    const [row, column] = [Math.floor(pixel / 28), pixel % 28];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    mass += value;
    rows += value * (row + 0.5);
    columns += value * (column + 0.5);
  });
  return { top, bottom, left, right, centre: [rows / mass, columns / mass] };
}

/** The mean difference of two images, of 255; less than a pixel may put the middle in the next pixel, as in MNIST. */
function difference(a: NDArray, b: NDArray): number {
  const at = ({ data }: NDArray, row: number, column: number): number =>
    row < 0 || column < 0 || row >= 28 || column >= 28 ? 0 : data[28 * row + column]!;
  const shifted = (down: number, right: number): number => {
    let sum = 0;
    for (let row = 0; row < 28; row++)
      for (let column = 0; column < 28; column++)
        sum += Math.abs(at(a, row + down, column + right) - at(b, row, column));
    return sum / 784;
  };
  return Math.min(...[-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => shifted(down, right))));
}

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('prepareDigit', () => {
  test.each(digits)('fits %i into 20 x 20 in the middle of 28 x 28', (digit) => {
    const prepared = prepareDigit(drawDigit(digit, { height: 150, width: 120 }));
    expect(prepared).toMatchObject({ dtype: 'uint8', shape: [28, 28] });
    const { top, bottom, left, right, centre } = measure(prepared);
    expect(Math.max(bottom - top, right - left) + 1).toBe(20);
    // Rounding to bytes may move it by a little.
    expect(Math.abs(centre[0]! - 14.5)).toBeLessThan(0.51);
    expect(Math.abs(centre[1]! - 14.5)).toBeLessThan(0.51);
    expect(Math.max(...prepared.data)).toBe(255);
    // As much of MNIST's images is ink: 19% on average, hardly ever under 5% or over 40%.
    const ink = Array.from(prepared.data).reduce((sum, value) => sum + value, 0) / 255 / 784;
    expect(ink).toBeGreaterThan(0.04);
    expect(ink).toBeLessThan(0.4);
  });

  const plain = digits.map((digit) => prepareDigit(drawDigit(digit, { height: 200, width: 200 })));

  test.each<[string, Drawing, number]>([
    ['dark on light', { height: 200, width: 200, paper: 250, pen: 20 }, 0.1],
    ['pale on white', { height: 200, width: 200, paper: 255, pen: 190 }, 0.1],
    ['light on grey', { height: 200, width: 200, paper: 90, pen: 230 }, 0.1],
    ['small', { height: 40, width: 40 }, 10],
    ['large', { height: 450, width: 450 }, 9],
    ['in a corner of a wide image', { height: 220, width: 500, centre: [0.5, 0.2] }, 9],
    ['in a tall image', { height: 600, width: 240, centre: [0.7, 0.5] }, 4],
    ['on paper lit from one side', { height: 200, width: 200, paper: 200, pen: 30, shade: 90 }, 2],
    ['on noisy paper', { height: 200, width: 200, paper: 200, pen: 40, noise: 8 }, 3],
    ['with specks beside it', { height: 200, width: 200, paper: 240, pen: 10, specks: 12 }, 0.1],
    ['in colour', { height: 200, width: 200, paper: [240, 230, 200], pen: [30, 40, 160] }, 0.1],
    ['dark on a transparent background', { height: 200, width: 200, paper: 'transparent', pen: 0 }, 0.1],
    ['light on a transparent background', { height: 200, width: 200, paper: 'transparent', pen: 255 }, 0.1],
  ])('makes of a digit %s what it makes of one white on black', (_, drawing, tolerance) => {
    for (const digit of digits)
      expect(difference(prepareDigit(drawDigit(digit, drawing)), plain[digit]!), String(digit)).toBeLessThan(tolerance);
  });

  test("leaves MNIST's own images nearly as they are, inverted or not", async () => {
    const [, [images]] = await loadMnist(nodePlatform);
    const count = 200;
    let sum = 0;
    for (let index = 0; index < count; index++) {
      const pixels = Uint8Array.from(images.data.subarray(index * 784, (index + 1) * 784));
      const inverted = ndarray(
        pixels.map((value) => 255 - value),
        [28, 28],
      );
      const prepared = prepareDigit(inverted);
      expect(prepared).toEqual(prepareDigit(ndarray(pixels, [28, 28])));
      pixels.forEach((value, pixel) => (sum += Math.abs(value - prepared.data[pixel]!) / 784));
    }
    expect(sum / count).toBeLessThan(4);
  });

  test('leaves what is prepared nearly as it is', () => {
    for (const digit of digits) expect(difference(prepareDigit(plain[digit]!), plain[digit]!)).toBeLessThan(2.5);
  });

  test('shows thin lines as bright as thick ones', () => {
    const thin = prepareDigit(drawDigit(7, { height: 600, width: 600, stroke: 0.01 }));
    expect(Math.max(...thin.data)).toBe(255);
    expect(thin.data.filter((value) => value > 100).length).toBeGreaterThan(15);
  });

  test('takes [H, W], and images of one row', () => {
    const { data } = drawDigit(3, { height: 60, width: 60 });
    expect(prepareDigit(ndarray(data, [60, 60])).shape).toEqual([28, 28]);
    const line = new Uint8Array(50).fill(255, 20, 30);
    expect(measure(prepareDigit(ndarray(line, [1, 50])))).toMatchObject({ top: 13, bottom: 14 });
  });

  test('refuses a picture without a digit', () => {
    const message = 'scan.png: expected a digit that stands out from its background, found an even picture.';
    for (const even of [0, 128, 255]) {
      const image = ndarray(new Uint8Array(900).fill(even), [30, 30, 1]);
      expect(() => prepareDigit(image, 'scan.png')).toThrow(new DataError(message));
    }
    const slope = Uint8Array.from({ length: 900 }, (_, pixel) => 100 + (pixel % 30));
    expect(() => prepareDigit(ndarray(slope, [30, 30]), 'scan.png')).toThrow(message);
    expect(() => prepareDigit(ndarray(new Uint8Array(30)))).toThrow(ShapeError);
  });
});
