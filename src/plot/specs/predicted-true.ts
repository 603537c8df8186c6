// What a regression predicts against what was true: a perfect one lies on the diagonal.
import { say } from '../language.js';
import { finite, type PictureOptions, type VegaLiteSpec } from './spec.js';
import { ink, palette, themed } from './theme.js';

/** The numbers of one output. */
export interface Predictions {
  /** In the legend; may be empty where there is one output. */
  readonly name: string;
  readonly truth: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

// More points than this only cover each other.
const most = 3000;

/** Positions of at most `count` of `length` samples, at even distances. */
function evenly(length: number, count: number): number[] {
  const step = Math.max(1, length / count);
  return Array.from({ length: Math.min(length, count) }, (_, index) => Math.floor(index * step));
}

/** A point a sample, true value across and predicted value up, and the diagonal. */
export function predictedTrueSpec(outputs: readonly Predictions[], options: PictureOptions = {}): VegaLiteSpec {
  const { width = 360, height = 360, title = say('Predicted against true') } = options;
  const share = Math.floor(most / Math.max(1, outputs.length));
  const values = outputs.flatMap(({ name, truth, predicted }) =>
    evenly(truth.length, share).map((i) => ({
      output: name,
      true: finite(truth[i]!),
      predicted: finite(predicted[i]!),
    })),
  );
  const total = outputs.reduce((sum, { truth }) => sum + truth.length, 0);
  const numbers = values.flatMap((row) => [row.true, row.predicted]).filter((value) => value !== null);
  const least = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  const margin = (greatest - least) * 0.04 || 1;
  // The same on both axes, so that the diagonal is one.
  const domain = numbers.length === 0 ? [0, 1] : [least - margin, greatest + margin];
  const axis = (field: string, label: string) => ({
    field,
    type: 'quantitative',
    title: label,
    scale: { domain, nice: false, zero: false },
    axis: { tickCount: 6 },
  });
  const names = outputs.map(({ name }) => name);
  const opacity = values.length > 1000 ? 0.3 : values.length > 200 ? 0.5 : 0.75;
  return themed(
    title,
    {
      width,
      height,
      layer: [
        {
          data: { values: domain.map((value) => ({ value })) },
          mark: { type: 'line', color: ink.faint, strokeWidth: 1.5, strokeDash: [4, 4] },
          encoding: {
            x: { field: 'value', type: 'quantitative', scale: { domain, nice: false, zero: false } },
            y: { field: 'value', type: 'quantitative', scale: { domain, nice: false, zero: false } },
          },
        },
        {
          data: { values },
          mark: { type: 'point', filled: true, size: values.length > 1000 ? 18 : 34, opacity },
          encoding: {
            x: axis('true', say('True value')),
            y: axis('predicted', say('Predicted value')),
            color: {
              field: 'output',
              type: 'nominal',
              scale: { domain: names, range: names.map((_, index) => palette[index % palette.length]!) },
              legend: outputs.length > 1 ? { title: null, symbolType: 'circle' } : null,
            },
          },
        },
      ],
    },
    total > values.length ? say('{shown} of {total} points', { shown: values.length, total }) : undefined,
  );
}
