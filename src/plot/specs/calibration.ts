// Calibration: how often what was predicted with 70% was so, with the number of predictions below.
import { say } from '../language.js';
import { curvesLayer } from './curves.js';
import type { JsonObject, PictureOptions, VegaLiteSpec } from './spec.js';
import { colours, themed } from './theme.js';

export interface CalibrationData {
  readonly name: string;
  /** The mean of the predicted probabilities in each bin. */
  readonly predicted: ArrayLike<number>;
  /** The share of positive samples in each bin. */
  readonly observed: ArrayLike<number>;
}

export interface Histogram {
  /** Samples in each of as many equally wide bins from 0 to 1. */
  readonly counts: readonly number[];
}

/** The curves over the line of perfect calibration; below, where `histogram` is given, how many samples there are. */
export function calibrationSpec(
  curves: readonly CalibrationData[],
  histogram: Histogram | undefined,
  options: PictureOptions = {},
): VegaLiteSpec {
  const { width = 360, height = 360, title = say('Calibration') } = options;
  const xLabel = say('Predicted probability');
  const upper: JsonObject = {
    width,
    height,
    ...curvesLayer(
      curves.map(({ name, predicted, observed }) => ({
        name: name === '' ? say('model') : name,
        x: predicted,
        y: observed,
      })),
      {
        xLabel,
        yLabel: say('Share that is positive'),
        reference: { name: say('perfectly calibrated'), from: [0, 0], to: [1, 1] },
        markers: true,
      },
    ),
  };
  if (histogram === undefined) return themed(title, upper);
  const bins = histogram.counts.length;
  const lower: JsonObject = {
    width,
    height: 70,
    data: { values: histogram.counts.map((count, bin) => ({ from: bin / bins, to: (bin + 1) / bins, count })) },
    mark: { type: 'bar', color: colours.sky, stroke: 'white' },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        bin: { binned: true },
        title: xLabel,
        scale: { domain: [0, 1], nice: false },
        axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f', grid: false },
      },
      x2: { field: 'to' },
      y: { field: 'count', type: 'quantitative', title: say('Samples'), axis: { tickCount: 3 } },
    },
  };
  return themed(title, { vconcat: [upper, lower], spacing: 16 });
}
