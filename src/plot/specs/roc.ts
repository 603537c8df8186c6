// ROC curves: true positives against false positives as the threshold moves.
import { say } from '../language.js';
import { curvesSpec } from './curves.js';
import type { PictureOptions, VegaLiteSpec } from './spec.js';

export interface RocData {
  /** The class, or the model; may be empty where there is one curve. */
  readonly name: string;
  readonly falsePositiveRate: ArrayLike<number>;
  readonly truePositiveRate: ArrayLike<number>;
  /** The area under the curve. */
  readonly area: number;
}

/** One curve a class, its area in the legend, and the line of guessing. */
export function rocSpec(curves: readonly RocData[], options: PictureOptions = {}): VegaLiteSpec {
  return curvesSpec(
    curves.map(({ name, falsePositiveRate, truePositiveRate, area }) => ({
      name: withScore(name, 'AUC', area),
      x: falsePositiveRate,
      y: truePositiveRate,
    })),
    {
      ...options,
      title: options.title ?? say('ROC curve'),
      xLabel: say('False positive rate'),
      yLabel: say('True positive rate'),
      reference: { name: say('chance ({score})', { score: 'AUC 0.500' }), from: [0, 0], to: [1, 1] },
    },
  );
}

/** `cat (AUC 0.987)`; without a name `AUC 0.987`. */
export function withScore(name: string, measure: string, score: number): string {
  const text = Number.isFinite(score) ? `${measure} ${score.toFixed(3)}` : `${measure} ${say('undefined')}`;
  return name === '' ? text : say('{name} ({score})', { name, score: text });
}
