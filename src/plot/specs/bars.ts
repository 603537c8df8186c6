// Bars of any series, as Vega-Lite.
import { finite, type PictureOptions, type VegaLiteSpec } from './spec.js';
import { palette, themed } from './theme.js';

/** Bars of one colour, one a category. */
export interface BarSeries {
  /** In the legend. */
  readonly name: string;
  readonly values: ArrayLike<number>;
}

export interface BarsOptions extends PictureOptions {
  /** Below each bar; 0, 1, 2, ... unless given. */
  readonly categories?: readonly string[] | undefined;
  /** Below the horizontal axis, with its unit. */
  readonly xLabel?: string | undefined;
  /** Beside the vertical axis, with its unit. */
  readonly yLabel?: string | undefined;
  /** Where the vertical axis begins and ends; from 0 as far as the data unless given. */
  readonly yRange?: readonly [number, number] | undefined;
  /** Bars of one category on top of each other; side by side unless given. */
  readonly stacked?: boolean | undefined;
  /** Above the legend. */
  readonly legendTitle?: string | undefined;
  /** Whether there is a legend; with more than one series unless given. */
  readonly legend?: boolean | undefined;
}

export const barsOptionNames = [
  'title',
  'width',
  'height',
  'categories',
  'xLabel',
  'yLabel',
  'yRange',
  'stacked',
  'legendTitle',
  'legend',
] as const;

/** The bars of `series` over common categories. */
export function barsSpec(series: readonly BarSeries[], options: BarsOptions = {}): VegaLiteSpec {
  const count = Math.max(0, ...series.map(({ values }) => values.length));
  const categories = Array.from({ length: count }, (_, index) => options.categories?.[index] ?? String(index));
  const { stacked = false } = options;
  const perCategory = stacked ? 1 : series.length;
  const {
    title,
    width = Math.min(900, Math.max(240, categories.length * (20 + 24 * perCategory))),
    height = 300,
  } = options;
  const step = width / Math.max(1, count);
  const isLong = categories.some((name) => name.length * 7 > step - 2);
  const names = series.map(({ name }) => name);
  const values = series.flatMap(({ name, values: numbers }) =>
    Array.from(numbers, (value, index) => ({ category: categories[index]!, value: finite(value), series: name })),
  );
  const hasLegend = options.legend ?? series.length > 1;
  return themed(title, {
    width,
    height,
    data: { values },
    mark: { type: 'bar', clip: options.yRange !== undefined },
    encoding: {
      x: {
        field: 'category',
        type: 'nominal',
        sort: null,
        title: options.xLabel ?? null,
        scale: { domain: categories, paddingInner: 0.25, paddingOuter: 0.15 },
        axis: { ticks: false, ...(isLong ? { labelAngle: -45, labelAlign: 'right' } : { labelAngle: 0 }) },
      },
      ...(perCategory > 1
        ? { xOffset: { field: 'series', type: 'nominal', sort: null, scale: { domain: names } } }
        : {}),
      y: {
        field: 'value',
        type: 'quantitative',
        stack: stacked ? 'zero' : null,
        title: options.yLabel ?? null,
        ...(options.yRange === undefined ? {} : { scale: { domain: options.yRange, nice: false } }),
      },
      color: {
        field: 'series',
        type: 'nominal',
        scale: { domain: names, range: names.map((_, index) => palette[index % palette.length]!) },
        legend: hasLegend ? { title: options.legendTitle ?? null, symbolType: 'square' } : null,
      },
    },
  });
}
