// Precision against recall as the threshold moves.
import { say } from '../language.js';
import { curvesSpec } from './curves.js';
import { withScore } from './roc.js';
import type { PictureOptions, VegaLiteSpec } from './spec.js';

export interface PrecisionRecallData {
  /** The class, or the model; may be empty where there is one curve. */
  readonly name: string;
  /** In scikit-learn's order: recall falls from 1 to 0. */
  readonly precision: ArrayLike<number>;
  readonly recall: ArrayLike<number>;
  readonly averagePrecision: number;
}

export interface PrecisionRecallSpecOptions extends PictureOptions {
  /** The share of positive samples, which is the precision of guessing; drawn where given. */
  readonly prevalence?: number | undefined;
}

/** One curve of steps a class, its average precision in the legend. */
export function precisionRecallSpec(
  curves: readonly PrecisionRecallData[],
  options: PrecisionRecallSpecOptions = {},
): VegaLiteSpec {
  const { prevalence, ...common } = options;
  return curvesSpec(
    curves.map(({ name, precision, recall, averagePrecision }) => ({
      name: withScore(name, 'AP', averagePrecision),
      x: recall,
      y: precision,
    })),
    {
      ...common,
      title: options.title ?? say('Precision-recall curve'),
      xLabel: say('Recall'),
      yLabel: say('Precision'),
      // Between two thresholds precision is that of the higher recall.
      interpolate: 'step-after',
      reference:
        prevalence === undefined
          ? undefined
          : {
              name: say('chance ({score})', { score: `AP ${prevalence.toFixed(3)}` }),
              from: [0, prevalence],
              to: [1, prevalence],
            },
    },
  );
}
