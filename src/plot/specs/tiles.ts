// Tiles of numbers as colours, in groups under headings, with a scale that says what the colours mean: the filters and
// the feature maps of a network.
import { say } from '../language.js';
import { textWidth } from '../render/text-width.js';
import type { JsonObject, PictureOptions, VegaLiteSpec } from './spec.js';
import { ink, textSize, themed } from './theme.js';

export interface TileGroup {
  readonly heading: string;
  /** Pictures that hold their data. */
  readonly urls: readonly string[];
  /** Of one tile, in numbers of its array. */
  readonly rows: number;
  readonly columns: number;
  /** Tiles in a row; as many as fit unless given. */
  readonly perRow?: number | undefined;
  /** Colours from the least to the greatest value. */
  readonly colours: readonly string[];
  readonly range: readonly [number, number];
}

export interface TilesOptions extends PictureOptions {
  /** The longer side of a tile in pixels. */
  readonly size?: number | undefined;
  /** Of the scale of colours, with its unit. */
  readonly valueLabel?: string | undefined;
}

const headingHeight = 24;
const usualWidth = 560;
const stripHeight = 22;
const largestCell = 12;
const gap = 5;

/** Each group with its heading and its own scale of colours. */
export function tilesSpec(groups: readonly TileGroup[], options: TilesOptions = {}): VegaLiteSpec {
  const views = groups.map((group) => groupSpec(group, options));
  return themed(options.title, {
    vconcat: views,
    spacing: 14,
    resolve: { scale: { color: 'independent' }, legend: { color: 'independent' } },
  });
}

function groupSpec(group: TileGroup, options: TilesOptions): JsonObject {
  const { rows, columns, urls, range } = group;
  const most = Math.max(rows, columns);
  // Each number a whole number of pixels, as far as there is room; a matrix that stands alone takes the room there is.
  const room = Math.max(1, Math.min(largestCell, Math.floor(usualWidth / most)));
  const usual = most > usualWidth ? usualWidth : urls.length === 1 || most > 64 ? most * room : Math.max(28, most);
  const longer = options.size ?? usual;
  // A single row of numbers is drawn as a strip, which is easier to see.
  const isStrip = rows === 1 && options.size === undefined;
  const width = isStrip
    ? columns * Math.max(1, Math.min(28, Math.floor(usualWidth / columns)))
    : Math.max(6, Math.round((longer * columns) / most));
  const height = isStrip ? stripHeight : Math.max(6, Math.round((longer * rows) / most));
  const perRow = Math.max(
    1,
    Math.min(urls.length, group.perRow ?? Math.floor((options.width ?? usualWidth) / (width + gap))),
  );
  const place = (field: string): JsonObject => ({ field, type: 'quantitative', scale: null, axis: null });
  const values = urls.map((url, index) => ({
    url,
    x: (index % perRow) * (width + gap) + width / 2,
    y: headingHeight + Math.floor(index / perRow) * (height + gap) + height / 2,
  }));
  const totalHeight = headingHeight + Math.ceil(urls.length / perRow) * (height + gap);
  return {
    width: Math.max(perRow * (width + gap), textWidth(group.heading, textSize.axisTitle) + gap, 200),
    height: totalHeight,
    view: { stroke: null },
    layer: [
      {
        data: { values: [{ text: group.heading }] },
        mark: { type: 'text', align: 'left', baseline: 'top', fontSize: textSize.axisTitle, color: ink.strong },
        encoding: { x: { value: 0 }, y: { value: 0 }, text: { field: 'text', type: 'nominal' } },
      },
      {
        data: { values },
        // Its description would be the whole image once more.
        mark: { type: 'image', width, height, aspect: false, smooth: false, aria: false },
        encoding: { x: place('x'), y: place('y'), url: { field: 'url', type: 'nominal' } },
      },
      {
        // Draws nothing but the scale of colours.
        data: { values: range.map((value) => ({ value })) },
        mark: { type: 'point', opacity: 0, size: 0 },
        encoding: {
          x: { value: 0 },
          y: { value: headingHeight },
          color: {
            field: 'value',
            type: 'quantitative',
            scale: { domain: range, range: group.colours },
            legend: {
              title: options.valueLabel ?? say('Value'),
              gradientLength: Math.max(48, Math.min(120, totalHeight - 20)),
              gradientOpacity: 1,
              tickCount: 3,
              format: '.2~g',
              offset: 12,
            },
          },
        },
      },
    ],
  };
}
