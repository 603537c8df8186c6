// How the errors of a regression are spread: a histogram of true value minus predicted value.
import { say } from '../language.js';
import type { JsonObject, PictureOptions, VegaLiteSpec } from './spec.js';
import { colours, ink, themed } from './theme.js';

/** The errors of one output. */
export interface Residuals {
  /** Above its panel; may be empty where there is one output. */
  readonly name: string;
  /** True minus predicted, [N]. */
  readonly residuals: ArrayLike<number>;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A width of 1, 2 or 5 times a power of ten, not below `width`. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= width * (1 - 1e-9))!;
  return factor * power;
}

/**
 * At most about `most` bins of equal, round width from the least to the greatest of `values`, with an edge at 0. A value
 * on an edge counts in the bin above it. Values that are not finite are left out.
 */
export function histogramOf(values: ArrayLike<number>, most = 40): Bin[] {
  let least = Infinity;
  let greatest = -Infinity;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count++;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (count === 0) return [];
  // Sturges (1926) asks for few bins; a root of the number of samples shows more of the shape.
  const wanted = Math.max(5, Math.min(most, Math.ceil(Math.sqrt(count))));
  const spread = greatest - least;
  const width = roundWidth(spread > 0 ? spread / wanted : Math.max(Math.abs(least), 1e-12) / 4);
  const first = Math.floor(least / width);
  const counts = Array.from({ length: Math.floor(greatest / width) - first + 1 }, () => 0);
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]!)) counts[Math.floor(values[i]! / width) - first]!++;
  return counts.map((inBin, index) => ({
    from: (first + index) * width,
    to: (first + index + 1) * width,
    count: inBin,
  }));
}

/** A histogram for each output, and a line where the error is 0. */
export function residualsSpec(outputs: readonly Residuals[], options: PictureOptions = {}): VegaLiteSpec {
  const { width = 360, height = 240, title = say('Residuals') } = options;
  const panel = ({ name, residuals }: Residuals): JsonObject => ({
    width,
    height,
    ...(name === '' ? {} : { title: { text: name, fontSize: 13, anchor: 'middle', offset: 6 } }),
    layer: [
      {
        data: { values: histogramOf(residuals).map((bin) => ({ ...bin })) },
        // A line of paper between the bars.
        mark: { type: 'bar', color: colours.blue, stroke: ink.paper, strokeWidth: 1 },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            title: say('Residual (true − predicted)'),
            scale: { zero: false, nice: true },
            axis: { tickCount: 6, grid: false },
          },
          x2: { field: 'to' },
          y: { field: 'count', type: 'quantitative', title: say('Samples'), axis: { tickMinStep: 1, format: ',d' } },
          y2: { datum: 0 },
        },
      },
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: 'rule', color: colours.orange, strokeWidth: 2, strokeDash: [4, 4] },
        encoding: { x: { field: 'zero', type: 'quantitative' } },
      },
    ],
  });
  const [only] = outputs;
  if (outputs.length === 1 && only !== undefined) return themed(title, panel(only));
  return themed(title, { concat: outputs.map(panel), columns: 2, spacing: 28 });
}
