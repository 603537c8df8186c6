import { expect, test } from 'vitest';
import { DataError } from '../../base/errors.js';
import { readOwnPackageFile } from '../../platform/node/packages.js';
import { dataUrl } from '../pixels/base64.js';
import { encodePng } from '../pixels/png-file.js';
import { resvgDrawing } from './png.js';

const draw = resvgDrawing(readOwnPackageFile);

const pixel = ({ width, pixels }: { width: number; pixels: Uint8Array }, x: number, y: number): number[] => [
  ...pixels.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];

test('a document is drawn at its scale, as pixels and as a PNG', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10"><rect width="10" height="10" fill="#0072B2"/></svg>';
  const drawing = await draw(svg, 3);
  expect([drawing.width, drawing.height]).toEqual([60, 30]);
  expect(pixel(drawing, 5, 5)).toEqual([0x00, 0x72, 0xb2, 255]);
  expect(pixel(drawing, 50, 5)).toEqual([0, 0, 0, 0]);
  const view = new DataView(drawing.png.buffer);
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([60, 30]);
});

test('Chinese text leaves ink', async () => {
  const svg = (text: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20"><text transform="translate(2,16)" font-size="16px" fill="#000">${text}</text></svg>`;
  const ink = async (text: string): Promise<number> =>
    (await draw(svg(text), 1)).pixels.reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0);
  expect(await ink('训练')).toBeGreaterThan(8000);
  expect(await ink('')).toBe(0);
});

test('enlarged images keep their pixels', async () => {
  const own = dataUrl('image/png', encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) }));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="20" height="10" viewBox="0 0 20 10"><image width="20" height="10" preserveAspectRatio="none" style="image-rendering: pixelated;" xlink:href="${own}"/></svg>`;
  const drawing = await draw(svg, 1);
  // Smoothed, the middle would be grey.
  expect(pixel(drawing, 8, 5)).toEqual([0, 0, 0, 255]);
  expect(pixel(drawing, 11, 5)).toEqual([255, 255, 255, 255]);
});

test('what is no SVG is an error that says so', async () => {
  await expect(draw('<svg', 1)).rejects.toThrow(DataError);
});
