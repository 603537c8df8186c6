// Lines of any series, as Vega-Lite.
import { finite, type JsonObject, type PictureOptions, type VegaLiteSpec } from './spec.js';
import { seriesScales, themed } from './theme.js';
import { thinSeries } from './thin.js';

/** One line. */
export interface LineSeries {
  /** In the legend. */
  readonly name: string;
  readonly y: ArrayLike<number>;
  /** As long as `y`; 0, 1, 2, ... unless given. */
  readonly x?: ArrayLike<number> | undefined;
}

export type AxisScale = 'linear' | 'log';

export interface LinesOptions extends PictureOptions {
  /** Below the horizontal axis, with its unit: `time (ms)`. */
  readonly xLabel?: string | undefined;
  /** Beside the vertical axis, with its unit. */
  readonly yLabel?: string | undefined;
  readonly xScale?: AxisScale | undefined;
  readonly yScale?: AxisScale | undefined;
  /** Where the horizontal axis begins and ends; as far as the data unless given. */
  readonly xRange?: readonly [number, number] | undefined;
  /** Where the vertical axis begins and ends; as far as the data unless given. */
  readonly yRange?: readonly [number, number] | undefined;
  /** A mark at each point; for lines of at most 30 points unless given. */
  readonly markers?: boolean | undefined;
  /** Above the legend. */
  readonly legendTitle?: string | undefined;
  /** Whether there is a legend; with more than one line unless given. */
  readonly legend?: boolean | undefined;
}

export const linesOptionNames = [
  'title',
  'width',
  'height',
  'xLabel',
  'yLabel',
  'xScale',
  'yScale',
  'xRange',
  'yRange',
  'markers',
  'legendTitle',
  'legend',
] as const;

const mostMarkers = 30;

/** The lines of `series` over common axes. */
export function linesSpec(series: readonly LineSeries[], options: LinesOptions = {}): VegaLiteSpec {
  const { title, width = 480, height = 300 } = options;
  return themed(title, { width, height, ...linesLayer(series, options) });
}

/** The part of a specification that draws the lines, for pictures made of several. */
export function linesLayer(series: readonly LineSeries[], options: LinesOptions): JsonObject {
  const names = series.map(({ name }) => name);
  const { colour, dash } = seriesScales(names);
  const values = series.flatMap(({ name, x, y }) =>
    thinSeries(y).map((i) => ({ x: finite(x?.[i] ?? i), y: finite(y[i]!), series: name })),
  );
  const longest = Math.max(0, ...series.map(({ y }) => y.length));
  const markers = options.markers ?? longest <= mostMarkers;
  const isWhole = values.every(({ x }) => x === null || Number.isInteger(x));
  const hasLegend = options.legend ?? series.length > 1;
  const legend = hasLegend ? { title: options.legendTitle ?? null, symbolType: 'stroke' } : null;
  return {
    data: { values },
    mark: {
      type: 'line',
      point: markers ? { filled: true, size: 42 } : false,
      clip: options.yRange !== undefined || options.xRange !== undefined,
    },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: options.xLabel ?? null,
        scale: axisScale(options.xScale, options.xRange),
        // No ticks between whole numbers: there is no epoch 1.5.
        axis: { grid: false, ...(isWhole && options.xScale !== 'log' ? { tickMinStep: 1 } : {}) },
      },
      y: {
        field: 'y',
        type: 'quantitative',
        title: options.yLabel ?? null,
        scale: axisScale(options.yScale, options.yRange),
      },
      color: { field: 'series', type: 'nominal', scale: colour, legend },
      strokeDash: { field: 'series', type: 'nominal', scale: dash, legend },
    },
  };
}

function axisScale(type: AxisScale | undefined, domain: readonly [number, number] | undefined): JsonObject {
  return {
    ...(type === 'log' ? { type: 'log' } : { zero: false }),
    ...(domain === undefined ? { nice: type !== 'log' } : { domain, nice: false }),
  };
}
