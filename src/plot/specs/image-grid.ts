// A grid of images, each with its true and its predicted label.
import { say } from '../language.js';
import { fitText, textWidth } from '../render/text-width.js';
import type { JsonObject, PictureOptions, VegaLiteSpec } from './spec.js';
import { colours, ink, textSize, themed } from './theme.js';

export interface GridImage {
  /** Holds the data: `data:image/png;base64,...`. */
  readonly url: string;
  readonly label?: string | undefined;
  readonly prediction?: string | undefined;
  /** Of the prediction, from 0 to 1. */
  readonly confidence?: number | undefined;
  /** Whether the prediction is right; undefined where that cannot be said. */
  readonly isRight?: boolean | undefined;
}

export interface ImageGridOptions extends PictureOptions {
  /** Images in a row; the most nearly square grid unless given, at most 10. */
  readonly columns?: number | undefined;
  /** The longer side of an image in pixels; 72 unless given. */
  readonly size?: number | undefined;
  /** Width by height of an image; 1 unless given. */
  readonly aspect?: number | undefined;
  readonly subtitle?: string | undefined;
}

const frame = 3;
const lineHeight = 16;

/** Right and wrong differ in mark and word as well as in colour: `✓ 7`; `× 1` above `true 7`. */
function captionOf({ label, prediction, confidence, isRight }: GridImage): string[] {
  if (prediction === undefined) return label === undefined ? [] : [label];
  const share = confidence === undefined ? '' : ` (${Math.round(100 * confidence)}%)`;
  const mark = isRight === undefined ? '' : isRight ? '✓ ' : '× ';
  const first = `${mark}${prediction}${share}`;
  return isRight === false ? [first, say('true {label}', { label: label ?? '' })] : [first];
}

/** The images in rows, captions below them. */
export function imageGridSpec(images: readonly GridImage[], options: ImageGridOptions = {}): VegaLiteSpec {
  const { size = 72, aspect = 1, title } = options;
  const columns = Math.max(
    1,
    Math.min(options.columns ?? Math.min(10, Math.ceil(Math.sqrt(images.length * 1.6))), images.length),
  );
  const width = aspect >= 1 ? size : Math.round(size * aspect);
  const height = aspect >= 1 ? Math.round(size / aspect) : size;
  const captions = images.map(captionOf);
  const lines = Math.max(0, ...captions.map(({ length }) => length));
  const hasFrames = images.some(({ isRight }) => isRight !== undefined);
  const gap = hasFrames ? 12 : 8;
  const widestCaption = Math.max(0, ...captions.flat().map((line) => textWidth(line, textSize.label, 600)));
  const stepX = Math.max(width, Math.min(widestCaption + 4, 1.6 * size)) + gap;
  const stepY = height + (lines === 0 ? gap : lines * lineHeight + 14);
  const placed = images.map((image, index) => ({
    url: image.url,
    x: (index % columns) * stepX + stepX / 2,
    y: Math.floor(index / columns) * stepY + frame,
    outcome: image.isRight === undefined ? 'unknown' : image.isRight ? 'right' : 'wrong',
    caption: captions[index]!.map((line) => fitText(line, stepX - 2, textSize.label, 600)),
  }));
  const place = (field: string): JsonObject => ({ field, type: 'quantitative', scale: null, axis: null });
  const outcomeColour = (other: string): JsonObject => ({
    condition: [
      { test: "datum.outcome === 'right'", value: colours.green },
      { test: "datum.outcome === 'wrong'", value: colours.vermillion },
    ],
    value: other,
  });
  const layer: JsonObject[] = [
    ...(hasFrames
      ? [
          {
            data: {
              values: placed.map(({ x, y, outcome }) => ({
                x: x - width / 2 - frame,
                x2: x + width / 2 + frame,
                y: y - frame,
                y2: y + height + frame,
                outcome,
              })),
            },
            mark: { type: 'rect' },
            encoding: {
              x: place('x'),
              x2: { field: 'x2' },
              y: place('y'),
              y2: { field: 'y2' },
              color: outcomeColour(ink.grid),
            },
          },
        ]
      : []),
    {
      data: { values: placed.map(({ url, x, y }) => ({ url, x, y: y + height / 2 })) },
      // Its description would be the whole image once more.
      mark: { type: 'image', width, height, aspect: false, smooth: false, aria: false },
      encoding: { x: place('x'), y: place('y'), url: { field: 'url', type: 'nominal' } },
    },
  ];
  for (let line = 0; line < lines; line++)
    layer.push({
      data: {
        values: placed.flatMap(({ x, y, outcome, caption }) =>
          caption[line] === undefined
            ? []
            : [{ x, y: y + height + frame + 5 + line * lineHeight, outcome, text: caption[line] }],
        ),
      },
      mark: {
        type: 'text',
        baseline: 'top',
        align: 'center',
        fontSize: textSize.label,
        fontWeight: line === 0 && hasFrames ? 600 : 400,
      },
      encoding: {
        x: place('x'),
        y: place('y'),
        text: { field: 'text', type: 'nominal' },
        color: line === 0 ? outcomeColour(ink.strong) : { value: ink.text },
      },
    });
  const rows = Math.ceil(images.length / columns);
  return themed(
    title,
    {
      width: columns * stepX,
      height: rows * stepY,
      view: { stroke: null },
      layer,
    },
    options.subtitle,
  );
}
