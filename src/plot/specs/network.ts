// A network as a graph: a box for each layer with its class, name, output shape and parameters, arrows along the data.
import { say } from '../language.js';
import { textWidth } from '../render/text-width.js';
import type { JsonObject, PictureOptions, VegaLiteSpec } from './spec.js';
import { colours, ink, textSize, themed } from './theme.js';

export interface NetworkLayer {
  /** Unique in the network. */
  readonly name: string;
  /** Written in the box; the name unless given. */
  readonly label?: string | undefined;
  /** Keras's class name: `Dense`. */
  readonly className: string;
  /** With the batch axis, null for a size not known; undefined where nothing is known yet. */
  readonly outputShape?: readonly (number | null)[] | undefined;
  readonly parameters?: number | undefined;
  /** What else is worth a word, such as the activation. */
  readonly detail?: string | undefined;
  /** The names of the layers whose outputs it takes. */
  readonly inputs: readonly string[];
}

export interface NetworkOptions extends PictureOptions {
  readonly subtitle?: string | undefined;
}

const boxHeight = 50;
const gapX = 36;
const gapY = 30;
const padding = 12;
const stripe = 5;

const families: readonly (readonly [pattern: RegExp, colour: string])[] = [
  [/input/i, colours.grey],
  [/conv/i, colours.blue],
  [/pool|upsampl/i, colours.orange],
  [/dense|embedding/i, colours.green],
  [/lstm|gru|rnn|attention/i, colours.vermillion],
  [/norm/i, colours.purple],
  [/dropout|noise/i, colours.sky],
];

const familyColour = (className: string): string =>
  families.find(([pattern]) => pattern.test(className))?.[1] ?? ink.faint;

/** `(None, 28, 28)`, as summary prints it. */
function formatShape(shape: readonly (number | null)[] | undefined): string {
  return shape === undefined ? '?' : `(${shape.map((size) => size ?? 'None').join(', ')})`;
}

const withCommas = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** Layers from top to bottom, those that do not wait for each other side by side. */
export function networkSpec(layers: readonly NetworkLayer[], options: NetworkOptions = {}): VegaLiteSpec {
  const texts = layers.map((layer) => ({
    name: layer.label ?? layer.name,
    kind: layer.detail === undefined ? layer.className : `${layer.className}, ${layer.detail}`,
    shape: formatShape(layer.outputShape),
    parameters: layer.parameters ? say('{count} parameters', { count: withCommas(layer.parameters) }) : '',
  }));
  const boxWidth = Math.ceil(
    Math.max(
      220,
      ...texts.map(
        ({ kind, name, shape, parameters }) =>
          Math.max(
            textWidth(kind, textSize.axisTitle, 600) + textWidth(name, textSize.label),
            textWidth(shape, textSize.label) + textWidth(parameters, textSize.label),
          ) +
          2 * padding +
          stripe +
          24,
      ),
    ),
  );
  const ranks = ranksOf(layers);
  const rows = Math.max(0, ...ranks.values()) + 1;
  const inRow = Array.from({ length: rows }, (_, row) => layers.filter(({ name }) => ranks.get(name) === row));
  const widest = Math.max(1, ...inRow.map(({ length }) => length));
  const width = widest * (boxWidth + gapX) - gapX;
  const places = new Map<string, { readonly x: number; readonly y: number }>();
  inRow.forEach((members, row) => {
    const rowWidth = members.length * (boxWidth + gapX) - gapX;
    members.forEach(({ name }, index) => {
      places.set(name, { x: (width - rowWidth) / 2 + index * (boxWidth + gapX), y: row * (boxHeight + gapY) });
    });
  });
  const boxes = layers.map((layer, index) => {
    const { x, y } = places.get(layer.name)!;
    const { name, kind, shape, parameters } = texts[index]!;
    return {
      x,
      y,
      x2: x + boxWidth,
      y2: y + boxHeight,
      stripe: x + stripe,
      colour: familyColour(layer.className),
      name,
      kind,
      shape,
      parameters,
    };
  });
  const arrows = layers.flatMap(({ name, inputs }) =>
    inputs.flatMap((input) => {
      const from = places.get(input);
      const to = places.get(name)!;
      if (from === undefined) return [];
      return [{ x: from.x + boxWidth / 2, y: from.y + boxHeight, x2: to.x + boxWidth / 2, y2: to.y - 5 }];
    }),
  );
  const place = (field: string): JsonObject => ({ field, type: 'quantitative', scale: null, axis: null });
  const box = { x: place('x'), y: place('y'), x2: { field: 'x2' }, y2: { field: 'y2' } };
  const write = (field: string, at: JsonObject, style: JsonObject): JsonObject => ({
    data: { values: boxes.map((row) => ({ x: row.x, y: row.y, text: row[field as keyof typeof row] })) },
    mark: { type: 'text', baseline: 'middle', fontSize: textSize.label, color: ink.text, ...at, ...style },
    encoding: { x: place('x'), y: place('y'), text: { field: 'text', type: 'nominal' } },
  });
  const left = { align: 'left', dx: stripe + padding };
  const right = { align: 'right', dx: boxWidth - padding };
  return themed(
    options.title,
    {
      width,
      height: rows * (boxHeight + gapY) - gapY,
      view: { stroke: null },
      layer: [
        {
          data: { values: arrows },
          mark: { type: 'rule', color: ink.faint, strokeWidth: 1.5 },
          encoding: box,
        },
        {
          data: { values: arrows },
          mark: { type: 'point', shape: 'triangle-down', filled: true, size: 60, opacity: 1, color: ink.faint },
          encoding: { x: place('x2'), y: place('y2') },
        },
        {
          data: { values: boxes.map(({ x, y, x2, y2 }) => ({ x, y, x2, y2 })) },
          mark: { type: 'rect', fill: ink.paper, stroke: ink.faint, strokeWidth: 1, cornerRadius: 3 },
          encoding: box,
        },
        {
          data: { values: boxes.map(({ x, y, stripe: x2, y2, colour }) => ({ x, y, x2, y2, colour })) },
          mark: { type: 'rect', cornerRadiusTopLeft: 3, cornerRadiusBottomLeft: 3 },
          encoding: { ...box, color: { field: 'colour', type: 'nominal', scale: null } },
        },
        write('kind', left, { dy: 16, fontSize: textSize.axisTitle, fontWeight: 600, color: ink.strong }),
        write('name', right, { dy: 16 }),
        write('shape', left, { dy: 35 }),
        write('parameters', right, { dy: 35 }),
      ],
    },
    options.subtitle,
  );
}

/** Of each layer the length of the longest way to it. */
function ranksOf(layers: readonly NetworkLayer[]): Map<string, number> {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const ranks = new Map<string, number>();
  const rankOf = (name: string): number => {
    const known = ranks.get(name);
    if (known !== undefined) return known;
    // A loop would never end; its first layer counts as a beginning.
    ranks.set(name, 0);
    const inputs = byName.get(name)?.inputs.filter((input) => byName.has(input)) ?? [];
    const rank = inputs.length === 0 ? 0 : 1 + Math.max(...inputs.map(rankOf));
    ranks.set(name, rank);
    return rank;
  };
  for (const { name } of layers) rankOf(name);
  return ranks;
}
