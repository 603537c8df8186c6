// How all pictures look: one set of sizes and of colours that stay apart for every kind of colour vision.
import type { Json, JsonObject, VegaLiteSpec } from './spec.js';

/** Noto Sans SC where it is installed (pictures are laid out by its widths), else what systems have. */
export const fontFamily =
  "'Noto Sans SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Segoe UI', 'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei', sans-serif";

/** The colours of Okabe and Ito (2008), those that stand out on white first; their yellow does not and is left out. */
export const colours = {
  blue: '#0072B2',
  vermillion: '#D55E00',
  green: '#009E73',
  purple: '#CC79A7',
  orange: '#E69F00',
  sky: '#56B4E9',
  grey: '#5F6368',
} as const;

export const palette: readonly string[] = Object.values(colours);

/** Text and lines that are not data. */
export const ink = { strong: '#1F2328', text: '#3A3F45', faint: '#8A9099', grid: '#E4E7EB', paper: '#FFFFFF' } as const;

/** Sizes of text in pixels. */
export const textSize = { title: 16, subtitle: 13, axisTitle: 13, label: 12 } as const;

// From white to a blue dark enough that white text can be read on it, and lighter steps on which black can.
export const sequential = ['#F7FBFF', '#D6E6F4', '#ABCFE6', '#6AAED6', '#3787C0', '#105BA4', '#08306B'] as const;

/** Blue through white to vermillion, for values on both sides of zero. */
export const diverging = ['#08519C', '#3787C0', '#9DC6E0', '#F7F7F7', '#F4B183', '#D55E00', '#8C3A00'] as const;

// Lines beyond the palette's end take its colours again, in dashes.
const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
];

const config: JsonObject = {
  font: fontFamily,
  view: { stroke: ink.grid, strokeWidth: 1 },
  axis: {
    labelFontSize: textSize.label,
    labelColor: ink.text,
    labelPadding: 6,
    labelLimit: 320,
    titleFontSize: textSize.axisTitle,
    titleFontWeight: 400,
    titleColor: ink.strong,
    titlePadding: 10,
    gridColor: ink.grid,
    domainColor: ink.faint,
    tickColor: ink.faint,
  },
  axisX: { labelFlush: false },
  legend: {
    labelFontSize: textSize.label,
    labelColor: ink.text,
    labelLimit: 320,
    titleFontSize: textSize.label,
    titleLimit: 320,
    titleFontWeight: 600,
    titleColor: ink.strong,
    symbolSize: 160,
    symbolStrokeWidth: 2.5,
    rowPadding: 5,
    offset: 16,
  },
  title: {
    fontSize: textSize.title,
    fontWeight: 600,
    color: ink.strong,
    subtitleFontSize: textSize.subtitle,
    subtitleColor: ink.text,
    subtitlePadding: 5,
    anchor: 'start',
    offset: 14,
  },
  line: { strokeWidth: 2.25, strokeJoin: 'round' },
  // Vega cuts by a guess at the width of a text, which is too wide; what needs cutting is cut before.
  text: { limit: 0, fontSize: textSize.label, color: ink.strong },
  range: { category: [...palette] },
};

/** A whole specification of `parts`, in the common look. */
export function themed(title: string | undefined, parts: JsonObject, subtitle?: string): VegaLiteSpec {
  const small = { fontSize: textSize.subtitle, fontWeight: 400, color: ink.text };
  const heading: Json | undefined =
    title && subtitle ? { text: title, subtitle } : subtitle ? { text: subtitle, ...small } : title || undefined;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: ink.paper,
    padding: 14,
    ...(heading === undefined ? {} : { title: heading }),
    ...parts,
    config,
  };
}

/** The colour and dashes of the series `names` in this order, so that no two of 28 lines look the same. */
export function seriesScales(names: readonly string[]): { readonly colour: JsonObject; readonly dash: JsonObject } {
  return {
    colour: { domain: names, range: names.map((_, index) => palette[index % palette.length]!) },
    dash: {
      domain: names,
      range: names.map((_, index) => dashes[Math.floor(index / palette.length) % dashes.length]!),
    },
  };
}
