// Weights as grey pictures: one number a pixel, the smallest black, the largest white.
import type { Pixels } from '../../formats/encode-png.js';

/** As many pictures of a weight as Keras writes. */
const mostPictures = 3;
/** A larger picture takes longer than anybody looks at it. */
const mostPixels = 2 ** 24;

/**
 * The pictures of a weight. A bias is one row; a matrix lies on its longer side. Of three axes [H, W, N] the first
 * N pictures are shown. The kernel of a convolution [H, W, C, N] becomes one picture of C rows of N tiles, or of about as
 * many rows as columns where C is 1, with a line between tiles. Other weights, and those too large, have no picture.
 */
export function weightPictures(shape: readonly number[], values: ArrayLike<number>): Pixels[] {
  const [height = 1, width = 1, inputs = 1, filters = 1] = shape;
  if (values.length === 0 || values.length > mostPixels) return [];
  const grey = greyOf(values);
  switch (shape.length) {
    case 0:
    case 1:
      return draw(1, height, (_, column) => grey(column));
    case 2:
      return height > width
        ? draw(width, height, (row, column) => grey(column * width + row))
        : draw(height, width, (row, column) => grey(row * width + column));
    case 3:
      return Array.from({ length: Math.min(inputs, mostPictures) }, (_, i) =>
        draw(height, width, (row, column) => grey((row * width + column) * inputs + i)),
      ).flat();
    case 4: {
      const columns = inputs === 1 ? Math.ceil(Math.sqrt(filters)) : filters;
      return drawTiles({ rows: Math.ceil((inputs * filters) / columns), columns, height, width }, (tile, y, x) =>
        tile < inputs * filters ? grey((y * width + x) * inputs * filters + tile) : 0,
      );
    }
    default:
      return [];
  }
}

/** A picture, one value a pixel; none if it is too large. */
function draw(height: number, width: number, at: (row: number, column: number) => number): Pixels[] {
  if (height * width > mostPixels) return [];
  const data = new Uint8Array(height * width);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) data[row * width + column] = at(row, column);
  return [{ width, height, channels: 1, data }];
}

/** How tiles lie in a picture, and their size in pixels. */
interface TileGrid {
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
}

/** A picture of tiles, row by row, with a black line between them. */
function drawTiles(grid: TileGrid, at: (tile: number, y: number, x: number) => number): Pixels[] {
  const [stepDown, stepRight] = [grid.height + 1, grid.width + 1];
  return draw(grid.rows * stepDown - 1, grid.columns * stepRight - 1, (row, column) => {
    const [y, x] = [row % stepDown, column % stepRight];
    if (y === grid.height || x === grid.width) return 0;
    return at(Math.floor(row / stepDown) * grid.columns + Math.floor(column / stepRight), y, x);
  });
}

/** The shade of each value, from 0 to 255. What is no number is black; values that are all the same are grey. */
function greyOf(values: ArrayLike<number>): (index: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return (index) => {
    const value = values[index]!;
    if (!Number.isFinite(value)) return 0;
    return high === low ? 128 : Math.round(((value - low) / (high - low)) * 255);
  };
}
